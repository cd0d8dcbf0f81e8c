// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"

#include <string>

namespace sase::api_key {

/// The kinds of places that a key may be kept in.
enum class ApiKeySourceKind {
  standard,    ///< wherever one is found (key_place.hpp); only in settings
  variable,    ///< of the environment
  file,        ///< of the user's or root's own
  command,     ///< what a shell command writes
  credential,  ///< what systemd gave to this service (systemd.exec(5), "Credentials")
  keyring,     ///< a `user` key of the kernel's keyrings (keyrings(7))
};

/// What a profile says of where its key is kept.
struct ApiKeySource {
  ApiKeySourceKind kind = ApiKeySourceKind::standard;
  std::string value;  ///< name of the variable, path, command, name of the credential, description of the key
};

/// The one source that the settings name, or `standard`. Throws Failure for a value that cannot be one. Shows
/// none of the values: keys have been put in their place.
[[nodiscard]] ApiKeySource key_source_of(const config::Settings& values);

}  // namespace sase::api_key
