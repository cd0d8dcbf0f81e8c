// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/service/service_response.hpp"

#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <algorithm>
#include <charconv>

namespace sase::fuzz {

namespace {

using authorize::HttpReply;

/// POCO parses three digits of a status.
int parse_status(std::string_view line) noexcept {
  int status = 200;
  (void)std::from_chars(line.data(), line.data() + std::min<std::size_t>(line.size(), 3), status);
  return status;
}

bool holds_token(std::string_view body) try {
  const auto response = protocol::JsonObject::parse(body, body.size());
  const auto data = response.object("data");
  return data && !data->text("accessToken").value_or("").empty();
} catch (const protocol::ProtocolError&) {
  return false;
}

}  // namespace

/// One line each for status, content type, date, Retry-After and location, then the body.
void service_response(std::string_view bytes) {
  constexpr std::string_view api_key = "the-api-key-0123456789";
  constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};
  const authorize::HttpReply reply{.status = parse_status(take_line(bytes)),
                                   .content_type = std::string(take_line(bytes)),
                                   .date = std::string(take_line(bytes)),
                                   .retry_after = std::string(take_line(bytes)),
                                   .location = std::string(take_line(bytes)),
                                   .body = protocol::Secret(bytes)};
  auto outcome = authorize::parse_service_response(reply, api_key, now);
  const auto* const auth_error = std::get_if<protocol::AuthError>(&outcome);
  const bool is_good = reply.status >= 200 && reply.status <= 299;
  check(auth_error != nullptr || (is_good && holds_token(bytes)),
        "a token needs status 2xx and the right member");
  if (auth_error != nullptr && is_good && holds_token(bytes))
    check(auth_error->what.find('"') == std::string::npos, "a response with a token is not quoted");
  check_outcome(std::move(outcome), api_key);
}

}  // namespace sase::fuzz
