// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/key_check.hpp"

#include "helper/api_key/key_place.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <sys/stat.h>

namespace sase::diagnose {

namespace {

using protocol::CheckState;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr auto make_new_key = "make a new key in the console, Settings > API Support";

sys_seconds wall_clock() {
  return std::chrono::floor<seconds>(std::chrono::system_clock::now());
}

std::string octal(mode_t mode) {
  std::string digits;
  for (const unsigned shift : {6U, 3U, 0U})
    digits += static_cast<char>('0' + (mode >> shift & 7U));
  return digits;
}

/// Age and mode of a file; nothing where it has none to be seen.
std::string describe_file(const api_key::ApiKeyLocation& place) {
  struct stat status {};
  if (place.kind != api_key::ApiKeySourceKind::file && place.kind != api_key::ApiKeySourceKind::credential)
    return {};
  if (::stat(place.name.c_str(), &status) != 0) return {};
  const auto changed = std::chrono::system_clock::from_time_t(status.st_mtime);
  return ", changed " + protocol::describe_duration(wall_clock() - std::chrono::floor<seconds>(changed)) +
         " ago, mode " + octal(status.st_mode);
}

/// The standard variables that are set and do not count.
std::string describe_shadowed(const api_key::ApiKeyLocation& place, const Environment& environment) {
  std::string list;
  for (const std::string_view name : api_key::standard_key_variables)
    if (environment.find(name) && !(place.kind == api_key::ApiKeySourceKind::variable && place.name == name))
      list += (list.empty() ? "; " : ", ") + std::string(name);
  return list.empty() ? list : list + " is set too and not used";
}

bool mentions(std::string_view text, const config::Region& region) noexcept {
  return std::ranges::any_of(std::array{region.v1, region.v3}, [text](std::string_view origin) {
    return !origin.empty() && text.find(config::host_of(origin)) != std::string_view::npos;
  });
}

/// The region whose host the profile asks; null for another service.
const config::Region* region_of(const config::Profile& profile) noexcept {
  const auto* const found = std::ranges::find_if(
      config::regions, [&](const config::Region& region) { return mentions(profile.authorize_url, region); });
  return found == config::regions.end() ? nullptr : found;
}

/// Another region that the key names, and not the profile's as well; null where it does not.
const config::Region* other_region(const KeyClaims& claims, const config::Region& ours) noexcept {
  const config::Region* other = nullptr;
  for (const std::string& party : claims.parties) {
    if (mentions(party, ours)) return nullptr;
    for (const config::Region& region : config::regions)
      if (mentions(party, region)) other = &region;
  }
  return other;
}

CheckResult broken(std::string what, std::string remedy) {
  return {.name = "key",
          .state = CheckState::broken,
          .what = std::move(what),
          .remedy = std::move(remedy),
          .code = ExitCode::invalid_settings};
}

}  // namespace

CheckResult judge_claims(const KeyClaims& claims, const config::Profile& profile, sys_seconds now) {
  CheckResult check{.name = "key", .state = CheckState::ok, .what = {}, .remedy = {}};
  if (claims.expires && *claims.expires <= now)
    return broken("the key itself says that it expired on " + protocol::format_rfc3339(*claims.expires) +
                      ", and this machine's clock says " + protocol::format_rfc3339(now),
                  make_new_key);
  if (const config::Region* const ours = region_of(profile))
    if (const config::Region* const other = other_region(claims, *ours))
      return broken("the key itself says that it is for the region '" + std::string(other->name) +
                        "', and the profile asks '" + std::string(ours->name) + '\'',
                    "set region to " + std::string(other->name) + ", or make a key in that region's console");
  if (!claims.expires) return check;
  const auto left = *claims.expires - now;
  check.what = "it expires on " + protocol::format_rfc3339(*claims.expires) + " (" +
               protocol::describe_duration(left) + " left)";
  if (left >= short_key_life) return check;
  check.state = CheckState::warning;
  check.remedy = make_new_key;
  return check;
}

CheckResult check_key(const config::Profile& profile, const Environment& environment,
                      const std::function<const api_key::ApiKey&()>& read) {
  const auto start = std::chrono::steady_clock::now();
  try {
    const auto place = api_key::find_api_key(profile, environment);
    if (!place) throw api_key::no_key(profile);
    const auto claims = read_claims(read().reveal());
    CheckResult check = judge_claims(claims.value_or(KeyClaims{}), profile, wall_clock());
    std::string what = "from " + place->describe() + describe_file(*place);
    if (!check.what.empty()) what += "; " + check.what;
    check.what = what + describe_shadowed(*place, environment);
    check.took =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return check;
  } catch (const Failure& failure) {
    // It is what this command is there to tell.
    return CheckResult::failed("key", failure);
  }
}

}  // namespace sase::diagnose
