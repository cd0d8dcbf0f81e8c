// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/call_context.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;
using tests::call_at;
using tests::then;
using tests::tick;

RequestLog of_requests(std::vector<BootTime> at) {
  RequestLog log;
  log.requests = std::move(at);
  return log;
}

RequestLog of_requests(unsigned count, BootTime at = then) {
  return of_requests(std::vector<BootTime>(count, at));
}

}  // namespace

TEST_CASE("allows five requests in a minute, whatever their outcome", "[rate_limit_rules]") {
  const auto sent = GENERATE(0U, 1U, 4U, 5U, 6U, 64U);

  CHECK(requests_left(of_requests(sent), then) == (sent < 5 ? 5 - sent : 0));
  CHECK(why_blocked(of_requests(sent), call_at(then)).has_value() == (sent >= 5));
}

TEST_CASE("counts a request for 60 seconds", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    std::chrono::milliseconds later;
    unsigned left;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 0s, 0},
      {"after 59 seconds", 59s, 0},
      {"just before the minute is over", 60s - 1ms, 0},
      {"when the minute is over", 60s, 5},
      {"later", 61s, 5},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(requests_left(of_requests(5), then + row.later) == row.left);
    CHECK(why_blocked(of_requests(5), call_at(then + row.later)).has_value() == (row.left == 0));
  }
}

TEST_CASE("each request counts for its own minute", "[rate_limit_rules]") {
  const RequestLog log = of_requests({then, then + 10s, then + 20s, then + 30s, then + 40s});

  CHECK(requests_left(log, then + 59s) == 0);
  CHECK(requests_left(log, then + 60s) == 1);
  CHECK(requests_left(log, then + 75s) == 2);
  CHECK(requests_left(log, then + 99s) == 4);
  CHECK(requests_left(log, then + 100s) == 5);
}

TEST_CASE("explains the rate limit and when to try again", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    std::chrono::milliseconds later;
    std::string hint;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 0s, "try again in 1m"},
      {"a moment later", 1ms, "try again in 1m"},
      {"a second later", 1s, "try again in 59s"},
      {"in the last second", 59s, "try again in 1s"},
      {"in the last moment", 60s - 1ms, "try again in 1s"},
  }));

  DYNAMIC_SECTION(row.name) {
    const auto auth_error = why_blocked(of_requests(5), call_at(then + row.later)).value();

    CHECK(auth_error.what ==
          "5 requests for this API key went to the service within a minute, the most that are allowed");
    CHECK(auth_error.hint == row.hint);
    CHECK(auth_error.kind == protocol::ErrorKind::rate_limited);
    CHECK_FALSE(auth_error.retry_after);
  }
}

TEST_CASE("allows a request when the rate limit says so", "[rate_limit_rules]") {
  const auto log = GENERATE(values<RequestLog>({
      of_requests(5),
      of_requests(7),
      of_requests({then - 50s, then - 40s, then - 30s, then - 20s, then - 10s}),
      of_requests({then - 70s, then - 65s, then - 9s, then - 8s, then - 7s, then - 6s, then}),
      of_requests({then - 59s, then - 58s, then - 20s, then - 20s, then - 20s, then - 5s, then}),
  }));
  REQUIRE(requests_left(log, then) == 0);

  for (BootTime now = then; requests_left(log, now) == 0; now += 977ms) {
    const auto auth_error = why_blocked(log, call_at(now)).value();
    tests::check_error(auth_error);
    const std::chrono::milliseconds wait = tests::promised_wait(auth_error.hint);
    CHECK_FALSE(why_blocked(log, call_at(now + wait)));
    CHECK(why_blocked(log, call_at(now + wait - 1s)));
  }
}

TEST_CASE("a request counts before it is sent", "[rate_limit_rules]") {
  RequestLog log;

  count_before_send(log, then);

  CHECK(log.requests == std::vector<BootTime>{then});
}

TEST_CASE("counts one request for each call that died", "[rate_limit_rules]") {
  RequestLog log;
  for (int i = 0; i < 5; ++i)
    count_before_send(log, then + i * 1s);

  CHECK(why_blocked(log, call_at(then + 5s)));
  CHECK(requests_left(log, then + 60s) == 1);
  CHECK(requests_left(log, then + 64s) == 5);
}

TEST_CASE("corrects the count to what was sent", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    unsigned before, sent, counted;
  };
  const auto row = GENERATE(values<Row>({
      {"one went well", 0, 1, 1},
      {"with retries", 0, 3, 3},
      {"none was sent", 0, 0, 0},
      {"beside those before", 2, 1, 3},
      {"none beside those before", 4, 0, 4},
      {"an absurd number", 0, 4'000'000'000U, 5},
  }));

  DYNAMIC_SECTION(row.name) {
    RequestLog log = of_requests(row.before);
    count_before_send(log, then + 1s);

    correct_count(log, row.sent, then + 2s);

    std::vector<BootTime> expected(row.before, then);
    expected.resize(row.counted, then + 2s);
    CHECK(log.requests == expected);
  }
}

TEST_CASE("corrects an empty log without an error", "[rate_limit_rules]") {
  RequestLog log;

  correct_count(log, 1, then + 1s);

  CHECK(log.requests == std::vector<BootTime>{then + 1s});
}

TEST_CASE("removes requests outside the window", "[rate_limit_rules]") {
  RequestLog log = of_requests({then, then + 1s, then + 2s});

  count_before_send(log, then + 61s);

  CHECK(log.requests == std::vector<BootTime>{then + 2s, then + 61s});
}

TEST_CASE("leaves two tries to the second call", "[rate_limit_rules]") {
  RequestLog log;
  count_before_send(log, then);
  correct_count(log, 3, then + 1s);

  CHECK(requests_left(log, then + 2s) == 2);
  CHECK_FALSE(why_blocked(log, call_at(then + 2s)));

  count_before_send(log, then + 2s);
  correct_count(log, 2, then + 3s);

  CHECK(tests::promised_wait(why_blocked(log, call_at(then + 3s))->hint) == 58s);
  CHECK(requests_left(log, then + 61s - tick) == 0);
  CHECK(requests_left(log, then + 61s) == 3);
}

}  // namespace sase::rate_limit
