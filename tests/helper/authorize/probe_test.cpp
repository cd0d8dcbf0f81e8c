// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/probe.hpp"

#include "tests/helper/authorize/fake_transport.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <chrono>
#include <string>
#include <variant>

using namespace sase::authorize;
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
using sase::protocol::TokenResponse;
using sase::tests::contains;

namespace {

constexpr auto where = "https://api.example.test/v3/status";

HttpReply token() {
  return reply_with(200, R"({"data":{"accessToken":"the.token","accessTokenExpire":1800003600}})");
}
HttpReply wrong_key() {
  return reply_with(401, R"({"message":"no"})");
}
HttpReply cut_off() {
  throw FailedAttempt({.kind = ErrorKind::unreachable,
                       .transient = true,
                       .what = "cut off",
                       .hint = "again",
                       .retry_after = {}});
}

/// One probe and what it works with.
struct Call {
  explicit Call(FakeTransport::Step step) : transport(progress, {std::move(step)}) {}

  AuthorizeReply run(Probe probe) {
    AuthorizeRequest request;
    request.api_key = Secret("the-key");
    request.probe = probe;
    request.read_url = where;
    return ConnectivityProbe(transport, timing, progress, report).run(request);
  }

  CheckReport report;
  Progress progress{Tracing::off, &report};
  FakeTransport transport;
  FakeTiming timing{10s};
};

const Check& check(const AuthorizeReply& reply, CheckId name) {
  return reply.checks.at(static_cast<std::size_t>(name));
}

}  // namespace

TEST_CASE("with the token something is read, and the token is the outcome", "[authorize][probe]") {
  Call call(token);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == "the.token");
  CHECK(std::get<TokenResponse>(reply.outcome).lifetime == 1h);
  CHECK(reply.requests == 1);
  CHECK(reply.status == 200U);
  CHECK(call.transport.read == std::vector<std::string>{std::string(where) + " the.token"});
  CHECK(check(reply, CheckId::clock).state == CheckState::ok);
  CHECK(check(reply, CheckId::authorize).what == "HTTP 200, a token that lives for 60 min");
  CHECK(check(reply, CheckId::read).state == CheckState::ok);
  for (const Check& each : reply.checks)
    CHECK_FALSE(contains(each.what, "the.token"));
}

TEST_CASE("a refused key breaks the chain at authorize, after one request", "[authorize][probe]") {
  Call call(wrong_key);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<AuthError>(reply.outcome).kind == ErrorKind::rejected);
  CHECK(reply.status == 401U);
  CHECK(check(reply, CheckId::clock).state == CheckState::ok);
  CHECK(check(reply, CheckId::authorize).kind == ErrorKind::rejected);
  CHECK(check(reply, CheckId::read).state == CheckState::untried);
  CHECK(call.transport.read.empty());
}

TEST_CASE("a transient fault is not tried again", "[authorize][probe]") {
  Call call(cut_off);
  call.progress.enter(Phase::waiting);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(reply.requests == 1);
  CHECK(call.timing.pauses.empty());
  CHECK_FALSE(reply.status);
  CHECK(check(reply, CheckId::authorize).what == "cut off");
  CHECK(check(reply, CheckId::authorize).remedy == "again");
}

TEST_CASE("the phase tells which link broke", "[authorize][probe]") {
  struct Row {
    Phase phase;
    CheckId name;
  };
  const auto row = GENERATE(values<Row>({
      {Phase::starting, CheckId::proxy},
      {Phase::preparing, CheckId::tls},
      {Phase::resolving, CheckId::name},
      {Phase::connecting, CheckId::tcp},
      {Phase::asking_proxy, CheckId::proxy},
      {Phase::handshaking, CheckId::tls},
      {Phase::waiting, CheckId::authorize},
      {Phase::reading, CheckId::authorize},
  }));
  Call call(token);
  call.transport.on_reach = [&] {
    call.progress.enter(row.phase);
    (void)cut_off();
  };
  const AuthorizeReply reply = call.run(Probe::way);
  for (const Check& each : reply.checks)
    CHECK((each.state == CheckState::broken) == (each.name == row.name));
}

TEST_CASE("where only the way is wanted nothing is asked", "[authorize][probe]") {
  Call call(token);
  const AuthorizeReply reply = call.run(Probe::way);

  CHECK(std::get<AuthError>(reply.outcome).kind == ErrorKind::not_asked);
  CHECK(call.transport.reached == 1);
  CHECK(call.transport.bodies.empty());
  CHECK(call.transport.read.empty());
  CHECK(reply.requests == 0);
  CHECK(check(reply, CheckId::authorize).state == CheckState::untried);
}

TEST_CASE("a token is kept, whatever becomes of reading with it", "[authorize][probe]") {
  Call call(token);
  call.transport.answer_read = [&] {
    call.progress.enter(Phase::connecting);
    return cut_off();
  };
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == "the.token");
  CHECK(check(reply, CheckId::authorize).state == CheckState::ok);
  CHECK(check(reply, CheckId::read).what == "cut off");
  CHECK(check(reply, CheckId::read).kind == ErrorKind::unreachable);
}

TEST_CASE("a token is kept, even when the time is up while something is read with it", "[authorize][probe]") {
  Call call(token);
  std::optional<AuthorizeReply> late;
  call.transport.answer_read = [&] {
    late = broken_off({.kind = ErrorKind::unreachable, .what = "too late", .hint = "", .retry_after = {}},
                      call.progress, call.report);
    return reply_with(200, "Ok");
  };
  const AuthorizeReply reply = call.run(Probe::all);

  REQUIRE(late);
  CHECK(std::get<TokenResponse>(late->outcome).token.reveal() == "the.token");
  CHECK(check(*late, CheckId::read).what == "too late");
  CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == "the.token");
}

TEST_CASE("what the answer to a read call means", "[authorize][probe]") {
  struct Row {
    int status;
    std::string body;
    std::optional<ErrorKind> kind;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {200, "Ok", std::nullopt, "HTTP 200 with the new token"},
      {204, "", std::nullopt, "HTTP 204"},
      {401, "{}", ErrorKind::rejected, "does not accept the token that it has just given (HTTP 401)"},
      {403, "{}", ErrorKind::rejected, "denies this token access (HTTP 403)"},
      {429, "{}", ErrorKind::rate_limited, "limits the rate"},
      {500, "{}", ErrorKind::unreachable, "is failing (HTTP 500)"},
      {503, "<html>", ErrorKind::unreachable, "is failing (HTTP 503)"},
      {302, "", ErrorKind::invalid_response, "does not know the address"},
      {404, "{}", ErrorKind::invalid_response, "does not know the address"},
      {200, "<html>", ErrorKind::invalid_response, "a web page answered"},
  }));
  DYNAMIC_SECTION(row.status << ' ' << row.body) {
    CheckReport report;
    report_read(report, reply_with(row.status, row.body));
    const Check read = report.complete("not tried").back();
    CHECK(read.kind == row.kind);
    CHECK(contains(read.what, row.words));
    CHECK(read.remedy.empty() == !row.kind);
  }
}
