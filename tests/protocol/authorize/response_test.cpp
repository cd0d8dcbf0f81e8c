// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/response.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/response.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sase::protocol {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using tests::contains;
using tests::parse_response;
using tests::write;

AuthorizeReply token_response(std::string_view token, std::chrono::seconds lifetime) {
  return {.requests = 2, .outcome = TokenResponse{.token = BearerToken(Secret(token)), .lifetime = lifetime}};
}

AuthorizeReply auth_error(ErrorKind kind) {
  return {.requests = 3,
          .outcome = AuthError{
              .kind = kind, .what = "the service said no", .hint = "ask again", .retry_after = 30s}};
}

}  // namespace

TEST_CASE("a token is written as key=value lines", "[response]") {
  CHECK(write(token_response("to.ken==", 3600s)) ==
        "requests=2\n"
        "access_token=to.ken==\n"
        "lifetime=3600\n"
        "outcome=granted\n"
        "\n");
}

TEST_CASE("a written token parses as itself", "[response]") {
  for (const std::string& token : {"t"s, "to.ken=="s, std::string(BearerToken::max_size, 't')}) {
    const AuthorizeReply reply = parse_response(write(token_response(token, 3599s)));

    CHECK(reply.requests == 2);
    REQUIRE(std::holds_alternative<TokenResponse>(reply.outcome));
    CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == token);
    CHECK(std::get<TokenResponse>(reply.outcome).lifetime == 3599s);
  }
}

TEST_CASE("an error is written as key=value lines", "[response]") {
  CHECK(write(auth_error(ErrorKind::rate_limited)) ==
        "requests=3\n"
        "outcome=rate-limited\n"
        "what=the service said no\n"
        "hint=ask again\n"
        "retry_after=30\n"
        "\n");
}

TEST_CASE("each written error parses as itself", "[response]") {
  const ErrorKind kind =
      GENERATE(values<ErrorKind>({ErrorKind::rejected, ErrorKind::invalid_response, ErrorKind::unreachable,
                                  ErrorKind::rate_limited, ErrorKind::misconfigured}));

  const AuthorizeReply reply = parse_response(write(auth_error(kind)));

  CHECK(reply.requests == 3);
  REQUIRE(std::holds_alternative<AuthError>(reply.outcome));
  const AuthError& read = std::get<AuthError>(reply.outcome);
  CHECK(read.kind == kind);
  CHECK(read.what == "the service said no");
  CHECK(read.hint == "ask again");
  CHECK(read.retry_after == 30s);
}

TEST_CASE("optional values of an error may be absent", "[response]") {
  const AuthorizeReply reply = parse_response("outcome=rejected\nwhat=no\n\n");

  const AuthError& read = std::get<AuthError>(reply.outcome);
  CHECK(reply.requests == 0);
  CHECK(read.hint.empty());
  CHECK_FALSE(read.retry_after);
}

TEST_CASE("lines are parsed while they arrive", "[response]") {
  std::vector<TraceLine> trace;
  ResponseReader reader([&trace](const TraceLine& line) { trace.push_back(line); });
  const std::string output =
      "step=connecting\ntrace[]=1234567 name: localhost\nrequests=1\ncheck[]=name ok 7 found\n"
      "access_token=to.ken\nlifetime=60\noutcome=granted\n\n";
  const auto arrived = [&](std::string_view end) { return output.substr(0, output.find(end) + end.size()); };

  reader.read(output.substr(0, 5));
  CHECK(reader.step() == Step::starting);
  reader.read(arrived("step=connecting\n"));
  CHECK(reader.step() == Step::connecting);
  reader.read(arrived("localhost"));
  CHECK(trace.empty());
  reader.read(arrived("localhost\n"));
  REQUIRE(trace.size() == 1);
  CHECK(trace[0].at == 1'234'567us);
  CHECK(trace[0].what == "name: localhost");
  reader.read(arrived("found\n"));
  CHECK(reader.checks().size() == 1);
  reader.read(output);
  const auto reply = std::move(reader).finish();
  CHECK(reply.requests == 1);
  CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == "to.ken");
  CHECK(trace.size() == 1);
}

TEST_CASE("an interrupted response keeps what has arrived", "[response]") {
  const AuthError late{.kind = ErrorKind::unreachable, .what = "late", .hint = {}, .retry_after = {}};
  ResponseReader without_token;
  without_token.read("requests=2\ncheck[]=name ok 7 found\naccess_token=to.k");
  const auto failed = std::move(without_token).interrupt(late);
  CHECK(failed.requests == 2);
  CHECK(failed.checks.size() == 1);
  CHECK(std::get<AuthError>(failed.outcome).what == "late");

  ResponseReader with_token;
  with_token.read("access_token=to.ken\nlifetime=60\nstep=connecting\n");
  const auto granted = std::move(with_token).interrupt(late);
  CHECK(std::get<TokenResponse>(granted.outcome).token.reveal() == "to.ken");
}

TEST_CASE("an interrupted response that is complete keeps its own error", "[response]") {
  ResponseReader reader;
  reader.read(write(auth_error(ErrorKind::rejected)));
  const AuthorizeReply reply =
      std::move(reader).interrupt(std::get<AuthError>(auth_error(ErrorKind::unreachable).outcome));

  CHECK(std::get<AuthError>(reply.outcome).kind == ErrorKind::rejected);
}

TEST_CASE("the check of the step fails, but none that has finished", "[response]") {
  const auto finished = [](CheckId last) { return std::vector<Check>{{.name = last}}; };
  CHECK(failing_check(Step::starting, {}) == CheckId::proxy);
  CHECK(failing_check(Step::preparing, {}) == CheckId::tls);
  CHECK(failing_check(Step::resolving, {}) == CheckId::name);
  CHECK(failing_check(Step::connecting, finished(CheckId::name)) == CheckId::tcp);
  CHECK(failing_check(Step::asking_proxy, finished(CheckId::tcp)) == CheckId::proxy);
  CHECK(failing_check(Step::handshaking, finished(CheckId::proxy)) == CheckId::tls);
  CHECK(failing_check(Step::handshaking, finished(CheckId::tls)) == CheckId::clock);
  CHECK(failing_check(Step::waiting, finished(CheckId::tls)) == CheckId::authorize);
  CHECK(failing_check(Step::reading, finished(CheckId::clock)) == CheckId::authorize);
  CHECK(failing_check(Step::connecting, finished(CheckId::authorize)) == CheckId::read);
  CHECK(failing_check(Step::reading, finished(CheckId::read)) == CheckId::read);
}

TEST_CASE("each step has a name and a phrase", "[response]") {
  for (int i = 0; i <= static_cast<int>(Step::pausing); ++i) {
    const auto step = static_cast<Step>(i);
    ResponseReader reader;
    reader.read("step=" + std::string(to_name(step)) + '\n');
    CHECK(reader.step() == step);
    CHECK_FALSE(describe(step).empty());
  }
}

TEST_CASE("a response contains checks, their remedies and the status", "[response]") {
  AuthorizeReply reply = auth_error(ErrorKind::unreachable);
  reply.status = 503;
  reply.checks = {{.name = CheckId::name,
                   .state = CheckState::ok,
                   .kind = {},
                   .took = 7us,
                   .what = "found",
                   .remedy = {}},
                  {.name = CheckId::tcp,
                   .state = CheckState::broken,
                   .kind = ErrorKind::unreachable,
                   .took = 8us,
                   .what = "rejected",
                   .remedy = "check url"},
                  {.name = CheckId::read,
                   .state = CheckState::untried,
                   .kind = {},
                   .took = {},
                   .what = "not tried",
                   .remedy = {}}};
  const std::string text = write(reply);
  CHECK(contains(text,
                 "status=503\ncheck[]=name ok 7 found\ncheck[]=tcp unreachable 8 rejected\n"
                 "remedy[]=check url\ncheck[]=read untried 0 not tried\n"));
  const AuthorizeReply read = parse_response(text);
  REQUIRE(read.checks.size() == 3);
  CHECK(read.status == 503U);
  CHECK(read.checks[0].remedy.empty());
  CHECK(read.checks[1].remedy == "check url");
  CHECK(write(read) == text);
}

}  // namespace sase::protocol
