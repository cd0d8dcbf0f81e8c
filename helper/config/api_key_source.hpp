// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sase::config {

/// Where an API key is read from. helper/api_key/source.cpp reads it.
struct ApiKeySource {
  enum class Kind {
    variable,    ///< an environment variable
    file,        ///< owned by the user or by root
    command,     ///< a shell command that writes the key
    credential,  ///< passed to this service by systemd (systemd.exec(5), "Credentials")
    keyring,     ///< a key of the type "user" in the kernel's keyrings (keyrings(7))
  };

  Kind kind{};
  std::string value;     ///< name of the variable or credential, path, command, description of the key
  bool is_named = true;  ///< by a setting of the profile; false: one of the standard sources
};

/// The variables that are searched, in this order, if the profile names no source: our own, then those of the
/// Terraform providers of the vendor and of the community.
inline constexpr std::array<std::string_view, 4> standard_key_variables = {
    "SASE_API_KEY", "CHECKPOINT_SASE_API_KEY", "PERIMETER81_API_KEY", "HARMONYSASE_API_KEY"};

/// The source that the settings name, if they name one. Throws Failure for an invalid value. The message does
/// not contain the value: users put the key itself there by mistake.
[[nodiscard]] std::optional<ApiKeySource> parse_api_key_source(const Settings& values);

}  // namespace sase::config
