// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"

#include "tests/helper/authorize/fake_transport.hpp"
#include "tests/helper/network/recorded_progress.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/response.hpp"

#include <chrono>
#include <new>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace sase::authorize;
using namespace sase::network;
using namespace std::chrono_literals;
using sase::protocol::AuthError;
using sase::protocol::AuthorizeRequest;
using sase::protocol::ErrorKind;
using sase::protocol::most_tries;
using sase::protocol::Secret;
using sase::protocol::TokenResponse;

namespace {

using Step = FakeTransport::Step;

constexpr auto key = "the-api-key-0123456789";

HttpReply token() {
  return reply_with(200, R"({"data":{"accessToken":"the.token","accessTokenExpire":1800003600}})");
}
HttpReply down() { return reply_with(503, "{}"); }
HttpReply wrong_key() { return reply_with(401, "{}"); }
HttpReply cut_off() {
  throw FailedAttempt(
      {.kind = ErrorKind::unreachable, .transient = true, .what = "cut off", .hint = {}, .retry_after = {}});
}
HttpReply bad_certificate() {
  throw FailedAttempt(
      {.kind = ErrorKind::unreachable, .what = "bad certificate", .hint = {}, .retry_after = {}});
}

Step busy(const std::string& retry_after) {
  return [retry_after] {
    HttpReply reply = reply_with(429, "{}");
    reply.retry_after = retry_after;
    return reply;
  };
}

}  // namespace

TEST_CASE("retries transient errors only", "[authorize][authorizer]") {
  struct Row {
    std::string name;
    std::vector<Step> steps;
    std::chrono::milliseconds time;
    bool token_response;
    std::uint32_t requests;
    std::vector<std::chrono::milliseconds> pauses;
  };
  const auto row = GENERATE(values<Row>({
      {"a token at once", {token}, 10s, true, 1, {}},
      {"a token after an error", {down, token}, 10s, true, 2, {125ms}},
      {"a token at the third try", {cut_off, down, token}, 10s, true, 3, {125ms, 250ms}},
      {"no fourth try", {down, down, down, token}, 10s, false, 3, {125ms, 250ms}},
      {"a rejected key is final", {wrong_key, token}, 10s, false, 1, {}},
      {"a rejected key after an error is final", {down, wrong_key, token}, 10s, false, 2, {125ms}},
      {"a bad certificate is final", {bad_certificate, token}, 10s, false, 1, {}},
      {"waits as long as the service demands", {busy("3"), token}, 10s, true, 2, {3125ms}},
      {"the service's pause does not fit", {busy("30"), token}, 10s, false, 1, {}},
      {"the second pause does not fit", {busy("6"), busy("6"), token}, 10s, false, 2, {6125ms}},
      {"no time for a second try", {down, token}, 40ms, false, 1, {}},
  }));

  DYNAMIC_SECTION(row.name) {
    RecordedProgress recorded;
    FakeTransport transport(recorded.progress, row.steps);
    FakeTiming timing(row.time);
    const auto outcome = Authorizer(transport, timing, recorded.progress).authorize(key, most_tries);

    CHECK(std::holds_alternative<TokenResponse>(outcome) == row.token_response);
    CHECK(recorded.progress.requests() == row.requests);
    CHECK(timing.pauses == row.pauses);
    for (const std::string& body : transport.bodies)
      CHECK(body == R"({"grantType":"api_key","apiKey":"the-api-key-0123456789"})");
  }
}

TEST_CASE("sends at most as many requests as the caller allows", "[authorize][authorizer]") {
  const unsigned allowed = GENERATE(1U, 2U, 3U);
  RecordedProgress recorded;
  FakeTransport transport(recorded.progress, {down});
  FakeTiming timing(10s);
  const auto outcome = Authorizer(transport, timing, recorded.progress).authorize(key, allowed);

  CHECK(std::holds_alternative<AuthError>(outcome));
  CHECK(recorded.progress.requests() == allowed);
  CHECK(timing.pauses.size() == allowed - 1);
}

TEST_CASE("traces failed tries and pauses with their reasons", "[authorize][authorizer]") {
  RecordedProgress recorded(Tracing::on);
  FakeTransport transport(recorded.progress, {cut_off, busy("3"), token});
  FakeTiming timing(10s);
  (void)Authorizer(transport, timing, recorded.progress).authorize(key, most_tries);

  CHECK(recorded.trace_texts() == std::vector<std::string>{
                                      "try 1 failed: cut off",
                                      "pause: 125 ms before the next try",
                                      "try 2 failed: the service limits the rate of requests (HTTP 429)",
                                      "pause: 3250 ms before the next try, since the service asked for 3 s",
                                  });
}

TEST_CASE("reports a Retry-After that is too long to wait for", "[authorize][authorizer]") {
  RecordedProgress recorded;
  FakeTransport transport(recorded.progress, {busy("30")});
  FakeTiming timing(10s);
  const auto outcome = Authorizer(transport, timing, recorded.progress).authorize(key, most_tries);

  REQUIRE(std::holds_alternative<AuthError>(outcome));
  CHECK(std::get<AuthError>(outcome).kind == ErrorKind::rate_limited);
  CHECK(std::get<AuthError>(outcome).retry_after == 30s);
}

TEST_CASE("responds to a request that cannot be carried out", "[authorize][authorizer]") {
  struct Row {
    std::string name;
    std::string url;
    std::string ca_file;
    std::string proxy;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {"not https", "http://localhost/", "", "", "only https is supported"},
      {"no CA file", "https://localhost:1/", "/nonexistent/ca.pem", "",
       "'/nonexistent/ca.pem': No such file"},
      {"CA file is a directory", "https://localhost:1/", "/tmp", "", "is not a regular file"},
      {"CA file is a device", "https://localhost:1/", "/dev/null", "", "is not a regular file"},
      {"unusable proxy", "https://localhost:1/", "", "https://proxy.example",
       "unusable proxy: an https:// proxy is not supported"},
  }));

  DYNAMIC_SECTION(row.name) {
    AuthorizeRequest request;
    request.url = row.url;
    request.api_key = Secret(key);
    request.timeout = 1s;
    request.ca_file = row.ca_file;
    request.proxy = row.proxy;
    RecordedProgress recorded;
    authorize_over_network(request, std::chrono::steady_clock::now(), recorded.progress);
    const auto reply = sase::tests::parse_response(recorded.text);

    CHECK(reply.requests == 0);
    REQUIRE(std::holds_alternative<AuthError>(reply.outcome));
    const auto& auth_error = std::get<AuthError>(reply.outcome);
    CHECK(auth_error.kind == ErrorKind::misconfigured);
    CHECK(auth_error.what.find(row.words) != std::string::npos);
  }
}

TEST_CASE("an authorizer without memory reports that, in a complete response", "[authorize][authorizer]") {
  std::string text;
  bool is_first = true;
  Progress progress([&](std::string_view lines) {
    if (std::exchange(is_first, false)) throw std::bad_alloc();
    text += lines;
  });
  authorize_over_network({.url = "https://api.example.com/v3/auth",
                          .api_key = Secret(key),
                          .timeout = 1s,
                          .ca_file = {},
                          .client_cert = {},
                          .client_key = {},
                          .proxy = {},
                          .no_proxy = {}},
                         std::chrono::steady_clock::now(), progress);

  const auto reply = sase::tests::parse_response(text);
  const auto& auth_error = std::get<AuthError>(reply.outcome);
  CHECK(auth_error.kind == ErrorKind::authorizer_failed);
  CHECK(auth_error.what == "out of memory while loading the trusted certificates");
  CHECK(auth_error.hint.find("memory") != std::string::npos);
}
