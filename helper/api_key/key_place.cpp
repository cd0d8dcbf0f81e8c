// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/key_place.hpp"

#include "helper/api_key/login_key.hpp"
#include "helper/api_key/systemd_credential.hpp"
#include "helper/config/profile_name.hpp"
#include "protocol/escape.hpp"

#include <unistd.h>

namespace sase::helper {

namespace {

bool is_there(const std::string& path) noexcept {
  return ::access(path.c_str(), F_OK) == 0;
}

std::optional<KeyPlace> find_standard(const Profile& profile, const Environment& environment) {
  const auto standard = [](KeyKind kind, std::string name) {
    return KeyPlace{.kind = kind, .name = std::move(name), .choice = KeyChoice::standard};
  };
  for (const std::string_view name : standard_key_variables)
    if (environment.find(name)) return standard(KeyKind::variable, std::string(name));
  if (auto path = credential_path(environment, standard_credential); path && is_there(*path))
    return standard(KeyKind::credential, std::move(*path));
  if (auto path = login_key_file(environment, profile.name); path && is_there(*path))
    return standard(KeyKind::file, std::move(*path));
  return std::nullopt;
}

}  // namespace

std::string KeyPlace::describe() const {
  const bool is_named = choice == KeyChoice::named;
  switch (kind) {
    case KeyKind::variable: return is_named ? "the variable that 'api-key-env' names" : name;
    case KeyKind::file:
      return std::string(is_named ? "the file '" : "the file of 'login', '") + protocol::escape(name) + '\'';
    case KeyKind::command: return "the command of 'api-key-command'";
    case KeyKind::credential:
      return is_named ? "the systemd credential that 'api-key-credential' names"
                      : "the systemd credential '" + std::string(standard_credential) + '\'';
    case KeyKind::keyring: return "the key of the kernel's keyring that 'api-key-keyring' names";
    case KeyKind::standard: break;
  }
  return "nowhere";
}

bool KeyPlace::is_logged_out() const noexcept {
  return kind == KeyKind::file && choice == KeyChoice::standard && !is_there(name);
}

std::optional<KeyPlace> find_key(const Profile& profile, const Environment& environment) {
  const KeySource& source = profile.key_source;
  if (source.kind == KeyKind::standard) return find_standard(profile, environment);
  KeyPlace place{.kind = source.kind, .name = source.value};
  // Without its folder the name stays what it is, and reading says what is missing.
  if (source.kind == KeyKind::credential)
    if (auto path = credential_path(environment, source.value)) place.name = std::move(*path);
  return place;
}

Failure no_key(const Profile& profile) {
  const std::string choice = profile.name == default_profile ? "" : " --profile " + profile.name;
  return Failure(ExitCode::settings, "no API key for the profile '" + profile.name + "'",
                 "run 'sase-credential login" + choice + "', or set SASE_API_KEY");
}

}  // namespace sase::helper
