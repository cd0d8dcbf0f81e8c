// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::api_key {

/// The file in which `login` stores the key of a profile, whether it exists or not. Nothing if the
/// environment has no directory for it. `profile` must be a profile name.
[[nodiscard]] std::optional<std::string> login_key_path(const Environment& environment,
                                                        std::string_view profile);

/// Reads the key for a service from the file of `login`. Throws Failure (invalid_settings) if the file has no
/// key for this service: the key of one service must not be sent to another, whatever has changed the
/// profile.
[[nodiscard]] ApiKey read_login_key(const std::string& path, std::string_view service);

/// The files that `login` writes: a profile and its key.
///
/// The file of the key has two lines for each key: the key, and `url = ` with the URL of its service. There
/// is one key, except while another login is stored: then the file has the keys of the old and of the new
/// service, and the replacement of the profile, in one step, determines which of them is used.
class LoginFiles {
 public:
  /// Throws Failure if the environment has no directory for them.
  LoginFiles(const Environment& environment, std::string_view profile);

  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] const std::string& profile() const noexcept { return profile_; }

  /// Replaces both files, or neither, with mode 0600; also if the process ends at any time. `service` is the
  /// URL of the profile, which the key is for. Concurrent calls wait for each other. Throws Failure.
  void store(std::string_view api_key, std::string_view service, std::string_view profile_text) const;

  [[nodiscard]] bool has_key() const noexcept;

  /// Removes the key; false if there was none. Throws Failure.
  [[nodiscard]] bool remove_key() const;

 private:
  void remove_leftovers() const noexcept;

  std::string key_;
  std::string profile_;
};

}  // namespace sase::api_key
