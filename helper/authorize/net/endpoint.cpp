// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/endpoint.hpp"

#include "helper/authorize/report/failed_attempt.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>

namespace sase::authorize {

namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw FailedAttempt({.kind = protocol::ErrorKind::misconfigured,
                       .what = "the service's URL cannot be used: " + why,
                       .hint = "set url to an https origin, such as https://api.perimeter81.com",
                       .retry_after = {}});
}

bool is_path_character(char c) noexcept {
  return c > ' ' && c < '\x7f' && c != '#';
}

std::string path_of(std::string_view rest) {
  if (!std::ranges::all_of(rest, is_path_character))
    refuse("its path holds blanks, '#' or bytes beyond ASCII");
  return (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

}  // namespace

Endpoint Endpoint::parse(std::string_view url) try {
  const protocol::ParsedUrl parsed = protocol::parse_url(url);
  if (parsed.origin.scheme != "https") refuse("only https is spoken");
  if (!parsed.origin.user.empty()) refuse("it holds user information");
  return {.host = parsed.origin.host, .path = path_of(parsed.rest)};
} catch (const protocol::ProtocolError& error) {
  refuse(error.what());
}

}  // namespace sase::authorize
