// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_transport.hpp"
#include "helper/authorize/service/service_response.hpp"
#include "helper/network/report/progress.hpp"
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

/// The response if `piece` bytes arrive at a time, or nothing if it is rejected.
std::optional<authorize::HttpReply> read(std::string_view bytes, std::size_t piece) {
  const auto wire = std::make_shared<Wire>(Wire{.sent = bytes, .piece = piece});
  std::optional<authorize::HttpReply> reply;
  authorize::Progress progress([&wire](std::string_view lines) {
    check(!lines.starts_with("requests=") || wire->received.empty(),
          "a request is counted before it is sent");
  });
  try {
    const authorize::Endpoint endpoint{.host = {.name = "api.example.test"}, .path = "/v3/auth"};
    reply = authorize::exchange(secure_socket(wire), endpoint, body, progress);
  } catch (const authorize::FailedAttempt& failed) {
    check_outcome(failed.auth_error(), key);
  } catch (const Poco::Exception&) {
    reply.reset();
  }
  const std::string& received = wire->received;
  check(received.starts_with("POST /v3/auth HTTP/1.1\r\n") && received.ends_with(body), "the key is posted");
  check(progress.requests() == 1, "a request is counted");
  check(received.find(body) == received.size() - body.size(),
        "the key is posted once, regardless of the response");
  return reply;
}

}  // namespace

/// The bytes that the service sends.
void http_reply(std::string_view bytes) {
  auto reply = read(bytes, bytes.size() + 1);
  const auto slow = read(bytes, 3);
  check(reply.has_value() == slow.has_value(),
        "a reply is the same regardless of how it is split into pieces");
  if (!reply) return;
  check(reply->status == slow->status && reply->content_type == slow->content_type &&
            reply->date == slow->date && reply->retry_after == slow->retry_after &&
            reply->location == slow->location && reply->body.reveal() == slow->body.reveal(),
        "a reply is the same regardless of how it is split into pieces");
  check(reply->body.size() <= bytes.size(), "a body is not longer than the response");
  check_outcome(authorize::parse_service_response(*reply, key, {}), key);
}

}  // namespace sase::fuzz
