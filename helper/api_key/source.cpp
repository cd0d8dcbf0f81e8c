// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/api_key/login_files.hpp"
#include "helper/failure.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <stdexcept>
#include <system_error>

namespace sase::api_key {

namespace {

/// keyctl reads the key from standard input, so that no process list contains it.
constexpr const char* put_it_there = "put it there with: keyctl padd user NAME @u <FILE";

/// The description is not shown: users put the key itself there by mistake.
Failure no_key_in_keyring(const std::string& why, std::string hint) {
  return Failure(ExitCode::invalid_settings,
                 "cannot use the key of the kernel's keyring that 'api-key-keyring' names: " + why,
                 std::move(hint));
}

Failure explain(const std::error_code& error) {
  using os::KeyringError;
  switch (os::keyring_error(error)) {
    case KeyringError::no_such_key: return no_key_in_keyring("there is no such key", put_it_there);
    case KeyringError::expired: return no_key_in_keyring("it has expired", put_it_there);
    case KeyringError::revoked: return no_key_in_keyring("it was revoked", put_it_there);
    case KeyringError::rejected: return no_key_in_keyring("it was rejected", put_it_there);
    case KeyringError::permission_denied:
      return no_key_in_keyring(
          "its permissions do not let this user read it",
          "see: keyctl show @u; let the user read it with: keyctl setperm ID 0x3f3f0000");
    case KeyringError::forbidden:
      return no_key_in_keyring("the kernel's keyring is forbidden here, as containers do",
                               "use 'api-key-file' or another source of the key");
    case KeyringError::not_supported:
      return no_key_in_keyring("this kernel has no keyring",
                               "use 'api-key-file' or another source of the key");
    case KeyringError::other: break;
  }
  return no_key_in_keyring(error.message(), put_it_there);
}

/// A command reads the file with this user's permissions, so that no other user decides what the program
/// reads.
Failure untrusted(const std::string& path, const os::RejectedPath& error) {
  std::string hint = error.hint();
  if (hint.starts_with(os::use_own_file))
    hint += ", or set: api-key-command = cat " + protocol::shell_word(path);
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

using Kind = ApiKeySource::Kind;

/// The systemd credential that is used after the standard variables and before the file of `login`.
constexpr std::string_view standard_credential = "sase-api-key";

/// The failure inside `exec`, which has removed the key.
Failure name_removed(const std::string& what, std::string_view removed) {
  return Failure(ExitCode::invalid_settings,
                 what + ": 'sase-credential exec' or 'watch --exec' removed " + protocol::escape(removed) +
                     " from the environment",
                 "use the token in SASE_ACCESS_TOKEN or in the file of 'watch', or run this in: "
                 "sase-credential exec --pass-api-key -- CMD");
}

ApiKey read_variable(const std::string& name, const Environment& environment) {
  const auto value = environment.find(name);
  if (value) return ApiKey(protocol::Secret(*value));
  // The name is not shown: users put the key itself there by mistake.
  const std::string what = "the variable that 'api-key-env' names is not set";
  const auto removed = environment.find(config::removed_variable);
  for (std::string_view rest = removed.value_or(""); !rest.empty();)
    if (protocol::trim(protocol::next_part(rest, ',')) == name) throw name_removed(what, *removed);
  throw Failure(ExitCode::invalid_settings, what, "set it to the key, or name the one that holds it");
}

std::optional<ApiKeySource> find_standard(const config::Profile& profile, const Environment& environment) {
  const auto standard = [](Kind kind, std::string value) {
    return ApiKeySource{.kind = kind, .value = std::move(value), .is_named = false};
  };
  if (const auto name = config::find_key_variable(environment))
    return standard(Kind::variable, std::string(*name));
  if (auto path = credential_path(environment, standard_credential); path && os::exists(*path))
    return standard(Kind::credential, std::move(*path));
  if (auto path = login_key_path(environment, profile.name); path && os::exists(*path))
    return ApiKeySource{
        .kind = Kind::file, .value = std::move(*path), .is_named = false, .service = profile.authorize_url};
  return std::nullopt;
}

Failure unusable(const ApiKeySource& source, const std::string& why) {
  const auto status = source.kind == Kind::file ? os::read_status(source.value) : std::nullopt;
  const bool is_read_pipe = why == "it is empty" && status && status->is(os::FileStatus::Kind::other);
  return Failure(ExitCode::invalid_settings, "cannot use the API key from " + describe(source) + ": " + why,
                 is_read_pipe ? "a pipe can be read once: name a file, or use 'api-key-command'"
                              : "it must be the key alone, in one line");
}

}  // namespace

ApiKey read_keyring(const std::string& description) try {
  return ApiKey(os::read_keyring_entry(description, max_text));
} catch (const std::system_error& error) {
  throw explain(error.code());
}

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

std::optional<ApiKeySource> find_source(const config::Profile& profile, const Environment& environment) {
  if (!profile.key_source) return find_standard(profile, environment);
  ApiKeySource source = *profile.key_source;
  // Without a directory of credentials, reading fails with a message that says so.
  if (source.kind == Kind::credential)
    if (auto path = credential_path(environment, source.value)) source.value = std::move(*path);
  return source;
}

Failure no_key(const config::Profile& profile) {
  return Failure(
      ExitCode::invalid_settings, "no API key for the profile '" + profile.name + "'",
      "run 'sase-credential login" + config::profile_flag(profile.name) + "', or set SASE_API_KEY");
}

Failure no_key(const config::Profile& profile, const Environment& environment) {
  Failure failure = no_key(profile);
  if (credential_path(environment, standard_credential))
    failure.hint += ", or add 'LoadCredential=sase-api-key:FILE' to the unit";
  const auto removed = environment.find(config::removed_variable);
  return removed ? name_removed(failure.what(), *removed) : failure;
}

std::string describe(const ApiKeySource& source) {
  if (!source.is_named && source.kind == Kind::variable) return source.value;
  if (!source.is_named && source.kind == Kind::credential)
    return "the systemd credential '" + std::string(standard_credential) + '\'';
  std::string text(config::key_sources[static_cast<std::size_t>(source.kind)].description);
  if (source.kind != Kind::file) return text;
  if (!source.is_named) text += " of 'login',";
  return text + " '" + protocol::escape(source.value) + '\'';
}

bool is_removed_by_logout(const ApiKeySource& source) noexcept {
  return source.kind == Kind::file && !source.is_named && !os::exists(source.value);
}

ApiKey read_key(const ApiKeySource& source, const Environment& environment, Deadline deadline) try {
  if (!source.service.empty()) return read_login_key(source.value, source.service);
  switch (source.kind) {
    case Kind::variable: return read_variable(source.value, environment);
    case Kind::file: return ApiKey(read_file(source.value, max_text, deadline));
    case Kind::command: return run_command(source.value, environment, deadline);
    case Kind::credential: return read_systemd_credential(source.value, deadline);
    case Kind::keyring: break;
  }
  return read_keyring(source.value);
} catch (const protocol::ProtocolError& error) {
  throw unusable(source, error.what());
} catch (const std::length_error&) {
  throw unusable(source, "it is longer than 16 KiB");
}

}  // namespace sase::api_key
