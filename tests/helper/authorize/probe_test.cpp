// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/probe.hpp"

#include "tests/helper/authorize/fake_transport.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <chrono>
#include <string>
#include <variant>

using namespace sase::helper::authorize;
using namespace std::chrono_literals;
using sase::protocol::AuthorizeReply;
using sase::protocol::AuthorizeRequest;
using sase::protocol::Denial;
using sase::protocol::Denied;
using sase::protocol::Granted;
using sase::protocol::Link;
using sase::protocol::LinkName;
using sase::protocol::LinkState;
using sase::protocol::Probe;
using sase::protocol::Secret;
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
  throw FailedAttempt({.denial = Denial::unreachable,
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
    return ChainProbe(transport, timing, progress, report).run(request);
  }

  LinkReport report;
  Progress progress{Tracing::off, &report};
  FakeTransport transport;
  FakeTiming timing{10s};
};

const Link& link(const AuthorizeReply& reply, LinkName name) {
  return reply.links.at(static_cast<std::size_t>(name));
}

}  // namespace

TEST_CASE("with the token something is read, and the token is the outcome", "[authorize][probe]") {
  Call call(token);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<Granted>(reply.outcome).token.reveal() == "the.token");
  CHECK(std::get<Granted>(reply.outcome).lifetime == 1h);
  CHECK(reply.requests == 1);
  CHECK(reply.status == 200U);
  CHECK(call.transport.read == std::vector<std::string>{std::string(where) + " the.token"});
  CHECK(link(reply, LinkName::clock).state == LinkState::ok);
  CHECK(link(reply, LinkName::authorize).what == "HTTP 200, a token that lives for 60 min");
  CHECK(link(reply, LinkName::read).state == LinkState::ok);
  for (const Link& each : reply.links)
    CHECK_FALSE(contains(each.what, "the.token"));
}

TEST_CASE("a refused key breaks the chain at authorize, after one request", "[authorize][probe]") {
  Call call(wrong_key);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<Denied>(reply.outcome).denial == Denial::refused);
  CHECK(reply.status == 401U);
  CHECK(link(reply, LinkName::clock).state == LinkState::ok);
  CHECK(link(reply, LinkName::authorize).denial == Denial::refused);
  CHECK(link(reply, LinkName::read).state == LinkState::untried);
  CHECK(call.transport.read.empty());
}

TEST_CASE("a transient fault is not tried again", "[authorize][probe]") {
  Call call(cut_off);
  call.progress.enter(Phase::waiting);
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(reply.requests == 1);
  CHECK(call.timing.pauses.empty());
  CHECK_FALSE(reply.status);
  CHECK(link(reply, LinkName::authorize).what == "cut off");
  CHECK(link(reply, LinkName::authorize).remedy == "again");
}

TEST_CASE("the phase tells which link broke", "[authorize][probe]") {
  struct Row {
    Phase phase;
    LinkName name;
  };
  const auto row = GENERATE(values<Row>({
      {Phase::starting, LinkName::proxy},
      {Phase::preparing, LinkName::tls},
      {Phase::resolving, LinkName::name},
      {Phase::connecting, LinkName::tcp},
      {Phase::asking_proxy, LinkName::proxy},
      {Phase::handshaking, LinkName::tls},
      {Phase::waiting, LinkName::authorize},
      {Phase::reading, LinkName::authorize},
  }));
  Call call(token);
  call.transport.on_reach = [&] {
    call.progress.enter(row.phase);
    (void)cut_off();
  };
  const AuthorizeReply reply = call.run(Probe::way);
  for (const Link& each : reply.links)
    CHECK((each.state == LinkState::broken) == (each.name == row.name));
}

TEST_CASE("where only the way is wanted nothing is asked", "[authorize][probe]") {
  Call call(token);
  const AuthorizeReply reply = call.run(Probe::way);

  CHECK(std::get<Denied>(reply.outcome).denial == Denial::not_asked);
  CHECK(call.transport.reached == 1);
  CHECK(call.transport.bodies.empty());
  CHECK(call.transport.read.empty());
  CHECK(reply.requests == 0);
  CHECK(link(reply, LinkName::authorize).state == LinkState::untried);
}

TEST_CASE("a token is kept, whatever becomes of reading with it", "[authorize][probe]") {
  Call call(token);
  call.transport.answer_read = [&] {
    call.progress.enter(Phase::connecting);
    return cut_off();
  };
  const AuthorizeReply reply = call.run(Probe::all);

  CHECK(std::get<Granted>(reply.outcome).token.reveal() == "the.token");
  CHECK(link(reply, LinkName::authorize).state == LinkState::ok);
  CHECK(link(reply, LinkName::read).what == "cut off");
  CHECK(link(reply, LinkName::read).denial == Denial::unreachable);
}

TEST_CASE("a token is kept, even when the time is up while something is read with it", "[authorize][probe]") {
  Call call(token);
  std::optional<AuthorizeReply> late;
  call.transport.answer_read = [&] {
    late = broken_off({.denial = Denial::unreachable, .what = "too late", .hint = "", .retry_after = {}},
                      call.progress, call.report);
    return reply_with(200, "Ok");
  };
  const AuthorizeReply reply = call.run(Probe::all);

  REQUIRE(late);
  CHECK(std::get<Granted>(late->outcome).token.reveal() == "the.token");
  CHECK(link(*late, LinkName::read).what == "too late");
  CHECK(std::get<Granted>(reply.outcome).token.reveal() == "the.token");
}

TEST_CASE("what the answer to a read call means", "[authorize][probe]") {
  struct Row {
    int status;
    std::string body;
    std::optional<Denial> denial;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {200, "Ok", std::nullopt, "HTTP 200 with the new token"},
      {204, "", std::nullopt, "HTTP 204"},
      {401, "{}", Denial::refused, "does not accept the token that it has just given (HTTP 401)"},
      {403, "{}", Denial::refused, "denies this token access (HTTP 403)"},
      {429, "{}", Denial::rate_limited, "limits the rate"},
      {500, "{}", Denial::unreachable, "is failing (HTTP 500)"},
      {503, "<html>", Denial::unreachable, "is failing (HTTP 503)"},
      {302, "", Denial::nonsense, "does not know the address"},
      {404, "{}", Denial::nonsense, "does not know the address"},
      {200, "<html>", Denial::nonsense, "a web page answered"},
  }));
  DYNAMIC_SECTION(row.status << ' ' << row.body) {
    LinkReport report;
    report_read(report, reply_with(row.status, row.body));
    const Link read = report.complete("not tried").back();
    CHECK(read.denial == row.denial);
    CHECK(contains(read.what, row.words));
    CHECK(read.remedy.empty() == !row.denial);
  }
}
