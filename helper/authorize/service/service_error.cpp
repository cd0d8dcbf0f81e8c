// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_error.hpp"

#include "helper/authorize/service/retry.hpp"
#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"
#include "protocol/host.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace sase::authorize {

namespace {

constexpr std::size_t longest_shown = 200;
constexpr std::size_t telling_piece = 8;

using protocol::to_lower;

bool contains(std::string_view text, std::string_view piece) noexcept {
  const auto same = [](char left, char right) { return to_lower(left) == to_lower(right); };
  return std::search(text.begin(), text.end(), piece.begin(), piece.end(), same) != text.end();
}

bool echoes(std::string_view message, std::string_view key) noexcept {
  const std::size_t piece = std::min(telling_piece, key.size());
  if (piece == 0) return false;
  for (std::size_t start = 0; start + piece <= message.size(); ++start) {
    if (contains(key, message.substr(start, piece))) return true;
  }
  return false;
}

/// Whether a run of characters is so long that it is no word, but perhaps a token or a session's name.
bool holds_token(std::string_view message) noexcept {
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

}  // namespace

std::string_view find_service_message(const JsonMembers& members) noexcept {
  for (const std::string_view name : std::array<std::string_view, 3>{"message", "body", "error"}) {
    const std::string_view message = members.text({}, name);
    if (!message.empty()) return message;
  }
  return {};
}

std::string quote_unless_secret(std::string_view message, std::string_view api_key) {
  // Only what would be shown is looked at, so a long message costs no more than a short one.
  const std::string_view shown = message.substr(0, longest_shown);
  if (shown.empty() || echoes(shown, api_key) || holds_token(shown)) return {};
  return ": \"" + protocol::escape(message) + '"';
}

namespace {

using protocol::AuthError;
using protocol::ErrorKind;

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
    // The v3 gateway answers 403, and not 404, to a path that it does not know.
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

Meaning describe_status(int status) {
  const auto* const found = std::ranges::find(meanings, status, &Meaning::status);
  if (found != meanings.end()) return *found;
  if (status >= 500 && status <= 599)
    return {status, ErrorKind::unreachable, true, "the service is failing", ""};
  if (status >= 300 && status <= 399)
    return {status, ErrorKind::invalid_response, false,
            "the service answered with a redirect, which is never followed", check_address};
  return {status, ErrorKind::invalid_response, false, "the service's answer makes no sense", check_address};
}

/// A page with one of these is not the service's: the service writes JSON. With 401 and 5xx the status
/// decides.
constexpr auto page = "a web page answered instead of the service";
constexpr auto page_hint =
    "a captive portal, a filter or another host may have answered: check the network, proxy, region and url";

Meaning describe_status(const HttpReply& reply) {
  Meaning meaning = describe_status(reply.status);
  const bool by_status =
      reply.status == 401 || reply.status >= 500 || meaning.transient || reply.status / 100 == 3;
  if (by_status || !is_web_page(reply)) return meaning;
  return {reply.status, ErrorKind::invalid_response, false, page, page_hint};
}

std::string quoted_message(const HttpReply& reply, std::string_view api_key) {
  const auto members = JsonMembers::parse(reply.body.reveal());
  return members ? quote_unless_secret(find_service_message(*members), api_key) : std::string();
}

/// Where a redirect leads, which tells a captive portal from a mere wrong address. Its host only: the rest
/// may echo anything.
std::string redirect_target(const HttpReply& reply, std::string_view api_key) try {
  const bool is_redirect = reply.status >= 300 && reply.status <= 399;
  if (!is_redirect || reply.location.empty()) return {};
  const std::string origin = protocol::parse_url(reply.location).origin.text();
  return quote_unless_secret(origin, api_key).empty() ? std::string() : " to '" + origin + '\'';
} catch (const protocol::ProtocolError&) {
  return {};
}

std::string_view trim_left(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\xef\xbb\xbf"), text.size()));
  return text;
}

}  // namespace

bool is_web_page(const HttpReply& reply) noexcept {
  return reply.content_type.starts_with("text/html") || trim_left(reply.body.reveal()).starts_with('<');
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

}  // namespace sase::authorize
