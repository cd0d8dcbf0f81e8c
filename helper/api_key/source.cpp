// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/api_key/login_files.hpp"
#include "helper/os/files/file_status.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <stdexcept>

namespace sase::api_key {

namespace {

using Kind = ApiKeySource::Kind;

/// The systemd credential that is used after the standard variables and before the file of `login`.
constexpr std::string_view standard_credential = "sase-api-key";

ApiKey read_variable(const std::string& name, const Environment& environment) {
  const auto value = environment.find(name);
  // The name is not shown: users put the key itself there by mistake.
  if (!value)
    throw Failure(ExitCode::invalid_settings, "the variable that 'api-key-env' names is not set",
                  "set it to the key, or name the one that holds it");
  return ApiKey(protocol::Secret(*value));
}

std::optional<ApiKeySource> find_standard(const config::Profile& profile, const Environment& environment) {
  const auto standard = [](Kind kind, std::string value) {
    return ApiKeySource{.kind = kind, .value = std::move(value), .is_named = false};
  };
  if (const auto name = config::find_key_variable(environment))
    return standard(Kind::variable, std::string(*name));
  if (auto path = credential_path(environment, standard_credential); path && os::read_status(*path))
    return standard(Kind::credential, std::move(*path));
  if (auto path = login_key_path(environment, profile.name); path && os::read_status(*path))
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
  if (!removed) return failure;
  return Failure(ExitCode::invalid_settings,
                 failure.what() + std::string(": 'sase-credential exec' or 'watch --exec' removed ") +
                     protocol::escape(*removed) + " from the environment",
                 "use the token in SASE_ACCESS_TOKEN or in the file of 'watch', or run this in: "
                 "sase-credential exec --pass-api-key -- CMD");
}

std::string describe(const ApiKeySource& source) {
  const bool is_named = source.is_named;
  switch (source.kind) {
    case Kind::variable: return is_named ? "the variable that 'api-key-env' names" : source.value;
    case Kind::file:
      return (is_named ? "the file '" : "the file of 'login', '") + protocol::escape(source.value) + '\'';
    case Kind::command: return "the command of 'api-key-command'";
    case Kind::credential:
      return std::string("the systemd credential ") +
             (is_named ? "that 'api-key-credential' names" : "'sase-api-key'");
    case Kind::keyring: break;
  }
  return "the key of the kernel's keyring that 'api-key-keyring' names";
}

bool is_removed_by_logout(const ApiKeySource& source) noexcept {
  return source.kind == Kind::file && !source.is_named && !os::read_status(source.value);
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
