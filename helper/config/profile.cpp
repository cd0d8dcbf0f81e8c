// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"

#include "helper/names.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "protocol/time.hpp"

#include <algorithm>

namespace sase::config {

namespace {

using protocol::escape;
using protocol::Host;
using std::chrono::seconds;

bool is_letter_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || protocol::is_digit(c); }

/// A value for a message. A long one is not shown: it may be a key that was put in the wrong place.
std::string in_quotes(std::string_view value) {
  constexpr std::size_t longest_shown = 80;
  return value.size() > longest_shown || may_be_key(value) ? "of " + std::to_string(value.size()) + " bytes"
                                                           : "'" + escape(value) + "'";
}

/// The row whose name is the value of a setting. Throws Failure for an unknown value.
template <typename Table>
const auto& find_row(const Table& table, const Assignment& given) {
  for (const auto& row : table)
    if (row.name == given.value) return row;
  const std::vector<std::string_view> known = to_names(given.setting->values);
  throw given.failure("unknown " + std::string(given.setting->name) + ' ' + in_quotes(given.value),
                      suggest(given.value, known, "known are " + join(known)));
}

/// RFC 3986 section 3.3. A quotation mark, for example, would break the JSON of other programs.
bool is_path_character(char c) noexcept {
  return is_letter_or_digit(protocol::to_lower(c)) ||
         std::string_view("-._~!$&'()*+,;=:@%/").find(c) != std::string_view::npos;
}

/// Accepts `https://host[:port][/path]`. The path of the vendor's base URLs is not part of the result.
protocol::ParsedUrl parse_service_url(const Assignment& given) try {
  protocol::ParsedUrl url = protocol::parse_url(protocol::trim(given.value));
  if (url.origin.scheme != "https") throw protocol::ProtocolError("it does not begin with https://");
  if (!url.origin.user.empty()) throw protocol::ProtocolError("it carries a user name");
  if (!std::ranges::all_of(url.rest, is_path_character))
    throw protocol::ProtocolError("it has more than a path after the host");
  url.rest = without_vendor_path(url.rest);
  return url;
} catch (const protocol::ProtocolError& error) {
  // The URL is not shown: it may contain a password.
  throw given.failure(std::string("unusable url: ") + error.what(),
                      "write the base URL alone, such as https://api.example.com:8443");
}

Host parse_host(const Assignment& given) {
  const auto host = Host::parse(given.value);
  if (!host) throw given.failure("unusable host " + in_quotes(given.value), "write a name, or name:port");
  return *host;
}

std::string parse_path(const Assignment* given) {
  if (given == nullptr) return {};
  if (!given->value.starts_with('/'))
    throw given->failure("the path " + in_quotes(given->value) + " is not absolute",
                         "write the whole path, as 'realpath FILE' prints it; '~' is not expanded here");
  return std::string(given->value);
}

constexpr std::size_t most_members = 9;
constexpr std::size_t longest_prefix = 255;
constexpr const char* fleet_form = "write https://HOST:PORT of 1 to 9 members, separated by commas";

/// Without a path: the gateway's is known. With a port: that of https is hardly ever meant.
Host parse_member(std::string_view text) {
  const protocol::ParsedUrl url = protocol::parse_url(text);
  if (url.origin.scheme != "https") throw protocol::ProtocolError("it does not begin with https://");
  if (!url.origin.user.empty()) throw protocol::ProtocolError("it carries a user name");
  if (!url.rest.empty() && url.rest != "/") throw protocol::ProtocolError("it has more than host and port");
  const std::string_view last = text.substr(text.find_last_of(":]") + 1);
  if (last.empty() || !protocol::is_digit(last.front())) throw protocol::ProtocolError("it has no port");
  return url.origin.host;
}

std::vector<Host> parse_members(const Assignment& given) {
  std::vector<Host> members;
  const auto reject = [&given](std::string what) {
    what.insert(0, "unusable fleet: ");
    return given.failure(what, fleet_form);
  };
  for (std::string_view list = given.value; !list.empty();)
    try {
      const Host member = parse_member(protocol::trim(protocol::next_part(list, ',')));
      const auto same = [&member](const Host& other) { return other.authority() == member.authority(); };
      if (std::ranges::any_of(members, same)) throw protocol::ProtocolError("it is there twice");
      members.push_back(member);
    } catch (const protocol::ProtocolError& error) {
      // The URL is not shown: it may contain a password.
      throw reject("URL " + std::to_string(members.size() + 1) + ": " + error.what());
    }
  if (members.empty() || members.size() > most_members)
    throw reject("it names " + std::to_string(members.size()) + " members");
  return members;
}

std::string parse_prefix(const Assignment& given) {
  const std::string_view value = given.value;
  if (value.size() < 2 || value.size() > longest_prefix || !std::ranges::all_of(value, is_path_character) ||
      !value.starts_with('/') || !value.ends_with('/'))
    throw given.failure("unusable fleet-prefix " + in_quotes(value),
                        "begin and end it with a slash, such as /sase-credential/");
  return std::string(value);
}

std::optional<FleetSettings> parse_fleet(const Settings& values) {
  const auto path = [&](SettingId id) { return parse_path(values.find(id)); };
  FleetSettings fleet{.members = {},
                      .ca_file = path(SettingId::fleet_ca_file),
                      .client_cert = path(SettingId::fleet_client_cert),
                      .client_key = path(SettingId::fleet_client_key),
                      .prefix = {}};
  const Assignment* const prefix = values.find(SettingId::fleet_prefix);
  if (prefix != nullptr) fleet.prefix = parse_prefix(*prefix);
  const Assignment* const given = values.find(SettingId::fleet);
  if (given == nullptr || given->value == "off") return std::nullopt;
  fleet.members = parse_members(*given);
  if (prefix == nullptr) fleet.prefix = find_setting("fleet-prefix")->fallback;
  return fleet;
}

std::string parse_trace(const Assignment* given) {
  if (given == nullptr || given->value == "0" || given->value == "off") return {};
  if (given->value == "1" || given->value.starts_with('/')) return std::string(given->value);
  throw given->failure("unusable trace " + in_quotes(given->value),
                       "write 1 for standard error, 0 for none, or the absolute path of a file");
}

/// Line ends and tabs, which lists in YAML files contain, become blanks.
std::string parse_no_proxy(const Assignment* given) {
  if (given == nullptr) return {};
  std::string list(given->value);
  std::ranges::replace_if(
      list, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (has_control_bytes(list)) throw given->failure("a control character in the value");
  if (given->layer != Layer::common_variable && is_quoted(list)) throw given->failure("unusable list");
  return list;
}

/// The authorizer validates the proxy again. Here the message names the setting. A proxy of HTTPS_PROXY does
/// not matter to a call that the cache answers.
std::string parse_proxy(const Assignment* given) try {
  if (given == nullptr) return {};
  if (given->layer != Layer::common_variable) (void)protocol::ProxyUrl::parse(given->value);
  return std::string(given->value);
} catch (const protocol::ProtocolError& error) {
  throw given->failure(std::string("unusable proxy: ") + error.what(),
                       "write http://[user:password@]host[:port]");
}

void set_service(Profile& profile, const Settings& values) {
  const Assignment* const region_given = values.find(SettingId::region);
  const Region& region = region_given != nullptr ? find_row(regions, *region_given) : regions.front();
  const Assignment* const api_given = values.find(SettingId::api);
  profile.api = api_given != nullptr ? find_row(api_generations, *api_given).api : region.default_api();
  profile.url = region.origin(profile.api);
  Host host;
  if (const Assignment* const given = values.find(SettingId::url)) {
    const protocol::ParsedUrl url = parse_service_url(*given);
    host = url.origin.host;
    profile.url = "https://" + host.text() + std::string(url.rest);
  } else if (api_given != nullptr && profile.url.empty()) {
    // A region's default generation has an origin.
    throw api_given->failure(
        "the region '" + std::string(region.name) + "' has no " +
            std::string(api_generation(profile.api).name),
        "leave 'api' out, or set it to " + std::string(api_generation(region.default_api()).name));
  } else {
    host.name = host_in(profile.url);
  }
  profile.authorize_url = profile.url + std::string(api_generation(profile.api).authorize_path);
  profile.rest_url = profile.url + std::string(api_generation(profile.api).rest_path);
  profile.hosts.push_back(std::move(host));
  for (const Assignment& given : values.hosts())
    if (Host further = parse_host(given); !profile.owns(further)) profile.hosts.push_back(std::move(further));
}

/// Changes the duration if the setting is given, and returns where it is given.
const Assignment* set_duration(seconds& duration, const Settings& values, SettingId id) {
  const Assignment* const given = values.find(id);
  if (given == nullptr) return nullptr;
  const auto parsed = protocol::parse_duration(given->value);
  if (!parsed)
    throw given->failure("unusable duration " + in_quotes(given->value),
                         "write a number and a unit, such as 90s, 5m or 1h");
  duration = *parsed;
  return given;
}

void set_times(Profile& profile, const Settings& values) {
  const Assignment* const min_ttl = set_duration(profile.min_ttl, values, SettingId::min_ttl);
  if (profile.min_ttl >= protocol::longest_lifetime)
    throw min_ttl->failure("min-ttl " + in_quotes(min_ttl->value) +
                           " is not less than the lifetime of a token, 60m");
  set_duration(profile.refresh_ahead, values, SettingId::refresh_ahead);
  const Assignment* const timeout = set_duration(profile.timeout, values, SettingId::timeout);
  profile.has_own_timeout = timeout != nullptr;
  if (profile.timeout == seconds(0))
    throw timeout->failure("the duration " + in_quotes(timeout->value) + " is too short");
}

}  // namespace

bool is_profile_name(std::string_view text) noexcept {
  constexpr std::size_t longest_name = 64;
  if (text.empty() || text.size() > longest_name || !is_letter_or_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

std::string profile_flag(std::string_view name) {
  return name == default_profile ? std::string() : " --profile " + std::string(name);
}

bool Profile::owns(const Host& host) const noexcept { return std::ranges::find(hosts, host) != hosts.end(); }

std::optional<ApiKeySource> parse_api_key_source(const Settings& values) {
  for (const KeySourceRow& source : key_sources) {
    const Assignment* const given = values.find(source.id);
    if (given == nullptr) continue;
    if (!source.is_valid(given->value)) throw given->failure(source.what, source.hint);
    return ApiKeySource{.kind = source.kind, .value = std::string(given->value)};
  }
  return std::nullopt;
}

std::vector<Host> parse_hosts(const Settings& values) {
  Profile profile;
  set_service(profile, values);
  return std::move(profile.hosts);
}

Profile make_profile(std::string_view name, const Settings& values) {
  Profile profile;
  profile.name = name;
  set_service(profile, values);
  profile.key_source = parse_api_key_source(values);
  set_times(profile, values);
  if (const Assignment* const given = values.find(SettingId::cache))
    profile.cache = static_cast<CacheKind>(&find_row(cache_kinds, *given) - cache_kinds.data());
  profile.ca_file = parse_path(values.find(SettingId::ca_file));
  profile.client_cert = parse_path(values.find(SettingId::client_cert));
  profile.client_key = parse_path(values.find(SettingId::client_key));
  profile.proxy = parse_proxy(values.find(SettingId::proxy));
  profile.no_proxy = parse_no_proxy(values.find(SettingId::no_proxy));
  profile.fleet = parse_fleet(values);
  profile.trace = parse_trace(values.find(SettingId::trace));
  return profile;
}

}  // namespace sase::config
