// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::api_key {

/// The file in which `login` stores the key of a profile, whether it exists or not. Nothing if the
/// environment has no directory for it. `profile` must be a profile name.
[[nodiscard]] std::optional<std::string> login_key_path(const Environment& environment,
                                                        std::string_view profile);

/// The files that `login` writes: a profile and its key.
class LoginFiles {
 public:
  /// Throws Failure if the environment has no directory for them.
  LoginFiles(const Environment& environment, std::string_view profile);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] const std::string& profile() const noexcept { return profile_; }

  /// Replaces both files, or neither, with mode 0600. Concurrent calls wait for each other. Throws Failure.
  void store(std::string_view api_key, std::string_view profile_text) const;

  [[nodiscard]] bool has_key() const noexcept;

  /// Removes the key; false if there was none. Throws Failure.
  [[nodiscard]] bool remove_key() const;

 private:
  std::string key_;
  std::string profile_;
};

}  // namespace sase::api_key
