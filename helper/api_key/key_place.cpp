// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/key_place.hpp"

#include "helper/api_key/login_key.hpp"
#include "helper/api_key/systemd_credential.hpp"
#include "helper/config/profile_name.hpp"
#include "protocol/escape.hpp"

#include <unistd.h>

namespace sase::api_key {

namespace {

bool is_there(const std::string& path) noexcept {
  return ::access(path.c_str(), F_OK) == 0;
}

std::optional<ApiKeyLocation> find_standard(const config::Profile& profile, const Environment& environment) {
  const auto standard = [](ApiKeySourceKind kind, std::string name) {
    return ApiKeyLocation{.kind = kind, .name = std::move(name), .choice = ApiKeySelection::standard};
  };
  for (const std::string_view name : standard_key_variables)
    if (environment.find(name)) return standard(ApiKeySourceKind::variable, std::string(name));
  if (auto path = credential_path(environment, standard_credential); path && is_there(*path))
    return standard(ApiKeySourceKind::credential, std::move(*path));
  if (auto path = login_key_path(environment, profile.name); path && is_there(*path))
    return standard(ApiKeySourceKind::file, std::move(*path));
  return std::nullopt;
}

}  // namespace

std::string ApiKeyLocation::describe() const {
  const bool is_named = choice == ApiKeySelection::named;
  switch (kind) {
    case ApiKeySourceKind::variable: return is_named ? "the variable that 'api-key-env' names" : name;
    case ApiKeySourceKind::file:
      return std::string(is_named ? "the file '" : "the file of 'login', '") + protocol::escape(name) + '\'';
    case ApiKeySourceKind::command: return "the command of 'api-key-command'";
    case ApiKeySourceKind::credential:
      return is_named ? "the systemd credential that 'api-key-credential' names"
                      : "the systemd credential '" + std::string(standard_credential) + '\'';
    case ApiKeySourceKind::keyring: return "the key of the kernel's keyring that 'api-key-keyring' names";
    case ApiKeySourceKind::standard: break;
  }
  return "nowhere";
}

bool ApiKeyLocation::is_removed_by_logout() const noexcept {
  return kind == ApiKeySourceKind::file && choice == ApiKeySelection::standard && !is_there(name);
}

std::optional<ApiKeyLocation> find_api_key(const config::Profile& profile, const Environment& environment) {
  const ApiKeySource& source = profile.key_source;
  if (source.kind == ApiKeySourceKind::standard) return find_standard(profile, environment);
  ApiKeyLocation place{.kind = source.kind, .name = source.value};
  // Without its directory the name stays what it is, and reading says what is missing.
  if (source.kind == ApiKeySourceKind::credential)
    if (auto path = credential_path(environment, source.value)) place.name = std::move(*path);
  return place;
}

Failure no_key(const config::Profile& profile) {
  const std::string choice = profile.name == config::default_profile ? "" : " --profile " + profile.name;
  return Failure(ExitCode::invalid_settings, "no API key for the profile '" + profile.name + "'",
                 "run 'sase-credential login" + choice + "', or set SASE_API_KEY");
}

}  // namespace sase::api_key
