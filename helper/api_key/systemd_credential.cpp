// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/systemd_credential.hpp"

#include "helper/api_key/file.hpp"
#include "helper/failure.hpp"
#include "protocol/escape.hpp"

#include <cerrno>

#include <unistd.h>

namespace sase::api_key {

std::optional<std::string> credential_path(const Environment& environment, std::string_view name) {
  const auto directory = environment.find("CREDENTIALS_DIRECTORY");
  if (!directory || !directory->starts_with('/')) return std::nullopt;
  std::string path(*directory);
  if (!path.ends_with('/')) path += '/';
  return path.append(name);
}

ApiKey read_systemd_credential(const std::string& path) {
  if (!path.starts_with('/'))
    throw Failure(ExitCode::invalid_settings,
                  "the systemd credential that 'api-key-credential' names cannot be read: there is no "
                  "CREDENTIALS_DIRECTORY",
                  "run this as a systemd service with 'LoadCredential=' or 'SetCredentialEncrypted='");
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
    // The name is not shown: keys have been put in its place.
    throw Failure(ExitCode::invalid_settings,
                  "the systemd credential that 'api-key-credential' names is not among those in '" +
                      protocol::escape(path.substr(0, path.find_last_of('/'))) + "'",
                  "add 'LoadCredential=NAME:FILE' to the unit");
  return read_api_key_file(path);
}

}  // namespace sase::api_key
