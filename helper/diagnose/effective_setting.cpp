// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/effective_setting.hpp"

#include "protocol/escape.hpp"
#include "protocol/lifetime.hpp"

#include <array>
#include <optional>
#include <span>

namespace sase::helper {

namespace {

using protocol::escape;

constexpr std::string_view not_shown = "(not shown)";

std::string_view name_of(CacheKind kind) noexcept {
  switch (kind) {
    case CacheKind::file: return "file";
    case CacheKind::keyring: return "keyring";
    case CacheKind::none: break;
  }
  return "none";
}

std::string key_source_value(SettingId id, const Assignment& given, const Environment& environment) {
  if (id == SettingId::api_key_file) return escape(given.value);
  if (id == SettingId::api_key_env && environment.find(given.value)) return escape(given.value);
  return std::string(not_shown);
}

std::string origin_of(const Profile& profile) {
  return "https://" + profile.hosts.front().text();
}

std::string further_hosts(const Profile& profile) {
  std::string list;
  for (std::size_t i = 1; i < profile.hosts.size(); ++i)
    list += (list.empty() ? "" : ", ") + profile.hosts[i].text();
  return list;
}

std::string value_of(SettingId id, const Profile& profile, const Settings& values) {
  switch (id) {
    case SettingId::region: return region_name(values);  // empty for another service, which has none
    case SettingId::api: return profile.api == Api::v1 ? "v1" : "v3";
    case SettingId::url: return origin_of(profile);
    case SettingId::host: return further_hosts(profile);
    case SettingId::min_ttl: return protocol::format_duration(profile.min_ttl);
    case SettingId::refresh_ahead: return protocol::format_duration(profile.refresh_ahead);
    case SettingId::timeout: return protocol::format_duration(profile.timeout);
    case SettingId::cache: return std::string(name_of(profile.cache));
    case SettingId::ca_file: return escape(profile.ca_file);
    case SettingId::client_cert: return escape(profile.client_cert);
    case SettingId::client_key: return escape(profile.client_key);
    case SettingId::proxy: return escape(without_credentials(profile.proxy));
    case SettingId::no_proxy: return escape(profile.no_proxy);
    case SettingId::trace: return profile.trace.empty() ? "off" : escape(profile.trace);
    default: return {};
  }
}

/// The variables that stand in for a setting that no layer gives, the one that wins first.
std::span<const std::string_view> stand_ins(SettingId id) noexcept {
  static constexpr std::array<std::string_view, 2> proxy = {"https_proxy", "HTTPS_PROXY"};
  static constexpr std::array<std::string_view, 2> no_proxy = {"no_proxy", "NO_PROXY"};
  static constexpr std::array<std::string_view, 1> roots = {"SSL_CERT_FILE"};
  switch (id) {
    case SettingId::proxy: return proxy;
    case SettingId::no_proxy: return no_proxy;
    case SettingId::ca_file: return roots;
    default: return {};
  }
}

const Assignment* given_in(const Settings& values, SettingId id) noexcept {
  if (id == SettingId::host) return values.hosts().empty() ? nullptr : values.hosts().data();
  return values.find(id);
}

std::string place_of(SettingId id, const Settings& values, const Environment& environment) {
  if (const Assignment* const given = given_in(values, id)) return given->place();
  if (id == SettingId::url && values.find(SettingId::region) != nullptr)
    return values.find(SettingId::region)->place();
  for (const std::string_view variable : stand_ins(id))
    if (environment.find(variable)) return std::string(variable);
  return "default";
}

}  // namespace

std::string region_name(const Settings& values) {
  const Assignment* const given = values.find(SettingId::region);
  if (given == nullptr && values.find(SettingId::url) != nullptr) return {};
  return std::string(given != nullptr ? given->value : regions.front().name);
}

std::string without_credentials(std::string_view url) {
  const auto at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  const auto scheme = url.find("://");
  const std::string_view head = scheme < at ? url.substr(0, scheme + 3) : std::string_view();
  return std::string(head) + "***" + std::string(url.substr(at));
}

std::vector<EffectiveSetting> effective_settings(const Profile& profile, const Settings& values,
                                                 const Environment& environment) {
  std::vector<EffectiveSetting> shown;
  for (const Setting& setting : settings) {
    EffectiveSetting row{.name = setting.name,
                         .value = value_of(setting.id, profile, values),
                         .from = place_of(setting.id, values, environment)};
    if (is_key_source(setting.id)) {
      const Assignment* const given = values.find(setting.id);
      if (given != nullptr) row.value = key_source_value(setting.id, *given, environment);
    }
    shown.push_back(std::move(row));
  }
  return shown;
}

}  // namespace sase::helper
