// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/caller.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"

#include <chrono>
#include <string>

#include <sys/syscall.h>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using tests::Caller;
using tests::FakeAuthorizer;

}  // namespace

TEST_CASE("records an error with time and network fingerprint", "[rate_limited_authorizer]") {
  Caller caller;
  caller.authorizer.answer = tests::auth_error(protocol::ErrorKind::unreachable, 7s);
  caller.authorizer.requests = 2;
  const BootTime start = BootClock::now();

  CHECK(std::string(caller.failure().what()) == "what happened");

  const rate_limit::RequestLog log = caller.log();
  REQUIRE(log.failure);
  CHECK(log.failure->auth_error.kind == protocol::ErrorKind::unreachable);
  CHECK(log.failure->auth_error.what == "what happened");
  CHECK(log.failure->auth_error.hint == "what to do");
  CHECK(log.failure->auth_error.retry_after == 7s);
  CHECK(log.failure->at >= start);
  CHECK(log.failure->network_fingerprint.size() == 32);
  CHECK(log.requests.size() == 2);
}

TEST_CASE("records a success with the lifetime of the token", "[rate_limited_authorizer]") {
  struct Row {
    const char* name;
    seconds lifetime, min_ttl, remembered;
    bool too_short;
  };
  const auto row = GENERATE(values<Row>({
      {"long enough", 600s, 60s, 600s, false},
      {"just long enough", 603s, 600s, 603s, false},
      {"too short by the time it is here", 600s, 600s, 600s, true},
      {"too short", 599s, 600s, 599s, true},
      {"longer than any token lives", 7200s, 60s, 3600s, false},
      {"a second", 1s, 0s, 1s, false},
  }));

  DYNAMIC_SECTION(row.name) {
    Caller caller;
    caller.profile.min_ttl = row.min_ttl;
    caller.authorizer.answer = FakeAuthorizer::Success{.token = "T", .lifetime = row.lifetime};

    const NewToken new_token = caller.authorize();
    CHECK(new_token.too_short.has_value() == row.too_short);
    CHECK(tests::time_left(new_token.token) <= row.remembered);

    const auto success = caller.log().success;
    REQUIRE(success);
    CHECK(success->lifetime == row.remembered);
    CHECK(success->too_short == row.too_short);
    CHECK_FALSE(success->was_refresh);
    CHECK_FALSE(success->after_erase);
  }
}

TEST_CASE("records an expired token as a failure", "[rate_limited_authorizer]") {
  Caller caller;
  caller.profile.min_ttl = 0s;
  caller.authorizer.answer = FakeAuthorizer::Success{.token = "T", .lifetime = GENERATE(0s, -1s)};

  const Failure failure = caller.failure();

  CHECK(failure.code == ExitCode::rejected);
  CHECK(std::string(failure.what()) == "the service's new token has expired already");
  CHECK_FALSE(caller.log().success);
  CHECK(caller.log().failure->auth_error.kind == protocol::ErrorKind::invalid_response);
}

TEST_CASE("records a refresh as one", "[rate_limited_authorizer]") {
  Caller caller;
  caller.change_log([](rate_limit::RequestLog& log) { log.paused_until = BootClock::now() + 1min; });

  CHECK(caller.refresh().token.bearer.reveal() == "fresh-token");

  CHECK(caller.log().success->was_refresh);
  CHECK(caller.log().requests.size() == 1);
}

TEST_CASE("decides by the request log and refresh-ahead whether to refresh", "[rate_limited_authorizer]") {
  Caller caller;
  CHECK(caller.rate_limited().may_refresh());
  caller.change_log([](rate_limit::RequestLog& log) {
    log.success = rate_limit::LastSuccess{.at = BootClock::now(), .lifetime = 900s, .was_refresh = true};
  });

  CHECK_FALSE(caller.rate_limited().may_refresh());
  caller.profile.refresh_ahead = 899s;
  caller.change_log([](rate_limit::RequestLog& log) { log.success->at -= 1min; });
  CHECK(caller.rate_limited().may_refresh());
}

TEST_CASE("shares failures since the call started", "[rate_limited_authorizer]") {
  Caller caller;
  RateLimitedAuthorizer waiter = caller.rate_limited();
  CHECK_NOTHROW(waiter.throw_shared_failure());
  caller.authorizer.answer = tests::auth_error(protocol::ErrorKind::misconfigured);
  (void)caller.failure();

  const Failure shared = tests::catch_failure([&] { waiter.throw_shared_failure(); });

  CHECK(shared.code == ExitCode::invalid_settings);
  CHECK(std::string(shared.what()) == "what happened");
  caller.change_log([](rate_limit::RequestLog& log) { log.failure->at -= 1min; });
  CHECK_NOTHROW(waiter.throw_shared_failure());
}

TEST_CASE("records an erase with its time", "[rate_limited_authorizer]") {
  Caller caller;
  caller.change_log([](rate_limit::RequestLog& log) {
    log.success = rate_limit::LastSuccess{.at = BootClock::now(), .lifetime = 3600s, .after_erase = true};
  });

  caller.rate_limited().record_erase("token");

  CHECK(caller.log().erased);
  CHECK(caller.log().consecutive_rejections == 1);
  CHECK(caller.log().paused_until > BootClock::now() + 50s);
}

TEST_CASE("continues with one warning if the request log cannot be written", "[rate_limited_authorizer]") {
  Caller caller;
  CHECK(tests::exit_code_in_child([&caller] {
          tests::deny_calls({SYS_pwrite64}, ENOSPC);
          const bool is_given = caller.authorize().token.bearer.reveal() == "fresh-token";
          caller.rate_limited().throw_shared_failure();
          caller.rate_limited().record_erase("token");
          return is_given && caller.authorizer.tries == 3 ? 0 : 1;
        }) == 0);

  CHECK(caller.error.text().starts_with("sase-credential: warning: trouble: "));
  CHECK(tests::count_lines(caller.error.text()) == 1);
}

TEST_CASE("limits the rate of requests that cannot be recorded", "[rate_limited_authorizer]") {
  Caller caller;
  CHECK(tests::exit_code_in_child([&caller] {
          tests::deny_calls({SYS_pwrite64}, ENOSPC);
          for (int i = 0; i < 5; ++i)
            (void)caller.authorize();
          return caller.failure().code == ExitCode::unreachable ? caller.authorizer.calls : 0;
        }) == 5);
}

}  // namespace sase::token
