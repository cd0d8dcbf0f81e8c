// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/source.hpp"

#include "helper/api_key/api_key.hpp"
#include "helper/api_key/login_files.hpp"
#include "helper/os/files/file_status.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <array>

namespace sase::api_key {

namespace {

using Kind = ApiKeySource::Kind;
using Deadline = std::chrono::steady_clock::time_point;

/// The systemd credential that is used after the standard variables and before the file of `login`.
constexpr std::string_view standard_credential = "sase-api-key";

ApiKey read_variable(const std::string& name, const Environment& environment) {
  const auto value = environment.find(name);
  // The name is not shown: users put the key itself there by mistake.
  if (!value)
    throw Failure(ExitCode::invalid_settings, "the variable that 'api-key-env' names is not set",
                  "set it to the key, or name the one that holds it");
  try {
    return ApiKey(protocol::Secret(*value));
  } catch (const protocol::ProtocolError& error) {
    throw Failure(
        ExitCode::invalid_settings,
        "the API key in the variable '" + protocol::escape(name) + "' cannot be used: " + error.what(),
        "set it to the key alone, in one line");
  }
}

/// A kind of source: how a message describes it if the profile names it, and how its key is read.
struct Row {
  Kind kind;
  std::string_view description;
  ApiKey (*read)(const std::string& value, const Environment&, Deadline);
};

/// In the order of Kind.
constexpr std::array rows = {
    Row{Kind::variable, "the variable that 'api-key-env' names",
        [](const std::string& name, const Environment& environment, Deadline) {
          return read_variable(name, environment);
        }},
    Row{Kind::file, "the file",
        [](const std::string& path, const Environment&, Deadline deadline) {
          return read_file(path, deadline);
        }},
    Row{Kind::command, "the command of 'api-key-command'", run_command},
    Row{Kind::credential, "the systemd credential that 'api-key-credential' names",
        [](const std::string& path, const Environment&, Deadline deadline) {
          return read_systemd_credential(path, deadline);
        }},
    Row{Kind::keyring, "the key of the kernel's keyring that 'api-key-keyring' names",
        [](const std::string& description, const Environment&, Deadline) {
          return read_keyring(description);
        }},
};

constexpr bool is_in_order = [] {
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
  return true;
}();
static_assert(is_in_order, "Kind is an index into the table");

const Row& find_row(Kind kind) noexcept {
  return rows[static_cast<std::size_t>(kind)];
}

bool path_exists(const std::string& path) noexcept {
  return os::read_status(path).has_value();
}

std::optional<ApiKeySource> find_standard(const config::Profile& profile, const Environment& environment) {
  const auto standard = [](Kind kind, std::string value) {
    return ApiKeySource{.kind = kind, .value = std::move(value), .is_named = false};
  };
  for (const std::string_view name : config::standard_key_variables)
    if (environment.find(name)) return standard(Kind::variable, std::string(name));
  if (auto path = credential_path(environment, standard_credential); path && path_exists(*path))
    return standard(Kind::credential, std::move(*path));
  if (auto path = login_key_path(environment, profile.name); path && path_exists(*path))
    return ApiKeySource{
        .kind = Kind::file, .value = std::move(*path), .is_named = false, .service = profile.authorize_url};
  return std::nullopt;
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
  const std::string flag = profile.name == config::default_profile ? "" : " --profile " + profile.name;
  return Failure(ExitCode::invalid_settings, "no API key for the profile '" + profile.name + "'",
                 "run 'sase-credential login" + flag + "', or set SASE_API_KEY");
}

std::string describe(const ApiKeySource& source) {
  if (!source.is_named && source.kind == Kind::variable) return source.value;
  if (!source.is_named && source.kind == Kind::credential)
    return "the systemd credential '" + std::string(standard_credential) + '\'';
  std::string text(find_row(source.kind).description);
  if (source.kind != Kind::file) return text;
  if (!source.is_named) text += " of 'login',";
  return text + " '" + protocol::escape(source.value) + '\'';
}

bool is_removed_by_logout(const ApiKeySource& source) noexcept {
  return source.kind == Kind::file && !source.is_named && !path_exists(source.value);
}

ApiKey read_key(const ApiKeySource& source, const Environment& environment, Deadline deadline) {
  return source.service.empty() ? find_row(source.kind).read(source.value, environment, deadline)
                                : read_login_key(source.value, source.service);
}

}  // namespace sase::api_key
