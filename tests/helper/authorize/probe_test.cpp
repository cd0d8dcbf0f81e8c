// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"
#include "tests/helper/authorize/fake_transport.hpp"
#include "tests/helper/network/recorded_progress.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/response.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace sase::authorize;
using namespace sase::network;
using namespace std::chrono_literals;
using sase::protocol::AuthError;
using sase::protocol::AuthorizeReply;
using sase::protocol::AuthorizeRequest;
using sase::protocol::Check;
using sase::protocol::CheckId;
using sase::protocol::CheckState;
using sase::protocol::ErrorKind;
using sase::protocol::Probe;
using sase::protocol::Secret;
using sase::protocol::Step;
using sase::protocol::TokenResponse;
using sase::tests::contains;

namespace {

constexpr auto where = "https://api.example.test/v3/status";

HttpReply token() {
  return reply_with(200, R"({"data":{"accessToken":"the.token","accessTokenExpire":1800003600}})");
}
HttpReply wrong_key() { return reply_with(401, R"({"message":"no"})"); }
HttpReply cut_off() {
  throw FailedAttempt({.kind = ErrorKind::unreachable,
                       .transient = true,
                       .what = "cut off",
                       .hint = "again",
                       .retry_after = {}});
}

/// One probe with its collaborators.
struct Call {
  explicit Call(FakeTransport::Step step) : transport(recorded.progress, {std::move(step)}) {}

  /// As authorize_over_network() does it.
  AuthorizeReply run(Probe probe) {
    AuthorizeRequest request;
    request.api_key = Secret("the-key");
    request.probe = probe;
    request.read_url = where;
    try {
      recorded.progress.finish(Authorizer(transport, timing, recorded.progress).probe(request));
    } catch (const FailedAttempt& failed) {
      recorded.progress.failed(failed.auth_error());
      recorded.progress.finish(failed.auth_error());
    }
    AuthorizeReply reply = sase::tests::parse_response(recorded.text);
    // The front shows the others as untried.
    std::vector<Check> all;
    for (std::size_t i = 0; i < sase::protocol::check_count; ++i)
      all.push_back({.name = static_cast<CheckId>(i), .what = "not tried"});
    for (Check& each : reply.checks)
      all[static_cast<std::size_t>(each.name)] = std::move(each);
    reply.checks = std::move(all);
    return reply;
  }

  RecordedProgress recorded{Tracing::off, Probing::on};
  FakeTransport transport;
  FakeTiming timing{10s};
};

const Check& check(const AuthorizeReply& reply, CheckId name) {
  return reply.checks.at(static_cast<std::size_t>(name));
}

}  // namespace

TEST_CASE("reads with the token and returns it", "[authorize][probe]") {
  Call call(token);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == "the.token");
  CHECK(std::get<TokenResponse>(reply.outcome).lifetime == 1h);
  CHECK(reply.requests == 1);
  CHECK(reply.status == 200U);
  CHECK(call.transport.read == std::vector<std::string>{std::string(where) + " the.token"});
  CHECK(check(reply, CheckId::clock).state == CheckState::ok);
  CHECK(check(reply, CheckId::authorize).what == "HTTP 200, a token with a lifetime of 60 min");
  CHECK(check(reply, CheckId::read).state == CheckState::ok);
  for (const Check& each : reply.checks)
    CHECK_FALSE(contains(each.what, "the.token"));
}

TEST_CASE("a rejected key fails the check authorize after one request", "[authorize][probe]") {
  Call call(wrong_key);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<AuthError>(reply.outcome).kind == ErrorKind::rejected);
  CHECK(reply.status == 401U);
  CHECK(check(reply, CheckId::clock).state == CheckState::ok);
  CHECK(check(reply, CheckId::authorize).kind == ErrorKind::rejected);
  CHECK(check(reply, CheckId::read).state == CheckState::untried);
  CHECK(call.transport.read.empty());
}

TEST_CASE("a transient error is not retried", "[authorize][probe]") {
  Call call(cut_off);
  call.recorded.progress.enter(Step::waiting);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(reply.requests == 1);
  CHECK(call.timing.pauses.empty());
  CHECK_FALSE(reply.status);
  CHECK(check(reply, CheckId::authorize).what == "cut off");
  CHECK(check(reply, CheckId::authorize).remedy == "again");
}

TEST_CASE("a probe reports the check of the current step as failed", "[authorize][probe]") {
  struct Row {
    Step step;
    CheckId name;
  };
  const auto row = GENERATE(values<Row>({
      {Step::starting, CheckId::proxy},
      {Step::preparing, CheckId::tls},
      {Step::resolving, CheckId::name},
      {Step::connecting, CheckId::tcp},
      {Step::asking_proxy, CheckId::proxy},
      {Step::handshaking, CheckId::tls},
      {Step::waiting, CheckId::authorize},
      {Step::reading, CheckId::authorize},
  }));
  Call call(token);
  call.transport.on_reach = [&] {
    call.recorded.progress.enter(row.step);
    (void)cut_off();
  };
  const AuthorizeReply reply = call.run(Probe::connection);
  for (const Check& each : reply.checks)
    CHECK((each.state == CheckState::broken) == (each.name == row.name));
}

TEST_CASE("a probe of the connection sends no request", "[authorize][probe]") {
  Call call(token);
  const AuthorizeReply reply = call.run(Probe::connection);

  CHECK(std::get<AuthError>(reply.outcome).kind == ErrorKind::not_asked);
  CHECK(call.transport.reached == 1);
  CHECK(call.transport.bodies.empty());
  CHECK(call.transport.read.empty());
  CHECK(reply.requests == 0);
  CHECK(check(reply, CheckId::authorize).state == CheckState::untried);
}

TEST_CASE("returns the token even if reading with it fails", "[authorize][probe]") {
  Call call(token);
  call.transport.answer_read = [&] {
    call.recorded.progress.enter(Step::connecting);
    return cut_off();
  };
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == "the.token");
  CHECK(check(reply, CheckId::authorize).state == CheckState::ok);
  CHECK(check(reply, CheckId::read).what == "cut off");
  CHECK(check(reply, CheckId::read).kind == ErrorKind::unreachable);
}

TEST_CASE("the token is written before it is used", "[authorize][probe]") {
  Call call(token);
  std::optional<AuthorizeReply> interrupted;
  call.transport.answer_read = [&] {
    interrupted = call.recorded.interrupted();
    return reply_with(200, "Ok");
  };
  (void)call.run(Probe::all);

  REQUIRE(interrupted);
  CHECK(std::get<TokenResponse>(interrupted->outcome).token.reveal() == "the.token");
}

TEST_CASE("describes the response to a GET with the token", "[authorize][probe]") {
  struct Row {
    int status;
    std::string body;
    std::optional<ErrorKind> kind;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {200, "Ok", std::nullopt, "HTTP 200 with the new token"},
      {204, "", std::nullopt, "HTTP 204"},
      {401, "{}", ErrorKind::rejected, "rejects the token that it has just issued (HTTP 401)"},
      {403, "{}", ErrorKind::rejected, "denies access with this token (HTTP 403)"},
      {429, "{}", ErrorKind::rate_limited, "limits the rate"},
      {500, "{}", ErrorKind::unreachable, "is failing (HTTP 500)"},
      {503, "<html>", ErrorKind::unreachable, "is failing (HTTP 503)"},
      {302, "", ErrorKind::invalid_response, "does not know the URL"},
      {404, "{}", ErrorKind::invalid_response, "does not know the URL"},
      {200, "<html>", ErrorKind::invalid_response, "a web page instead of"},
  }));
  DYNAMIC_SECTION(row.status << ' ' << row.body) {
    RecordedProgress recorded(Tracing::off, Probing::on);
    report_read(recorded.progress, reply_with(row.status, row.body));
    const Check read = recorded.checks().at(0);
    CHECK(read.kind == row.kind);
    CHECK(contains(read.what, row.text));
    CHECK(read.remedy.empty() == !row.kind);
  }
}
