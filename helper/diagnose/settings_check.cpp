// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "helper/names.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <algorithm>

namespace sase::diagnose {

namespace {

using protocol::escape;

constexpr std::string_view not_shown = "(not shown)";

/// The escaped text, in which a placeholder replaces each word that may be a misplaced key.
std::string without_keys(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(", \t\n"), text.size());
    const std::string_view word = text.substr(0, end);
    shown += may_be_key(word) ? std::string(not_shown) : escape(word);
    shown += escape(text.substr(end, 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return shown;
}

std::string key_source_value(config::SettingId id, const config::Assignment& given,
                             const Environment& environment) {
  if (id == config::SettingId::api_key_file) return without_keys(given.value);
  if (id == config::SettingId::api_key_env && environment.find(given.value)) return without_keys(given.value);
  return std::string(not_shown);
}

std::string list_additional_hosts(const config::Profile& profile) {
  std::string list;
  for (std::size_t i = 1; i < profile.hosts.size(); ++i)
    list += (list.empty() ? "" : ", ") + profile.hosts[i].text();
  return list;
}

std::string list_members(const config::Profile& profile) {
  if (!profile.fleet) return {};
  std::string list;
  for (const protocol::Host& member : profile.fleet->members)
    list += (list.empty() ? "https://" : ",https://") + member.authority();
  return without_keys(list);
}

std::string format_value(config::SettingId id, const config::Profile& profile,
                         const config::Settings& values) {
  switch (id) {
    case config::SettingId::region: return region_name(values);
    case config::SettingId::api: return std::string(config::api_generation(profile.api).name);
    case config::SettingId::url: return without_keys(profile.url);
    case config::SettingId::host: return without_keys(list_additional_hosts(profile));
    case config::SettingId::min_ttl: return protocol::format_duration(profile.min_ttl);
    case config::SettingId::refresh_ahead: return protocol::format_duration(profile.refresh_ahead);
    case config::SettingId::timeout: return protocol::format_duration(profile.timeout);
    case config::SettingId::cache: return std::string(to_name(profile.cache));
    case config::SettingId::ca_file: return without_keys(profile.ca_file);
    case config::SettingId::client_cert: return without_keys(profile.client_cert);
    case config::SettingId::client_key: return without_keys(profile.client_key);
    case config::SettingId::proxy: return without_keys(without_credentials(profile.proxy));
    case config::SettingId::no_proxy: return without_keys(profile.no_proxy);
    case config::SettingId::fleet: return list_members(profile);
    case config::SettingId::fleet_ca_file: return without_keys(profile.fleet ? profile.fleet->ca_file : "");
    case config::SettingId::fleet_client_cert:
      return without_keys(profile.fleet ? profile.fleet->client_cert : "");
    case config::SettingId::fleet_client_key:
      return without_keys(profile.fleet ? profile.fleet->client_key : "");
    case config::SettingId::fleet_prefix: return without_keys(profile.fleet ? profile.fleet->prefix : "");
    case config::SettingId::trace: return profile.trace.empty() ? "off" : without_keys(profile.trace);
    case config::SettingId::api_key_env:
    case config::SettingId::api_key_file:
    case config::SettingId::api_key_command:
    case config::SettingId::api_key_credential:
    case config::SettingId::api_key_keyring: break;
  }
  return {};
}

std::string find_origin(config::SettingId id, const config::Settings& values) {
  if (const config::Assignment* const given = values.find(id)) return given->source();
  if (id == config::SettingId::url && values.find(config::SettingId::region) != nullptr)
    return values.find(config::SettingId::region)->source();
  return "default";
}

std::string describe_files(const config::ProfileText& text) {
  std::string list;
  for (const config::ProfileText::File& file : text.files)
    list += (list.empty() ? ", in '" : "' and '") + protocol::escape(file.path);
  return list.empty() ? ", which has no file" : list + '\'';
}

}  // namespace

std::string region_name(const config::Settings& values) {
  const config::Assignment* const given = values.find(config::SettingId::region);
  if (given == nullptr && values.find(config::SettingId::url) != nullptr) return {};
  return std::string(given != nullptr ? given->value : config::regions.front().name);
}

std::string without_credentials(std::string_view url) {
  const auto at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  const auto scheme = url.find("://");
  const std::string_view head = scheme < at ? url.substr(0, scheme + 3) : std::string_view();
  return std::string(head) + "***" + std::string(url.substr(at));
}

std::vector<EffectiveSetting> effective_settings(const config::Profile& profile,
                                                 const config::Settings& values,
                                                 const Environment& environment) {
  std::vector<EffectiveSetting> shown;
  for (const config::Setting& setting : config::settings) {
    EffectiveSetting row{.name = setting.name,
                         .value = format_value(setting.id, profile, values),
                         .from = find_origin(setting.id, values)};
    if (setting.role == config::Role::key_source) {
      const config::Assignment* const given = values.find(setting.id);
      if (given != nullptr) row.value = key_source_value(setting.id, *given, environment);
    }
    shown.push_back(std::move(row));
  }
  return shown;
}

CheckedSettings check_settings(const config::ProfileSelector& selector, const Environment& environment) {
  CheckedSettings checked;
  try {
    checked.profile = selector.name_without_host();
    checked.given = selector.read_settings(checked.profile);
    checked.made = make_profile(checked.profile, checked.given.values);
    checked.shown = effective_settings(*checked.made, checked.given.values, environment);
    checked.check = {.name = "settings",
                     .state = protocol::CheckState::ok,
                     .what = "the profile '" + checked.profile + '\'' + describe_files(checked.given.text)};
  } catch (const Failure& failure) {
    checked.check = CheckResult::failed("settings", failure);
    if (checked.check.remedy.empty()) checked.check.remedy = "correct or remove that setting";
  }
  return checked;
}

}  // namespace sase::diagnose
