// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/diagnose/doctor.hpp"
#include "helper/os/files/file_status.hpp"
#include "protocol/secret.hpp"
#include "protocol/time.hpp"

#include <nlohmann/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace sase::diagnose {

namespace {

using nlohmann::json;
using protocol::CheckState;
using protocol::Secret;
using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Decodes base64url without padding (RFC 4648 section 5).
std::optional<Secret> decode(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Secret bytes;
  std::size_t size = 0;
  if (::sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.spare_capacity(text.size()).data()),
                          text.size(), text.data(), text.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return std::nullopt;
  bytes.commit(size);
  return bytes;
}

/// The second of three parts separated by dots.
std::optional<std::string_view> find_payload(std::string_view token) noexcept {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return token.substr(first + 1, second - first - 1);
}

/// Seconds since the epoch, up to the year 9999.
std::optional<sys_seconds> parse_time(const json& claims, const char* name) {
  constexpr double latest = 253402300799;
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double count = found->get<double>();
  if (!(count >= 0 && count <= latest)) return std::nullopt;
  return sys_seconds(seconds(static_cast<std::int64_t>(count)));
}

void add_texts(std::vector<std::string>& texts, const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return;
  if (found->is_string()) texts.push_back(found->get<std::string>());
  if (!found->is_array()) return;
  for (const json& text : *found)
    if (text.is_string()) texts.push_back(text.get<std::string>());
}

constexpr auto create_new_key = "create a new key in the console, Settings > API Support";

sys_seconds wall_clock() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

std::string octal(unsigned mode) {
  std::string digits;
  for (const unsigned shift : {6U, 3U, 0U})
    digits += static_cast<char>('0' + (mode >> shift & 7U));
  return digits;
}

/// Age and mode of a key file; empty for other sources.
std::string describe_file(const config::ApiKeySource& place) {
  if (place.kind != config::ApiKeySource::Kind::file && place.kind != config::ApiKeySource::Kind::credential)
    return {};
  const auto status = os::read_status(place.value);
  if (!status) return {};
  return ", changed " + protocol::describe_duration(wall_clock() - status->modified) + " ago, mode " +
         octal(status->permissions);
}

/// The standard variables that are set but not used.
std::string describe_shadowed(const config::ApiKeySource& place, const Environment& environment) {
  std::string list;
  for (const std::string_view name : config::standard_key_variables)
    if (environment.find(name) &&
        !(place.kind == config::ApiKeySource::Kind::variable && place.value == name))
      list += (list.empty() ? "; " : ", ") + std::string(name);
  return list.empty() ? list : list + " is set but not used";
}

bool mentions(std::string_view text, const config::Region& region) noexcept {
  return std::ranges::any_of(region.origins, [text](std::string_view origin) {
    return !origin.empty() && text.find(config::host_in(origin)) != std::string_view::npos;
  });
}

/// The region whose service the profile uses; null for another service.
const config::Region* find_region_by_host(const config::Profile& profile) noexcept {
  const auto* const found = std::ranges::find_if(
      config::regions, [&](const config::Region& region) { return mentions(profile.authorize_url, region); });
  return found == config::regions.end() ? nullptr : found;
}

/// A region that the claims name while they do not name `own`; may be null.
const config::Region* find_other_region(const KeyClaims& claims, const config::Region& own) noexcept {
  const config::Region* other = nullptr;
  for (const std::string& party : claims.parties) {
    if (mentions(party, own)) return nullptr;
    for (const config::Region& region : config::regions)
      if (mentions(party, region)) other = &region;
  }
  return other;
}

CheckResult warn(std::string what, std::string remedy) {
  return {.name = "key", .state = CheckState::warning, .what = std::move(what), .remedy = std::move(remedy)};
}

}  // namespace

std::optional<KeyClaims> read_claims(std::string_view api_key) {
  const auto payload = find_payload(api_key);
  const auto text = payload ? decode(*payload) : std::nullopt;
  if (!text) return std::nullopt;
  // The library does not wipe its copies; the payload alone is not a key.
  const std::string_view bytes = text->reveal();
  const json claims = json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!claims.is_object()) return std::nullopt;
  KeyClaims read{.expires = parse_time(claims, "exp"), .parties = {}};
  add_texts(read.parties, claims, "iss");
  add_texts(read.parties, claims, "aud");
  return read;
}

CheckResult check_claims(const KeyClaims& claims, const config::Profile& profile, sys_seconds now) {
  if (claims.expires && *claims.expires <= now)
    return warn("its claims say that it expired on " + protocol::format_rfc3339(*claims.expires) +
                    "; this machine's clock says " + protocol::format_rfc3339(now),
                create_new_key);
  if (const config::Region* const own = find_region_by_host(profile))
    if (const config::Region* const other = find_other_region(claims, *own))
      return warn(
          "its claims name the region '" + std::string(other->name) + "', but the profile uses '" +
              std::string(own->name) + '\'',
          "set region to " + std::string(other->name) + ", or create a key in the console of that region");
  if (!claims.expires) return {.name = "key", .state = CheckState::ok, .what = {}, .remedy = {}};
  const auto left = *claims.expires - now;
  std::string what = "it expires on " + protocol::format_rfc3339(*claims.expires) + " (" +
                     protocol::describe_duration(left) + " left)";
  if (left < short_key_life) return warn(std::move(what), create_new_key);
  return {.name = "key", .state = CheckState::ok, .what = std::move(what), .remedy = {}};
}

CheckResult check_key(const config::Profile& profile, const Environment& environment,
                      const std::function<const api_key::ApiKey&()>& read) {
  const auto start = std::chrono::steady_clock::now();
  try {
    const auto place = api_key::find_source(profile, environment);
    if (!place) throw api_key::no_key(profile, environment);
    const auto claims = read_claims(read().reveal());
    CheckResult check = check_claims(claims.value_or(KeyClaims{}), profile, wall_clock());
    std::string what = "from " + api_key::describe(*place) + describe_file(*place);
    if (!check.what.empty()) what += "; " + check.what;
    check.what = what + describe_shadowed(*place, environment);
    check.took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return check;
  } catch (const Failure& failure) {
    return CheckResult::failed("key", failure);
  }
}

}  // namespace sase::diagnose
