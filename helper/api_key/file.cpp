// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <system_error>

namespace sase::api_key {

namespace {

/// A command reads the file with this user's permissions, so that no other user decides what the program
/// reads.
Failure untrusted(const std::string& path, const os::RejectedPath& error) {
  std::string hint = error.hint();
  if (hint == os::use_own_file) hint += ", or set: api-key-command = cat " + protocol::shell_word(path);
  return Failure(ExitCode::invalid_settings, std::string("cannot use the API key: ") + error.what(),
                 std::move(hint));
}

Failure unreadable(const std::string& path, const std::error_code& error) {
  if (error == std::errc::timed_out)
    return Failure(ExitCode::unreachable,
                   "no API key was written to '" + protocol::escape(path) + "' in time",
                   "write the key to this pipe, or raise 'timeout'");
  return Failure(ExitCode::invalid_settings,
                 "cannot use the API key in '" + protocol::escape(path) + "': " + error.message(),
                 error == std::errc::permission_denied
                     ? "let this user read it, and search the directories above it"
                     : "name the file that holds the key");
}

}  // namespace

protocol::Secret read_file(const std::string& path, std::size_t limit, Deadline deadline) try {
  const os::Fd file = os::open_trusted_file(path, os::Sensitivity::secret);
  if (!file) throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory));
  return os::read_all(file.get(), limit, deadline);
} catch (const os::RejectedPath& error) {
  throw untrusted(path, error);
} catch (const std::system_error& error) {
  throw unreadable(path, error.code());
}

std::optional<std::string> credential_path(const Environment& environment, std::string_view name) {
  const auto directory = environment.find("CREDENTIALS_DIRECTORY");
  if (!directory || !directory->starts_with('/')) return std::nullopt;
  std::string path(*directory);
  if (!path.ends_with('/')) path += '/';
  return path.append(name);
}

ApiKey read_systemd_credential(const std::string& path, Deadline deadline) {
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
  return ApiKey(read_file(path, max_text, deadline));
}

}  // namespace sase::api_key
