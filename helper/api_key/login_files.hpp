// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <string>
#include <string_view>

namespace sase::api_key {

/// What `login` leaves behind: a profile, and the file of its key (login_key.hpp).
class LoginFiles {
 public:
  /// Throws Failure where the environment leads to no directory for them.
  LoginFiles(const Environment& environment, std::string_view profile);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] const std::string& profile() const noexcept { return profile_; }

  /// Puts both in the place of what was there, with mode 0600, or neither, one login after the other. Throws
  /// Failure.
  void keep(std::string_view api_key, std::string_view profile_text) const;

  [[nodiscard]] bool has_key() const noexcept;

  /// Removes the key; false where there was none. Throws Failure.
  [[nodiscard]] bool remove_key() const;

 private:
  std::string key_;
  std::string profile_;
};

}  // namespace sase::api_key
