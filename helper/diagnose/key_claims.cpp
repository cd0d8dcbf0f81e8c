// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/key_claims.hpp"

#include "protocol/secret.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace sase::diagnose {

namespace {

using nlohmann::json;
using protocol::Secret;

int digit_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

/// base64url without padding (RFC 4648 section 5); nothing for anything else.
std::optional<Secret> decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  Secret bytes = Secret::with_capacity(text.size());
  std::uint32_t bits = 0;
  unsigned current = 0;
  for (const char c : text) {
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    current += 6;
    if (current < 8) continue;
    current -= 8;
    const char byte = static_cast<char>(bits >> current & 0xffU);
    bytes.append({&byte, 1});
  }
  return bytes;
}

/// The middle one of three parts between dots.
std::optional<std::string_view> payload_of(std::string_view token) noexcept {
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return token.substr(first + 1, second - first - 1);
}

/// Seconds since the epoch; a time so late that it has five digits of a year is none.
std::optional<std::chrono::sys_seconds> time_of(const json& claims, const char* name) {
  constexpr double latest = 253402300799;
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds <= latest)) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

void add_texts(std::vector<std::string>& texts, const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return;
  if (found->is_string()) texts.push_back(found->get<std::string>());
  if (!found->is_array()) return;
  for (const json& text : *found)
    if (text.is_string()) texts.push_back(text.get<std::string>());
}

}  // namespace

std::optional<KeyClaims> read_claims(std::string_view api_key) {
  const auto payload = payload_of(api_key);
  const auto text = payload ? decode(*payload) : std::nullopt;
  if (!text) return std::nullopt;
  // What the library copies of it is not wiped; without the other two parts it is no key.
  const std::string_view bytes = text->reveal();
  const json claims = json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!claims.is_object()) return std::nullopt;
  KeyClaims read{.expires = time_of(claims, "exp"), .parties = {}};
  add_texts(read.parties, claims, "iss");
  add_texts(read.parties, claims, "aud");
  return read;
}

}  // namespace sase::diagnose
