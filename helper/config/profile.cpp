// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"

#include "helper/names.hpp"
#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"
#include "protocol/host.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sase::config {

namespace {

using protocol::escape;
using protocol::Host;
using std::chrono::seconds;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || protocol::is_digit(c);
}

/// A value for a message. A long one is not shown: it may be a key that was put in the wrong place.
std::string in_quotes(std::string_view value) {
  constexpr std::size_t longest_shown = 80;
  return value.size() > longest_shown || may_be_key(value) ? "of " + std::to_string(value.size()) + " bytes"
                                                           : "'" + escape(value) + "'";
}

Failure unknown_value(const Assignment& given) {
  const std::span<const NamedValue> known = given.setting->values();
  return given.failure("unknown " + std::string(given.setting->name) + ' ' + in_quotes(given.value),
                       suggest(given.value, to_names(known), "known are " + format_list(known)));
}

/// The row whose name is the value of a setting. Throws Failure for an unknown value.
template <typename Table>
const auto& find_row(const Table& table, const Assignment& given) {
  const auto found =
      std::ranges::find_if(table, [&given](const auto& row) { return row.name == given.value; });
  if (found == table.end()) throw unknown_value(given);
  return *found;
}

/// Accepts exactly `https://host[:port]`.
Host parse_service_url(const Assignment& given) {
  try {
    const protocol::ParsedUrl url = protocol::parse_url(given.value);
    if (url.origin.scheme != "https") throw protocol::ProtocolError("it does not begin with https://");
    if (!url.origin.user.empty()) throw protocol::ProtocolError("it carries a user name");
    if (!url.rest.empty() && url.rest != "/") throw protocol::ProtocolError("it continues after the host");
    return url.origin.host;
  } catch (const protocol::ProtocolError& error) {
    // The URL is not shown: it may contain a password.
    throw given.failure(std::string("unusable url: ") + error.what(),
                        "write the origin alone, such as https://api.example.com:8443");
  }
}

Host parse_host(const Assignment& given) {
  const auto host = Host::parse(given.value);
  if (!host) throw given.failure("unusable host " + in_quotes(given.value), "write a name, or name:port");
  return *host;
}

seconds parse_duration(const Assignment& given, seconds least) {
  const auto duration = protocol::parse_duration(given.value);
  if (!duration)
    throw given.failure("unusable duration " + in_quotes(given.value),
                        "write a number and a unit, such as 90s, 5m or 1h");
  if (*duration < least) throw given.failure("the duration " + in_quotes(given.value) + " is too short");
  return *duration;
}

std::string parse_path(const Assignment* given) {
  if (given == nullptr) return {};
  if (!given->value.starts_with('/'))
    throw given->failure("the path " + in_quotes(given->value) + " is not absolute", "begin it with a slash");
  return std::string(given->value);
}

std::string parse_trace(const Assignment* given) {
  if (given == nullptr || given->value == "0" || given->value == "off") return {};
  if (given->value == "1" || given->value.starts_with('/')) return std::string(given->value);
  throw given->failure("unusable trace " + in_quotes(given->value),
                       "write 1 for standard error, 0 for none, or the absolute path of a file");
}

/// The value of the first variable that is set, or an empty text.
std::string read_variable(const Environment& environment, std::initializer_list<std::string_view> variables) {
  for (const std::string_view name : variables)
    if (const auto value = environment.find(name)) {
      if (has_control_bytes(*value))
        throw Failure(ExitCode::invalid_settings, std::string(name) + ": a control character in the value");
      return std::string(*value);
    }
  return {};
}

/// The hosts that are reached without the proxy. Line ends and tabs, which lists in YAML files contain,
/// become blanks. Throws Failure for any other control character.
std::string parse_no_proxy(const Assignment* given, const Environment& environment) {
  std::string list(given != nullptr ? given->value : std::string_view());
  std::string_view variable;
  for (const std::string_view name : {"NO_PROXY", "no_proxy"})
    if (const auto value = environment.find(name); value && given == nullptr) {
      list = *value;
      variable = name;
    }
  std::ranges::replace_if(
      list, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (!has_control_bytes(list)) return list;
  const char* const why = "a control character in the value";
  throw given != nullptr ? given->failure(why)
                         : Failure(ExitCode::invalid_settings, std::string(variable) + ": " + why);
}

/// OpenSSL's variable. A relative path is rejected: the host tool chooses the working directory.
std::string default_ca_file(const Environment& environment) {
  std::string path = read_variable(environment, {"SSL_CERT_FILE"});
  if (!path.empty() && path.front() != '/')
    throw Failure(ExitCode::invalid_settings,
                  "SSL_CERT_FILE: the path " + in_quotes(path) + " is not absolute",
                  "begin it with a slash, or set 'ca-file'");
  return path;
}

void set_service(Profile& profile, const Settings& values) {
  const Assignment* const region_given = values.find(SettingId::region);
  const Region& region = region_given != nullptr ? find_row(regions, *region_given) : regions.front();
  const Assignment* const api_given = values.find(SettingId::api);
  profile.api = api_given != nullptr ? find_row(api_generations, *api_given).api : region.default_api();
  std::string origin(region.origin(profile.api));
  Host host;
  if (const Assignment* const url = values.find(SettingId::url)) {
    host = parse_service_url(*url);
    origin = "https://" + host.text();
  } else if (api_given != nullptr && origin.empty()) {
    // A region's default generation has an origin.
    throw api_given->failure(
        "the region '" + std::string(region.name) + "' has no " +
            std::string(api_generation(profile.api).name),
        "leave 'api' out, or set it to " + std::string(api_generation(region.default_api()).name));
  } else {
    host.name = host_in(origin);
  }
  profile.authorize_url = authorize_url(origin, profile.api);
  profile.rest_url = rest_url(origin, profile.api);
  profile.hosts.push_back(std::move(host));
  for (const Assignment& given : values.hosts())
    if (Host further = parse_host(given); !profile.owns(further)) profile.hosts.push_back(std::move(further));
}

void set_times(Profile& profile, const Settings& values) {
  if (const Assignment* const given = values.find(SettingId::min_ttl)) {
    profile.min_ttl = parse_duration(*given, seconds(0));
    if (profile.min_ttl > protocol::longest_lifetime)
      throw given->failure("min-ttl " + in_quotes(given->value) +
                           " is longer than the lifetime of a token, 60m");
  }
  if (const Assignment* const given = values.find(SettingId::refresh_ahead))
    profile.refresh_ahead = parse_duration(*given, seconds(0));
  if (const Assignment* const given = values.find(SettingId::timeout)) {
    profile.timeout = parse_duration(*given, seconds(1));
    profile.has_own_timeout = true;
  }
}

/// Validates the proxy here as well as in the authorizer, so that the message names the place of the setting.
std::string select_proxy(const Assignment& given) try {
  (void)protocol::ProxyUrl::parse(given.value);
  return std::string(given.value);
} catch (const protocol::ProtocolError& error) {
  throw given.failure(std::string("unusable proxy: ") + error.what(),
                      "write http://[user:password@]host[:port]");
}

void set_connection(Profile& profile, const Settings& values, const Environment& environment) {
  profile.ca_file = parse_path(values.find(SettingId::ca_file));
  if (profile.ca_file.empty()) profile.ca_file = default_ca_file(environment);
  profile.client_cert = parse_path(values.find(SettingId::client_cert));
  profile.client_key = parse_path(values.find(SettingId::client_key));
  const Assignment* const proxy = values.find(SettingId::proxy);
  profile.proxy =
      proxy != nullptr ? select_proxy(*proxy) : read_variable(environment, {"https_proxy", "HTTPS_PROXY"});
  profile.no_proxy = parse_no_proxy(values.find(SettingId::no_proxy), environment);
}

}  // namespace

bool is_profile_name(std::string_view text) noexcept {
  constexpr std::size_t longest_name = 64;
  if (text.empty() || text.size() > longest_name || !is_letter_or_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool Profile::owns(const Host& host) const noexcept {
  return std::ranges::find(hosts, host) != hosts.end();
}

std::vector<Host> parse_hosts(const Settings& values) {
  Profile profile;
  set_service(profile, values);
  return std::move(profile.hosts);
}

Profile make_profile(std::string_view name, const Settings& values, const Environment& environment) {
  Profile profile;
  profile.name = name;
  set_service(profile, values);
  profile.key_source = parse_api_key_source(values);
  set_times(profile, values);
  if (const Assignment* const given = values.find(SettingId::cache))
    profile.cache = find_row(cache_kinds, *given).kind;
  set_connection(profile, values, environment);
  profile.trace = parse_trace(values.find(SettingId::trace));
  return profile;
}

}  // namespace sase::config
