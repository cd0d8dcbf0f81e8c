// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/readers.hpp"
#include "helper/failure.hpp"
#include "helper/os/files/file_status.hpp"
#include "protocol/escape.hpp"

#include <system_error>

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
  if (!os::read_status(path) && os::last_error() == std::errc::no_such_file_or_directory)
    // The name is not shown: users put the key itself there by mistake.
    throw Failure(ExitCode::invalid_settings,
                  "the systemd credential that 'api-key-credential' names is not among those in '" +
                      protocol::escape(path.substr(0, path.find_last_of('/'))) + "'",
                  "add 'LoadCredential=NAME:FILE' to the unit");
  return read_file(path);
}

}  // namespace sase::api_key
