// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/diagnose/report.hpp"
#include "helper/os/files/file_system.hpp"
#include "protocol/secret.hpp"
#include "protocol/time.hpp"

#include <nlohmann/json.hpp>
#include <sodium.h>

#include <cstdint>

namespace sase::diagnose {

namespace {

using nlohmann::json;
using protocol::CheckState;
using protocol::Secret;
using Kind = config::ApiKeySource::Kind;
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

sys_seconds wall_clock() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

std::string octal(unsigned mode) {
  std::string digits;
  for (const unsigned shift : {6U, 3U, 0U})
    digits += static_cast<char>('0' + (mode >> shift & 7U));
  return digits;
}

/// Age and mode of a key file; empty for other sources.
std::string describe_file(const config::ApiKeySource& source) {
  if (source.kind != Kind::file && source.kind != Kind::credential) return {};
  const auto status = os::read_status(source.value);
  if (!status) return {};
  return ", changed " + protocol::describe_duration(wall_clock() - status->modified) + " ago, mode " +
         octal(status->permissions);
}

/// The standard variables that are set but not used.
std::string describe_shadowed(const config::ApiKeySource& source, const Environment& environment) {
  std::string list;
  for (const std::string_view name : config::standard_key_variables)
    if (environment.find(name) && !(source.kind == Kind::variable && source.value == name))
      list += (list.empty() ? "; " : ", ") + std::string(name);
  return list.empty() ? list : list + " is set but not used";
}

}  // namespace

std::optional<sys_seconds> find_expiry(std::string_view api_key) {
  constexpr double latest = 253402300799;  // of the year 9999
  const auto payload = find_payload(api_key);
  const auto text = payload ? decode(*payload) : std::nullopt;
  if (!text) return std::nullopt;
  // The library does not wipe its copies; the payload alone is not a key.
  const std::string_view bytes = text->reveal();
  const json claims = json::parse(bytes.begin(), bytes.end(), nullptr, false);
  const auto found = claims.find("exp");
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double count = found->get<double>();
  if (!(count >= 0 && count <= latest)) return std::nullopt;
  return sys_seconds(seconds(static_cast<std::int64_t>(count)));
}

CheckResult check_expiry(std::optional<sys_seconds> expiry, sys_seconds now) {
  CheckResult check{.name = "key", .state = CheckState::ok, .what = {}};
  if (!expiry) return check;
  const std::string when = protocol::format_rfc3339(*expiry);
  const auto left = *expiry - now;
  if (left < short_key_life) {
    check.state = CheckState::warning;
    check.remedy = "create a new key in the console, Settings > API Support";
  }
  check.what = left.count() <= 0
                   ? "its claims say that it expired on " + when + "; this machine's clock says " +
                         protocol::format_rfc3339(now)
                   : "it expires on " + when + " (" + protocol::describe_duration(left) + " left)";
  return check;
}

CheckResult check_key(const config::Profile& profile, const Environment& environment,
                      const std::function<const api_key::ApiKey&()>& read) {
  const auto start = std::chrono::steady_clock::now();
  try {
    const auto source = api_key::find_source(profile, environment);
    if (!source) throw api_key::no_key(profile, environment);
    const std::string_view key = read().reveal();
    CheckResult check = check_expiry(find_expiry(key), wall_clock());
    const char* const odd =
        key.ends_with('\\') ? "it ends with a backslash, as a line of a script does"
        // The base64 text of `eyJ`, with which a JSON Web Token begins (RFC 7515 section 3).
        : key.starts_with("ZXlK")   ? "it begins like the base64 text of a key"
        : key.find(' ') != key.npos ? "it has a blank in it"
                                    : nullptr;
    if (odd != nullptr)
      check = {.name = "key",
               .state = CheckState::warning,
               .what = odd,
               .remedy = "copy it from the console: Settings > API Support"};
    std::string what = "from " + api_key::describe(*source) + describe_file(*source);
    if (!check.what.empty()) what += "; " + check.what;
    check.what = what + describe_shadowed(*source, environment);
    check.took = std::chrono::round<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    return check;
  } catch (const Failure& failure) {
    return CheckResult::failed("key", failure);
  }
}

}  // namespace sase::diagnose
