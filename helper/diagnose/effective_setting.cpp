// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/effective_setting.hpp"

#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <array>
#include <optional>
#include <span>

namespace sase::diagnose {

namespace {

using protocol::escape;

constexpr std::string_view not_shown = "(not shown)";

std::string_view name_of(config::CacheKind kind) noexcept {
  switch (kind) {
    case config::CacheKind::file: return "file";
    case config::CacheKind::keyring: return "keyring";
    case config::CacheKind::none: break;
  }
  return "none";
}

std::string key_source_value(config::SettingId id, const config::Assignment& given,
                             const Environment& environment) {
  if (id == config::SettingId::api_key_file) return escape(given.value);
  if (id == config::SettingId::api_key_env && environment.find(given.value)) return escape(given.value);
  return std::string(not_shown);
}

std::string origin_of(const config::Profile& profile) {
  return "https://" + profile.hosts.front().text();
}

std::string further_hosts(const config::Profile& profile) {
  std::string list;
  for (std::size_t i = 1; i < profile.hosts.size(); ++i)
    list += (list.empty() ? "" : ", ") + profile.hosts[i].text();
  return list;
}

std::string value_of(config::SettingId id, const config::Profile& profile, const config::Settings& values) {
  switch (id) {
    case config::SettingId::region: return region_name(values);  // empty for another service, which has none
    case config::SettingId::api: return profile.api == config::Api::v1 ? "v1" : "v3";
    case config::SettingId::url: return origin_of(profile);
    case config::SettingId::host: return further_hosts(profile);
    case config::SettingId::min_ttl: return protocol::format_duration(profile.min_ttl);
    case config::SettingId::refresh_ahead: return protocol::format_duration(profile.refresh_ahead);
    case config::SettingId::timeout: return protocol::format_duration(profile.timeout);
    case config::SettingId::cache: return std::string(name_of(profile.cache));
    case config::SettingId::ca_file: return escape(profile.ca_file);
    case config::SettingId::client_cert: return escape(profile.client_cert);
    case config::SettingId::client_key: return escape(profile.client_key);
    case config::SettingId::proxy: return escape(without_credentials(profile.proxy));
    case config::SettingId::no_proxy: return escape(profile.no_proxy);
    case config::SettingId::trace: return profile.trace.empty() ? "off" : escape(profile.trace);
    default: return {};
  }
}

/// The variables that stand in for a setting that no layer gives, the one that wins first.
std::span<const std::string_view> stand_ins(config::SettingId id) noexcept {
  static constexpr std::array<std::string_view, 2> proxy = {"https_proxy", "HTTPS_PROXY"};
  static constexpr std::array<std::string_view, 2> no_proxy = {"no_proxy", "NO_PROXY"};
  static constexpr std::array<std::string_view, 1> roots = {"SSL_CERT_FILE"};
  switch (id) {
    case config::SettingId::proxy: return proxy;
    case config::SettingId::no_proxy: return no_proxy;
    case config::SettingId::ca_file: return roots;
    default: return {};
  }
}

const config::Assignment* given_in(const config::Settings& values, config::SettingId id) noexcept {
  if (id == config::SettingId::host) return values.hosts().empty() ? nullptr : values.hosts().data();
  return values.find(id);
}

std::string place_of(config::SettingId id, const config::Settings& values, const Environment& environment) {
  if (const config::Assignment* const given = given_in(values, id)) return given->place();
  if (id == config::SettingId::url && values.find(config::SettingId::region) != nullptr)
    return values.find(config::SettingId::region)->place();
  for (const std::string_view variable : stand_ins(id))
    if (environment.find(variable)) return std::string(variable);
  return "default";
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
                         .value = value_of(setting.id, profile, values),
                         .from = place_of(setting.id, values, environment)};
    if (is_key_source(setting.id)) {
      const config::Assignment* const given = values.find(setting.id);
      if (given != nullptr) row.value = key_source_value(setting.id, *given, environment);
    }
    shown.push_back(std::move(row));
  }
  return shown;
}

}  // namespace sase::diagnose
