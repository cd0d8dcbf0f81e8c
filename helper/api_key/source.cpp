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

/// How a message describes a source that the profile names.
std::string_view description(Kind kind) noexcept {
  switch (kind) {
    case Kind::variable: return "the variable that 'api-key-env' names";
    case Kind::file: return "the file";
    case Kind::command: return "the command of 'api-key-command'";
    case Kind::credential: return "the systemd credential that 'api-key-credential' names";
    case Kind::keyring: return "the key of the kernel's keyring that 'api-key-keyring' names";
  }
  return {};
}

bool path_exists(const std::string& path) noexcept { return os::read_status(path).has_value(); }

std::optional<ApiKeySource> find_standard(const config::Profile& profile, const Environment& environment) {
  const auto standard = [](Kind kind, std::string value) {
    return ApiKeySource{.kind = kind, .value = std::move(value), .is_named = false};
  };
  if (const auto name = config::find_key_variable(environment))
    return standard(Kind::variable, std::string(*name));
  if (auto path = credential_path(environment, standard_credential); path && path_exists(*path))
    return standard(Kind::credential, std::move(*path));
  if (auto path = login_key_path(environment, profile.name); path && path_exists(*path))
    return ApiKeySource{
        .kind = Kind::file, .value = std::move(*path), .is_named = false, .service = profile.authorize_url};
  return std::nullopt;
}

Failure unusable(const ApiKeySource& source, const std::string& why) {
  return Failure(ExitCode::invalid_settings, "cannot use the API key from " + describe(source) + ": " + why,
                 "it must be the key alone, in one line");
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
  const auto removed = environment.find(config::removed_variable);
  if (!removed) return no_key(profile);
  return Failure(
      ExitCode::invalid_settings,
      no_key(profile).what() + std::string(": 'sase-credential exec' removed ") + protocol::escape(*removed) +
          " from the environment",
      "use the token in SASE_ACCESS_TOKEN, or run this in: sase-credential exec --pass-api-key -- CMD");
}

std::string describe(const ApiKeySource& source) {
  if (!source.is_named && source.kind == Kind::variable) return source.value;
  if (!source.is_named && source.kind == Kind::credential)
    return "the systemd credential '" + std::string(standard_credential) + '\'';
  std::string text(description(source.kind));
  if (source.kind != Kind::file) return text;
  if (!source.is_named) text += " of 'login',";
  return text + " '" + protocol::escape(source.value) + '\'';
}

bool is_removed_by_logout(const ApiKeySource& source) noexcept {
  return source.kind == Kind::file && !source.is_named && !path_exists(source.value);
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
