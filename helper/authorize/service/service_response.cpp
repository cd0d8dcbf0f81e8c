// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"

#include "helper/authorize/service/retry.hpp"
#include "protocol/escape.hpp"
#include "protocol/host.hpp"
#include "protocol/parsing.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace sase::authorize {

namespace {

constexpr std::string_view before_key = R"({"grantType":"api_key","apiKey":")";
constexpr std::string_view after_key = R"("})";

using protocol::AuthError;
using protocol::ErrorKind;
using protocol::Outcome;
using protocol::to_lower;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t longest_shown = 200;
/// A message with this many consecutive bytes of the key may reveal it.
constexpr std::size_t revealing_size = 8;

bool contains(std::string_view text, std::string_view piece) noexcept {
  const auto same = [](char left, char right) { return to_lower(left) == to_lower(right); };
  return std::search(text.begin(), text.end(), piece.begin(), piece.end(), same) != text.end();
}

bool contains_part_of_key(std::string_view message, std::string_view key) noexcept {
  const std::size_t piece = std::min(revealing_size, key.size());
  if (piece == 0) return false;
  for (std::size_t start = 0; start + piece <= message.size(); ++start) {
    if (contains(key, message.substr(start, piece))) return true;
  }
  return false;
}

/// Whether the message contains a run of characters that is too long for a word: perhaps a token.
bool may_contain_token(std::string_view message) noexcept {
  constexpr std::size_t longest_word = 20;
  std::size_t run = 0;
  for (const char c : message) {
    const bool in_run = (to_lower(c) >= 'a' && to_lower(c) <= 'z') || protocol::is_digit(c) || c == '-' ||
                        c == '_' || c == '.' || c == '+' || c == '~';
    run = in_run ? run + 1 : 0;
    if (run >= longest_word) return true;
  }
  return false;
}

constexpr auto web_page = "a web page answered instead of the service";
constexpr auto web_page_hint =
    "a captive portal, a filter or another host may have answered: check the network, proxy, region and url";
constexpr auto check_address =
    "check region, api and url: another host may have answered, or the path does not exist";

/// What one status means, whatever the body says.
struct Meaning {
  int status;
  ErrorKind kind;
  bool transient;
  const char* what;
  const char* hint;
};

constexpr std::array<Meaning, 12> meanings = {{
    {400, ErrorKind::rejected, false, "the service did not accept the request",
     "check that the whole API key was given and that api fits the region"},
    {401, ErrorKind::rejected, false, "the service rejected the API key",
     "check the key, its expiry date and the region in Settings > API Support"},
    {402, ErrorKind::rejected, false, "the account's plan does not cover the API",
     "the API needs a Premium Plus or Enterprise plan"},
    // The v3 gateway answers an unknown path with 403, not with 404.
    {403, ErrorKind::rejected, false, "the service denied access",
     "check the key's permissions, and that region and api are right: a wrong path is answered like this "
     "too"},
    {404, ErrorKind::invalid_response, false, "the URL was not found on the service", check_address},
    {405, ErrorKind::invalid_response, false, "the URL was not found on the service", check_address},
    {408, ErrorKind::unreachable, true, "the service gave up waiting for the request", ""},
    {410, ErrorKind::invalid_response, false, "the URL was not found on the service", check_address},
    {421, ErrorKind::invalid_response, false, "the host does not serve this name", check_address},
    {422, ErrorKind::rejected, false, "the service did not accept the request",
     "check that the whole API key was given and that api fits the region"},
    {425, ErrorKind::unreachable, true, "the service asks to try again", ""},
    {429, ErrorKind::rate_limited, true, "the service limits the rate of requests",
     "it counts by IP address: other programs behind the same address count as well"},
}};

Meaning find_meaning(int status) {
  const auto* const found = std::ranges::find(meanings, status, &Meaning::status);
  if (found != meanings.end()) return *found;
  if (status >= 500 && status <= 599)
    return {status, ErrorKind::unreachable, true, "the service is failing", ""};
  if (status >= 300 && status <= 399)
    return {status, ErrorKind::invalid_response, false,
            "the service answered with a redirect, which is never followed", check_address};
  return {status, ErrorKind::invalid_response, false, "the service's response makes no sense", check_address};
}

/// A web page does not come from the service, which writes JSON. Nevertheless, for 401, 3xx, 500 and above,
/// and transient statuses, the status decides.
Meaning describe_status(const HttpReply& reply) {
  const Meaning meaning = find_meaning(reply.status);
  const bool by_status =
      reply.status == 401 || reply.status >= 500 || meaning.transient || reply.status / 100 == 3;
  if (by_status || !is_web_page(reply)) return meaning;
  return {reply.status, ErrorKind::invalid_response, false, web_page, web_page_hint};
}

/// Nothing if it is not a JSON object.
std::optional<protocol::JsonObject> parse_body(const HttpReply& reply) try {
  return protocol::JsonObject::parse(reply.body.reveal(), reply.body.size());
} catch (const protocol::ProtocolError&) {
  return std::nullopt;
}

std::string quoted_message(const HttpReply& reply, std::string_view api_key) {
  const auto response = parse_body(reply);
  return response ? quote_unless_secret(find_service_message(*response), api_key) : std::string();
}

/// The host of a redirect, which distinguishes a captive portal from a wrong URL. The rest of the URL may
/// contain a secret.
std::string redirect_target(const HttpReply& reply, std::string_view api_key) try {
  const bool is_redirect = reply.status >= 300 && reply.status <= 399;
  if (!is_redirect || reply.location.empty()) return {};
  const std::string origin = protocol::parse_url(reply.location).origin.text();
  return quote_unless_secret(origin, api_key).empty() ? std::string() : " to '" + origin + '\'';
} catch (const protocol::ProtocolError&) {
  return {};
}

/// The service's clock, or this machine's if the service does not send its own.
struct ServiceTime {
  sys_seconds now;
  bool is_its_own;
};

AuthError invalid_response(std::string what,
                           std::string hint = "check region, api and url: another host may have answered") {
  return {ErrorKind::invalid_response, false, std::move(what), std::move(hint)};
}

AuthError not_json(const HttpReply& reply) {
  if (reply.body.empty()) return invalid_response("the service's response is empty");
  if (!is_web_page(reply)) return invalid_response("the service's response is not JSON");
  return invalid_response(web_page, web_page_hint);
}

seconds compute_lifetime(std::string_view expiry, const ServiceTime& time) {
  const seconds remaining = protocol::remaining_lifetime(protocol::parse_expiry(expiry), time.now);
  return remaining <= seconds(0) && !time.is_its_own ? protocol::assumed_lifetime : remaining;
}

/// Without a tokenType, the token is a bearer token, as documented.
Outcome read_token(const protocol::JsonObject& response, std::string_view api_key,
                   const ServiceTime& time) try {
  const protocol::JsonObject data = response.object("data").value_or(protocol::JsonObject::parse("{}"));
  const auto type = data.text("tokenType").value_or("bearer");
  if (!std::ranges::equal(type, std::string_view("bearer"), {}, to_lower))
    return invalid_response("the service issued a token of another type than bearer");
  const auto token = data.text("accessToken").value_or("");
  if (token.empty())
    return invalid_response("the service's response contains no access token" +
                            quote_unless_secret(find_service_message(response), api_key));
  const seconds lifetime = compute_lifetime(data.characters("accessTokenExpire"), time);
  if (lifetime <= seconds(0))
    return invalid_response("the service issued a token that has already expired",
                            "the service's own clock says so; try again later");
  return protocol::TokenResponse{.token = protocol::BearerToken(protocol::Secret(token)),
                                 .lifetime = lifetime};
} catch (const protocol::ProtocolError& error) {
  // Its text names the broken rule, never the token.
  return invalid_response(std::string("the service's response cannot be used: ") + error.what());
}

}  // namespace

protocol::Secret write_authorize_body(std::string_view api_key) {
  // A JSON library would leave copies of the key that are not wiped.
  auto body = protocol::Secret::with_capacity(before_key.size() + api_key.size() + after_key.size());
  body.append(before_key);
  for (const char c : api_key) {
    // Keys are printable, so that only these need an escape (RFC 8259 section 7).
    if (c == '"' || c == '\\') body.append("\\");
    body.append({&c, 1});
  }
  body.append(after_key);
  return body;
}

std::string find_service_message(const protocol::JsonObject& response) {
  for (const auto* const name : {"message", "body", "error"}) {
    std::string message = response.characters(name);
    if (!message.empty()) return message;
  }
  return {};
}

std::string quote_unless_secret(std::string_view message, std::string_view api_key) {
  // Only the part that would be shown is checked, so a long message costs no more than a short one.
  const std::string_view shown = message.substr(0, longest_shown);
  if (shown.empty() || contains_part_of_key(shown, api_key) || may_contain_token(shown)) return {};
  return ": \"" + protocol::escape(message) + '"';
}

bool is_web_page(const HttpReply& reply) noexcept {
  const std::string_view body = reply.body.reveal();
  const auto start = std::min(body.find_first_not_of(" \t\r\n\xef\xbb\xbf"), body.size());
  return reply.content_type.starts_with("text/html") || body.substr(start).starts_with('<');
}

AuthError describe_service_error(const HttpReply& reply, std::string_view api_key,
                                 std::chrono::sys_seconds now) {
  const Meaning meaning = describe_status(reply);
  return {.kind = meaning.kind,
          .transient = meaning.transient,
          .what = std::string(meaning.what) + " (HTTP " + std::to_string(reply.status) + ')' +
                  redirect_target(reply, api_key) + quoted_message(reply, api_key),
          .hint = meaning.hint,
          .retry_after = meaning.transient ? parse_retry_after(reply.retry_after, now) : std::nullopt};
}

Outcome parse_service_response(const HttpReply& reply, std::string_view api_key, sys_seconds wall_clock) {
  const auto date = protocol::parse_http_date(reply.date);
  const ServiceTime time{.now = date.value_or(wall_clock), .is_its_own = date.has_value()};
  if (reply.status < 200 || reply.status > 299) return describe_service_error(reply, api_key, time.now);
  const auto response = parse_body(reply);
  return response ? read_token(*response, api_key, time) : not_json(reply);
}

}  // namespace sase::authorize
