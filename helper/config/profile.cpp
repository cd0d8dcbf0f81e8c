// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"

#include "helper/nearest_name.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/proxy_url.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sase::config {

namespace {

using protocol::escape;
using protocol::Host;
using std::chrono::seconds;

/// A value in a message. A very long one may be a key that was put in the wrong place, so it is not shown.
std::string in_quotes(std::string_view value) {
  constexpr std::size_t longest_shown = 80;
  return value.size() > longest_shown ? "of " + std::to_string(value.size()) + " bytes"
                                      : "'" + escape(value) + "'";
}

/// The failure of a value that is none of the words which its setting knows.
Failure unknown_word(const Assignment& given) {
  const std::span<const NamedValue> known = given.setting->words();
  return given.failure("unknown " + std::string(given.setting->name) + ' ' + in_quotes(given.value),
                       suggest(given.value, names_of(known), "known are " + list_of(known)));
}

const Region& region_of(const Assignment* given) {
  if (given == nullptr) return regions.front();
  const Region* const found = find_region(given->value);
  if (found == nullptr) throw unknown_word(*given);
  return *found;
}

Api api_of(const Assignment* given, const Region& region) {
  if (given == nullptr) return region.v1.empty() ? Api::v3 : Api::v1;
  const auto* const found = std::ranges::find(apis, given->value, &ApiName::name);
  if (found == apis.end()) throw unknown_word(*given);
  return found->api;
}

CacheKind cache_of(const Assignment* given) {
  if (given == nullptr) return cache_kinds.front().kind;
  const auto* const found = std::ranges::find(cache_kinds, given->value, &CacheKindName::name);
  if (found == cache_kinds.end()) throw unknown_word(*given);
  return found->kind;
}

/// Reads the origin of another service, exactly `https://host[:port]`.
Host service_host(const Assignment& given) {
  try {
    const protocol::ParsedUrl url = protocol::parse_url(given.value);
    if (url.origin.scheme != "https") throw protocol::ProtocolError("it does not begin with https://");
    if (!url.origin.user.empty()) throw protocol::ProtocolError("it carries a user name");
    if (!url.rest.empty() && url.rest != "/") throw protocol::ProtocolError("it goes on after the host");
    return url.origin.host;
  } catch (const protocol::ProtocolError& error) {
    // The URL itself is not shown: people put passwords into URLs.
    throw given.failure(std::string("unusable url: ") + error.what(),
                        "write the origin alone, such as https://api.example.com:8443");
  }
}

Host further_host(const Assignment& given) {
  const auto host = Host::parse(given.value);
  if (!host) throw given.failure("unusable host " + in_quotes(given.value), "write a name, or name:port");
  return *host;
}

seconds duration_of(const Assignment& given, seconds least) {
  const auto duration = protocol::parse_duration(given.value);
  if (!duration)
    throw given.failure("unusable duration " + in_quotes(given.value),
                        "write a number and a unit, such as 90s, 5m or 1h");
  if (*duration < least) throw given.failure("the duration " + in_quotes(given.value) + " is too short");
  return *duration;
}

std::string path_of(const Assignment* given) {
  if (given == nullptr) return {};
  if (!given->value.starts_with('/'))
    throw given->failure("the path " + in_quotes(given->value) + " is not absolute", "begin it with a slash");
  return std::string(given->value);
}

std::string trace_of(const Assignment* given) {
  if (given == nullptr || given->value == "0" || given->value == "off") return {};
  if (given->value == "1" || given->value.starts_with('/')) return std::string(given->value);
  throw given->failure("unusable trace " + in_quotes(given->value),
                       "write 1 for standard error, 0 for none, or the absolute path of a file");
}

/// The text of the first of the variables that is set.
std::string text_of(const Environment& environment, std::initializer_list<std::string_view> variables) {
  for (const std::string_view name : variables)
    if (const auto value = environment.find(name)) {
      if (has_control_bytes(*value))
        throw Failure(ExitCode::invalid_settings, std::string(name) + ": a control character in the value");
      return std::string(*value);
    }
  return {};
}

/// A list of hosts; line ends and tabs, which lists in YAML files bring along, divide them as blanks and
/// commas do. Throws Failure for the first of the variables that is set and holds other control characters.
std::string host_list_of(const Assignment* given, const Environment& environment) {
  std::string list(given != nullptr ? given->value : std::string_view());
  std::string_view place;
  for (const std::string_view name : {"NO_PROXY", "no_proxy"})
    if (const auto value = environment.find(name); value && given == nullptr) {
      list = *value;
      place = name;
    }
  std::ranges::replace_if(
      list, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (!has_control_bytes(list)) return list;
  const char* const why = "a control character in the value";
  throw given != nullptr ? given->failure(why)
                         : Failure(ExitCode::invalid_settings, std::string(place) + ": " + why);
}

/// OpenSSL's own variable. A relative path would be looked up in whatever directory the host stands in.
std::string default_ca_file(const Environment& environment) {
  std::string path = text_of(environment, {"SSL_CERT_FILE"});
  if (!path.empty() && path.front() != '/')
    throw Failure(ExitCode::invalid_settings,
                  "SSL_CERT_FILE: the path " + in_quotes(path) + " is not absolute",
                  "begin it with a slash, or set 'ca-file'");
  return path;
}

void set_service(Profile& profile, const Settings& values) {
  const Region& region = region_of(values.find(SettingId::region));
  const Assignment* const api = values.find(SettingId::api);
  profile.api = api_of(api, region);
  std::string origin(profile.api == Api::v1 ? region.v1 : region.v3);
  Host host;
  if (const Assignment* const url = values.find(SettingId::url)) {
    host = service_host(*url);
    origin = "https://" + host.text();
  } else if (origin.empty()) {
    throw api->failure("the region '" + std::string(region.name) + "' has no v1",
                       "leave 'api' out, or set it to v3");
  } else {
    host.name = origin.substr(std::string_view("https://").size());
  }
  profile.authorize_url = authorize_url(origin, profile.api);
  profile.rest_url = rest_url(origin, profile.api);
  profile.hosts.push_back(std::move(host));
  for (const Assignment& further : values.hosts())
    if (Host named = further_host(further); !profile.owns(named)) profile.hosts.push_back(std::move(named));
}

void set_times(Profile& profile, const Settings& values) {
  if (const Assignment* const given = values.find(SettingId::min_ttl)) {
    profile.min_ttl = duration_of(*given, seconds(0));
    if (profile.min_ttl > protocol::longest_lifetime)
      throw given->failure("min-ttl " + in_quotes(given->value) +
                           " is longer than a token lives, which is 60m");
  }
  if (const Assignment* const given = values.find(SettingId::refresh_ahead))
    profile.refresh_ahead = duration_of(*given, seconds(0));
  if (const Assignment* const given = values.find(SettingId::timeout)) {
    profile.timeout = duration_of(*given, seconds(1));
    profile.has_own_timeout = true;
  }
}

/// Validates the proxy here as well as in the authorizer, so that the message names the place of the setting.
std::string proxy_of(const Assignment& given) try {
  (void)protocol::ProxyUrl::parse(given.value);
  return std::string(given.value);
} catch (const protocol::ProtocolError& error) {
  throw given.failure(std::string("unusable proxy: ") + error.what(),
                      "write http://[user:password@]host[:port]");
}

void set_connection(Profile& profile, const Settings& values, const Environment& environment) {
  profile.ca_file = path_of(values.find(SettingId::ca_file));
  if (profile.ca_file.empty()) profile.ca_file = default_ca_file(environment);
  profile.client_cert = path_of(values.find(SettingId::client_cert));
  profile.client_key = path_of(values.find(SettingId::client_key));
  const Assignment* const proxy = values.find(SettingId::proxy);
  profile.proxy = proxy != nullptr ? proxy_of(*proxy) : text_of(environment, {"https_proxy", "HTTPS_PROXY"});
  profile.no_proxy = host_list_of(values.find(SettingId::no_proxy), environment);
}

}  // namespace

std::vector<Host> hosts_of(const Settings& values) {
  Profile profile;
  set_service(profile, values);
  return std::move(profile.hosts);
}

bool Profile::owns(const Host& host) const noexcept {
  return std::ranges::find(hosts, host) != hosts.end();
}

Profile make_profile(std::string_view name, const Settings& values, const Environment& environment) {
  Profile profile;
  profile.name = name;
  set_service(profile, values);
  profile.key_source = api_key::key_source_of(values);
  set_times(profile, values);
  profile.cache = cache_of(values.find(SettingId::cache));
  set_connection(profile, values, environment);
  profile.trace = trace_of(values.find(SettingId::trace));
  return profile;
}

}  // namespace sase::config
