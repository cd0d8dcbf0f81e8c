// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_exchange.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/service/service_response.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"
#include "tests/fuzz/wire.hpp"

#include <Poco/Exception.h>

#include <optional>

namespace sase::fuzz {

namespace {

using authorize::HttpReply;

constexpr auto key = "the-api-key-0123456789";
constexpr std::string_view body = R"({"apiKey":"the-api-key-0123456789"})";

/// The reply as it is read when so many bytes arrive at a time; nothing where it is refused.
std::optional<authorize::HttpReply> read(std::string_view bytes, std::size_t piece) {
  const auto wire = std::make_shared<Wire>(Wire{.said = bytes, .piece = piece});
  std::optional<authorize::HttpReply> reply;
  authorize::Progress progress;
  try {
    const authorize::Endpoint endpoint{.host = {.name = "api.example.test"}, .path = "/v3/auth"};
    reply = authorize::exchange(secure_socket(wire), endpoint, body, progress);
  } catch (const authorize::FailedAttempt& failed) {
    check_outcome(failed.auth_error(), key);
  } catch (const Poco::Exception&) {
    reply.reset();
  }
  const std::string& heard = wire->heard;
  check(heard.starts_with("POST /v3/auth HTTP/1.1\r\n") && heard.ends_with(body), "the key is posted");
  check(heard.find(body) == heard.size() - body.size(), "the key is posted once, whatever is answered");
  return reply;
}

}  // namespace

/// What comes back over the connection to the service.
void http_reply(std::string_view bytes) {
  auto reply = read(bytes, bytes.size() + 1);
  const auto slow = read(bytes, 3);
  check(reply.has_value() == slow.has_value(), "a reply is the same in however many pieces it comes");
  if (!reply) return;
  check(reply->status == slow->status && reply->content_type == slow->content_type &&
            reply->date == slow->date && reply->retry_after == slow->retry_after &&
            reply->location == slow->location && reply->body.reveal() == slow->body.reveal(),
        "a reply is the same in however many pieces it comes");
  check(reply->body.size() <= bytes.size(), "a body holds what came");
  check_outcome(authorize::parse_service_response(*reply, key, {}), key);
}

}  // namespace sase::fuzz
