// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"

#include "helper/authorize/service/json_members.hpp"
#include "helper/authorize/service/service_error.hpp"
#include "protocol/ascii.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace sase::authorize {

namespace {

constexpr std::string_view before_key = R"({"grantType":"api_key","apiKey":")";
constexpr std::string_view after_key = R"("})";
constexpr std::string_view hex_digits = "0123456789abcdef";

/// Room for the escapes of a usual key, which needs none at all.
constexpr std::size_t room_for_escapes = 64;

/// RFC 8259 section 7: quotation mark, backslash and control characters are escaped, all else may stand.
void append_escaped(protocol::Secret& body, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20) {
    const std::array<char, 2> digits = {hex_digits[byte >> 4U], hex_digits[byte & 0xfU]};
    body.append("\\u00");
    body.append({digits.data(), digits.size()});
    return;
  }
  if (c == '"' || c == '\\') body.append("\\");
  body.append({&c, 1});
}

}  // namespace

protocol::Secret write_authorize_body(std::string_view api_key) {
  // Written by hand and not by a JSON library, which would leave unwiped copies of the key behind.
  auto body = protocol::Secret::with_capacity(before_key.size() + api_key.size() + room_for_escapes);
  body.append(before_key);
  for (const char c : api_key)
    append_escaped(body, c);
  body.append(after_key);
  return body;
}

namespace {

using protocol::AuthError;
using protocol::TokenResponse;
using std::chrono::seconds;
using std::chrono::sys_seconds;

using Outcome = std::variant<TokenResponse, AuthError>;

constexpr auto envelope = "data";

/// The time at the service, and whether it said so itself.
struct ServiceTime {
  sys_seconds now;
  bool is_its_own;
};

ServiceTime service_time(const HttpReply& reply, sys_seconds wall_clock) {
  const auto date = protocol::parse_http_date(reply.date);
  return {.now = date.value_or(wall_clock), .is_its_own = date.has_value()};
}

AuthError invalid_response(std::string what) {
  return {.kind = protocol::ErrorKind::invalid_response,
          .what = std::move(what),
          .hint = "check region, api and url: another host may have answered",
          .retry_after = {}};
}

AuthError not_json(const HttpReply& reply) {
  if (reply.body.empty()) return invalid_response("the service's answer is empty");
  if (!is_web_page(reply)) return invalid_response("the service's answer is not JSON");
  AuthError auth_error = invalid_response("a web page answered instead of the service");
  auth_error.hint =
      "a captive portal, a filter or another host may have answered: check the network, proxy, region and "
      "url";
  return auth_error;
}

bool is_bearer(std::string_view type) noexcept {
  constexpr std::string_view bearer = "bearer";
  return std::ranges::equal(type, bearer, {}, protocol::to_lower);
}

/// A missing type is the documented one; null is as good as missing.
bool has_usable_type(const JsonMembers& members) noexcept {
  const auto* const type = members.find(envelope, "tokenType");
  return type == nullptr || type->kind == JsonMembers::Kind::null || is_bearer(type->text.reveal());
}

std::optional<sys_seconds> compute_expiry(const JsonMembers& members) {
  const auto* const expiry = members.find(envelope, "accessTokenExpire");
  return expiry == nullptr ? std::nullopt : protocol::parse_expiry(expiry->text.reveal());
}

seconds compute_lifetime(const JsonMembers& members, const ServiceTime& time) {
  const seconds remaining = protocol::remaining_lifetime(compute_expiry(members), time.now);
  return remaining <= seconds(0) && !time.is_its_own ? protocol::assumed_lifetime : remaining;
}

Outcome grant(const JsonMembers& members, std::string_view token, const ServiceTime& time) try {
  const seconds lifetime = compute_lifetime(members, time);
  if (lifetime <= seconds(0)) {
    AuthError dead = invalid_response("the service gave a token that has already expired");
    dead.hint = "the service's own clock says so; trying again later may help";
    return dead;
  }
  return TokenResponse{.token = protocol::BearerToken(protocol::Secret(token)), .lifetime = lifetime};
} catch (const protocol::ProtocolError& error) {
  // Its text names the rule that is broken and never the token.
  return invalid_response(std::string("the service's answer cannot be used: ") + error.what());
}

Outcome read_members(const JsonMembers& members, std::string_view api_key, const ServiceTime& time) {
  if (!has_usable_type(members))
    return invalid_response("the service gave a token of another type than bearer");
  const std::string_view token = members.text(envelope, "accessToken");
  if (token.empty())
    return invalid_response("the service's answer holds no access token" +
                            quote_unless_secret(find_service_message(members), api_key));
  return grant(members, token, time);
}

}  // namespace

Outcome parse_service_response(const HttpReply& reply, std::string_view api_key, sys_seconds wall_clock) {
  const ServiceTime time = service_time(reply, wall_clock);
  if (reply.status < 200 || reply.status > 299) return describe_service_error(reply, api_key, time.now);
  const auto members = JsonMembers::parse(reply.body.reveal());
  return members ? read_members(*members, api_key, time) : not_json(reply);
}

}  // namespace sase::authorize
