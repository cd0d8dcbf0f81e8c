// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/failure.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <stdexcept>
#include <system_error>

namespace sase::api_key {

namespace {

constexpr const char* one_line = "write the key into it, alone and in one line";
constexpr const char* name_it = "name the file that holds the key";

Failure unusable(const std::string& path, const std::string& why, std::string hint) {
  return Failure(ExitCode::invalid_settings,
                 "cannot use the API key in '" + protocol::escape(path) + "': " + why, std::move(hint));
}

void check_file(const os::Fd& file, const std::string& path) {
  const auto status = os::read_status(file);
  if (!status) throw unusable(path, os::last_error().message(), name_it);
  if (!status->is(os::FileStatus::Kind::regular)) throw unusable(path, "it is not a regular file", name_it);
  if (!status->is_own_or_root())
    throw unusable(path, "it belongs to another user", "chown it to yourself, then chmod 600 it");
  if (!status->is_open_to_others()) return;
  // Docker and Kubernetes mount secrets like this: owned by root, readable by all users of the container.
  if (!status->is_writable_by_others() && status->owner == 0 && os::is_in_memory(file.get())) return;
  throw unusable(path, "other users can read or write it", "chmod 600 " + protocol::shell_word(path));
}

/// The directory that contains the opened file, after all symbolic links.
std::string find_directory(const os::Fd& file, const std::string& path) {
  const std::string real = os::real_path(file).value_or(path);
  const auto slash = real.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : real.substr(0, slash);
}

void check_directory(const std::string& directory, const std::string& path) {
  const auto status = os::read_status(directory);
  if (!status)
    throw unusable(path, "its directory: " + os::last_error().message(),
                   "move the file to a directory of your own");
  if (status->is_writable_by_others())
    throw unusable(path, "other users can write its directory", "chmod go-w " + protocol::shell_word(directory));
  if (!status->is_own_or_root())
    throw unusable(path, "its directory belongs to another user", "move the file to a directory of your own");
}

}  // namespace

protocol::Secret read_file_text(const std::string& path, std::size_t limit) {
  const os::Fd file = os::open_for_reading(path);
  if (const std::error_code reason = os::last_error(); !file)
    throw unusable(path, reason.message(),
                   reason == std::errc::permission_denied
                       ? "let this user read it, and search the directories above it"
                       : name_it);
  check_file(file, path);
  check_directory(find_directory(file, path), path);
  try {
    return os::read_all(file.get(), limit);
  } catch (const std::system_error& error) {
    throw unusable(path, error.code().message(), name_it);
  } catch (const std::length_error&) {
    throw unusable(path, "it is longer than 16 KiB", one_line);
  }
}

ApiKey read_file(const std::string& path) try {
  return ApiKey(read_file_text(path, ApiKey::max_size + 2));
} catch (const protocol::ProtocolError& error) {
  throw unusable(path, error.what(), one_line);
}

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
