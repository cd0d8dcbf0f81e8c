// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/exchange.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/secret_text.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sase::protocol {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using tests::text_of;

AuthorizeReply token_response(std::string_view token, std::chrono::seconds lifetime) {
  return {.requests = 2, .outcome = TokenResponse{.token = BearerToken(Secret(token)), .lifetime = lifetime}};
}

AuthorizeReply auth_error(ErrorKind kind) {
  return {.requests = 3,
          .outcome = AuthError{.kind = kind,
                               .transient = true,
                               .what = "the service said no",
                               .hint = "ask again",
                               .retry_after = 30s}};
}

}  // namespace

TEST_CASE("a grant is written in the language of both pipes", "[exchange]") {
  CHECK(text_of(token_response("to.ken==", 3600s).write()) ==
        "requests=2\n"
        "outcome=granted\n"
        "access_token=to.ken==\n"
        "lifetime=3600\n"
        "\n");
}

TEST_CASE("a written grant reads as itself", "[exchange]") {
  for (const std::string& token : {"t"s, "to.ken=="s, std::string(BearerToken::max_size, 't')}) {
    const AuthorizeReply reply = AuthorizeReply::parse(token_response(token, 3599s).write().reveal());

    CHECK(reply.requests == 2);
    REQUIRE(std::holds_alternative<TokenResponse>(reply.outcome));
    CHECK(std::get<TokenResponse>(reply.outcome).token.reveal() == token);
    CHECK(std::get<TokenResponse>(reply.outcome).lifetime == 3599s);
  }
}

TEST_CASE("a denial is written in the language of both pipes", "[exchange]") {
  CHECK(text_of(auth_error(ErrorKind::rate_limited).write()) ==
        "requests=3\n"
        "outcome=rate-limited\n"
        "transient=1\n"
        "what=the service said no\n"
        "hint=ask again\n"
        "retry_after=30\n"
        "\n");
}

TEST_CASE("every written denial reads as itself", "[exchange]") {
  const ErrorKind kind =
      GENERATE(values<ErrorKind>({ErrorKind::rejected, ErrorKind::invalid_response, ErrorKind::unreachable,
                                  ErrorKind::rate_limited, ErrorKind::misconfigured}));

  const AuthorizeReply reply = AuthorizeReply::parse(auth_error(kind).write().reveal());

  CHECK(reply.requests == 3);
  REQUIRE(std::holds_alternative<AuthError>(reply.outcome));
  const AuthError& read = std::get<AuthError>(reply.outcome);
  CHECK(read.kind == kind);
  CHECK(read.transient);
  CHECK(read.what == "the service said no");
  CHECK(read.hint == "ask again");
  CHECK(read.retry_after == 30s);
}

TEST_CASE("a denial may be short", "[exchange]") {
  const AuthorizeReply reply = AuthorizeReply::parse("outcome=rejected\nwhat=no\n\n");

  const AuthError& read = std::get<AuthError>(reply.outcome);
  CHECK(reply.requests == 0);
  CHECK_FALSE(read.transient);
  CHECK(read.hint.empty());
  CHECK_FALSE(read.retry_after);
}

TEST_CASE("a trace follows the outcome and reads as itself", "[exchange]") {
  AuthorizeReply reply = GENERATE(0, 1) == 0 ? auth_error(ErrorKind::rejected) : token_response("t", 60s);
  reply.trace = {{.at = 1'234'567us, .what = "name: localhost is 127.0.0.1, ::1"},
                 {.at = 1'234'999us, .what = " request 1 sent "}};
  const std::string written = text_of(reply.write());

  CHECK(
      written.ends_with("\ntrace[]=1234567 name: localhost is 127.0.0.1, ::1\n"
                        "trace[]=1234999  request 1 sent \n\n"));
  const AuthorizeReply read = AuthorizeReply::parse(written);
  CHECK(read.outcome.index() == reply.outcome.index());
  REQUIRE(read.trace.size() == 2);
  CHECK(read.trace[0].at == 1'234'567us);
  CHECK(read.trace[0].what == "name: localhost is 127.0.0.1, ::1");
  CHECK(read.trace[1].at == 1'234'999us);
  CHECK(read.trace[1].what == " request 1 sent ");
}

TEST_CASE("a denial that breaks a line is not written", "[exchange]") {
  const AuthorizeReply reply{.requests = 1,
                             .outcome = AuthError{.kind = ErrorKind::rejected,
                                                  .transient = false,
                                                  .what = "a\noutcome=granted",
                                                  .hint = "",
                                                  .retry_after = std::nullopt}};

  CHECK_THROWS_AS(reply.write(), ProtocolError);
}

TEST_CASE("a reply that is not whole is refused", "[exchange]") {
  const std::string text = GENERATE(values<std::string>({
      "",
      "\n",
      "requests=1\n",
      "outcome=\n",
      "outcome=GRANTED\naccess_token=t\nlifetime=1\n",
      "outcome=granted\n",
      "outcome=granted\naccess_token=t\n",
      "outcome=granted\nlifetime=1\n",
      "outcome=granted\naccess_token=\nlifetime=1\n",
      "outcome=granted\naccess_token=a b\nlifetime=1\n",
      "outcome=granted\naccess_token=t\nlifetime=-1\n",
      "outcome=granted\naccess_token=t\nlifetime=1h\n",
      "outcome=granted\naccess_token=t\nlifetime=99999999999999999999\n",
      "outcome=granted\naccess_token=t\nlifetime=1\nunknown=x\n",
      "outcome=rejected\n",
      "outcome=rejected\nwhat=\n",
      "outcome=rejected\nwhat=no\nretry_after=soon\n",
      "outcome=rejected\nwhat=no\nretry_after=-1\n",
      "outcome=rejected\nwhat=no\nrequests=-1\n",
      "outcome=rejected\nwhat=no\nrequests=4294967296\n",
      "outcome=maybe\nwhat=no\n",
      "what=no\n",
      "access_token=t\nlifetime=1\n",
      "outcome=rejected\nwhat=a\rb\n",
      "outcome=rejected\nwhat=no\ntrace[]=\n",
      "outcome=rejected\nwhat=no\ntrace[]=1\n",
      "outcome=rejected\nwhat=no\ntrace[]=1 \n",
      "outcome=rejected\nwhat=no\ntrace[]= words\n",
      "outcome=rejected\nwhat=no\ntrace[]=words\n",
      "outcome=rejected\nwhat=no\ntrace[]=-1 words\n",
      "outcome=rejected\nwhat=no\ntrace[]=1.5 words\n",
      "outcome=rejected\nwhat=no\ntrace[]=9223372036854776 words\n",
      "outcome=rejected\nwhat=no\ntrace[]=1 \x1b[2J\n",
      "outcome=rejected\nwhat=no\ntrace=1 words\n",
  }));

  DYNAMIC_SECTION(escape(text)) {
    CHECK_THROWS_AS(AuthorizeReply::parse(text), ProtocolError);
  }
}

TEST_CASE("no bytes do anything but make a reply or be refused", "[exchange][hostile]") {
  // NOLINTNEXTLINE(cert-msc51-cpp): the same bytes on every run
  std::mt19937 random(20260824);
  const std::vector<std::string> pieces = {
      "outcome=", "granted",    "rejected",     "access_token=", "lifetime=", "what=",
      "hint=",    "requests=",  "retry_after=", "transient=",    "1",         "-",
      "t",        "\n",         "\r",           "\0"s,           "\xff",      "=",
      "\n\n",     "99999999999"};
  std::uniform_int_distribution<std::size_t> pick(0, pieces.size() - 1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t length = pick(random); length > 0; --length)
      text += pieces[pick(random)];
    try {
      (void)AuthorizeReply::parse(text);
    } catch (const ProtocolError&) {
      continue;
    }
  }
  SUCCEED("nothing else happened");
}

TEST_CASE("a reply tells of links, their remedies and the status", "[exchange]") {
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
                   .what = "nobody answers",
                   .remedy = "check url"},
                  {.name = CheckId::read,
                   .state = CheckState::untried,
                   .kind = {},
                   .took = {},
                   .what = "not tried",
                   .remedy = {}}};
  const std::string text = text_of(reply.write());
  CHECK(
      text.ends_with("status=503\nlink[]=name ok 7 found\nlink[]=tcp unreachable 8 nobody answers\n"
                     "remedy[]=check url\nlink[]=read untried 0 not tried\n\n"));
  const AuthorizeReply read = AuthorizeReply::parse(text);
  REQUIRE(read.checks.size() == 3);
  CHECK(read.status == 503U);
  CHECK(read.checks[0].remedy.empty());
  CHECK(read.checks[1].remedy == "check url");
  CHECK(text_of(read.write()) == text);
}

TEST_CASE("links out of order and remedies for none are refused", "[exchange]") {
  const std::string lines = GENERATE(values<std::string>({
      "link[]=tcp ok 1 a\nlink[]=name ok 1 a\n",
      "link[]=tcp ok 1 a\nlink[]=tcp ok 1 a\n",
      "remedy[]=do it\n",
      "link[]=tcp ok 1 a\nremedy[]=do it\nremedy[]=do more\n",
      "link[]=tcp ok 1 a\x1b[31m\n",
      "link[]=tcp ok 1 a\nremedy[]=\xc3\xa4\n",
      "link[]=tcp\n",
      "status=1000\n",
      "status=-1\n",
  }));
  CHECK_THROWS_AS(AuthorizeReply::parse("outcome=rejected\nwhat=no\n" + lines), ProtocolError);
}

}  // namespace sase::protocol
