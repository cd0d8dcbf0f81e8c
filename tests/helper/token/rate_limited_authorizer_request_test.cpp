// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"
#include "tests/support/caller.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <sys/syscall.h>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::Caller;

}  // namespace

TEST_CASE("counts the lifetime of a new token from before the request", "[rate_limited_authorizer]") {
  Caller caller;
  const ClockReading before = ClockReading::now();
  ClockReading asked{};
  caller.authorizer.meanwhile = [&asked] { asked = ClockReading::now(); };

  const NewToken new_token = caller.authorize();

  CHECK(new_token.token.bearer.reveal() == "fresh-token");
  const ClockReading expiry = new_token.token.expiry.moment;
  CHECK(expiry.boot >= before.boot + 1h);
  CHECK(expiry.boot <= asked.boot + 1h);
  CHECK(expiry.wall >= before.wall + 1h);
  CHECK(expiry.wall <= asked.wall + 1h);
}

TEST_CASE("counts a request before it is sent and corrects the count afterwards",
          "[rate_limited_authorizer]") {
  Caller caller;
  caller.authorizer.requests = GENERATE(0U, 1U, 2U, 3U);
  std::vector<BootTime> before;
  caller.authorizer.meanwhile = [&] { before = caller.log().requests; };
  const BootTime start = BootClock::now();

  (void)caller.authorize();

  REQUIRE(before.size() == 1);
  CHECK(before.front() >= start);
  const std::vector<BootTime> after = caller.log().requests;
  REQUIRE(after.size() == caller.authorizer.requests);
  CHECK(std::ranges::all_of(after, [&](BootTime at) { return at >= before.front(); }));
}

TEST_CASE("limits the retries of a call to the requests that are left", "[rate_limited_authorizer]") {
  struct Row {
    const char* name;
    unsigned sent, tries;
  };
  const auto row = GENERATE(values<Row>({
      {"none was sent", 0, 3},
      {"two were", 2, 3},
      {"three were", 3, 2},
      {"four were", 4, 1},
  }));

  DYNAMIC_SECTION(row.name) {
    Caller caller;
    caller.change_log([&](rate_limit::RequestLog& log) { log.requests.assign(row.sent, BootClock::now()); });

    (void)caller.authorize();

    CHECK(caller.authorizer.tries == row.tries);
    CHECK(caller.log().requests.size() == row.sent + 1);
  }
}

TEST_CASE("beyond the rate limit nothing is sent or recorded", "[rate_limited_authorizer]") {
  Caller caller;
  caller.change_log([](rate_limit::RequestLog& log) { log.requests.assign(5, BootClock::now()); });
  const std::string before = tests::text_of_file(caller.log_file());

  CHECK(caller.failure().code == ExitCode::unreachable);

  CHECK(caller.authorizer.calls == 0);
  CHECK(tests::text_of_file(caller.log_file()) == before);
}

TEST_CASE("counts and shares what a failed authorizer has sent", "[rate_limited_authorizer]") {
  Caller caller;
  caller.change_log([](rate_limit::RequestLog& log) { log.requests.assign(2, BootClock::now()); });
  caller.authorizer.requests = GENERATE(0U, 1U, 2U);
  caller.authorizer.answer = tests::auth_error(protocol::ErrorKind::authorizer_failed);

  const Failure failure = caller.failure();

  CHECK(failure.code == ExitCode::local_state);
  CHECK(std::string(failure.what()) == "what happened");
  CHECK(caller.log().requests.size() == 2 + caller.authorizer.requests);
  REQUIRE(caller.log().failure);
  CHECK(caller.log().failure->auth_error.kind == protocol::ErrorKind::authorizer_failed);
}

TEST_CASE("sends no request after another process has replaced the lock", "[rate_limited_authorizer]") {
  Caller caller;
  REQUIRE(::rename(caller.log_file().c_str(), (caller.log_file() + ".old").c_str()) == 0);

  CHECK(caller.failure().code == ExitCode::unreachable);
  CHECK(caller.authorizer.calls == 0);
}

TEST_CASE("refreshes nothing that it cannot record", "[rate_limited_authorizer]") {
  Caller caller;
  CHECK(tests::exit_code_in_child([&caller] {
          tests::deny_calls({SYS_pwrite64}, ENOSPC);
          try {
            (void)caller.refresh();
          } catch (const std::system_error&) {
            return caller.authorizer.calls;
          }
          return 1;
        }) == 0);
}

TEST_CASE("without a lock a token is requested and nothing is recorded", "[rate_limited_authorizer]") {
  Caller caller;
  caller.refresh_lock.reset();

  for (int i = 0; i < 6; ++i)
    CHECK(caller.authorize().token.bearer.reveal() == "fresh-token");

  CHECK(caller.authorizer.tries == 3);
  CHECK(caller.log().requests.empty());
}

TEST_CASE("traces the authorizer's progress with its times", "[rate_limited_authorizer]") {
  Caller caller;
  const auto start = steady_clock::now();
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(start.time_since_epoch());
  caller.authorizer.trace = {{.at = at + 2ms, .what = "connected"}, {.at = at + 3500us, .what = "answered"}};

  (void)caller.authorize();
  CHECK_FALSE(caller.authorizer.trace_wanted);
  CHECK(caller.error.text().empty());

  caller.trace = Trace("1", Trace::Clock::time_point(at), caller.diagnostics);
  caller.authorizer.answer = tests::auth_error(protocol::ErrorKind::invalid_response);
  (void)caller.failure();
  CHECK(caller.authorizer.trace_wanted);
  CHECK(caller.error.text() ==
        "sase-credential: trace: +2.000 ms connected\n"
        "sase-credential: trace: +3.500 ms answered\n");
}

}  // namespace sase::token
