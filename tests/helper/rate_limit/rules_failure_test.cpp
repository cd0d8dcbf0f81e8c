// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"
#include "tests/support/call_context.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;
using protocol::ErrorKind;
using std::chrono::seconds;
using tests::call_at;
using tests::then;
using tests::tick;

/// One whose last call failed `then`, on the route of call_at().
RequestLog failed(ErrorKind kind, std::optional<seconds> retry_after = std::nullopt) {
  RequestLog log;
  record_failure(log,
                 {.kind = kind, .what = "what happened", .hint = "what to do", .retry_after = retry_after},
                 "network", then);
  return log;
}

/// Of a call that waited while the other one failed.
CallContext waiting_since(BootTime started) {
  CallContext call = call_at(then + 10ms);
  call.started = started;
  return call;
}

CallContext with_another_network(CallContext call) {
  call.network_fingerprint = "another network";
  return call;
}

}  // namespace

TEST_CASE("remembers a failure for a duration that depends on its kind", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    ErrorKind kind;
    std::optional<seconds> retry_after;
    std::chrono::milliseconds same_network, other_networks;
  };
  constexpr auto most = seconds::max();
  const auto row = GENERATE_COPY(values<Row>({
      {"a rejected key", ErrorKind::rejected, std::nullopt, 5min, 5min},
      {"too many requests", ErrorKind::rate_limited, std::nullopt, 2s, 2s},
      {"no connection", ErrorKind::unreachable, std::nullopt, 2s, 0s},
      {"an answer without sense", ErrorKind::invalid_response, std::nullopt, 2s, 0s},
      {"a setting that the user can correct", ErrorKind::misconfigured, std::nullopt, 0s, 0s},
      {"too many requests, with a Retry-After", ErrorKind::rate_limited, 30s, 30s, 30s},
      {"no service, with a Retry-After", ErrorKind::unreachable, 30s, 30s, 30s},
      {"no sense, with a Retry-After", ErrorKind::invalid_response, 30s, 30s, 30s},
      {"rejected, with a Retry-After", ErrorKind::rejected, 30s, 30s, 30s},
      {"a Retry-After of none", ErrorKind::rate_limited, 0s, 2s, 2s},
      {"a Retry-After of a second", ErrorKind::unreachable, 1s, 2s, 2s},
      {"a Retry-After of three seconds", ErrorKind::unreachable, 3s, 3s, 3s},
      {"a Retry-After of an hour", ErrorKind::rate_limited, 1h, 1h, 1h},
      {"a Retry-After of more than an hour", ErrorKind::rate_limited, 3601s, 1h, 1h},
      {"a Retry-After beyond all sense", ErrorKind::rate_limited, most, 1h, 1h},
  }));

  DYNAMIC_SECTION(row.name) {
    const RequestLog log = failed(row.kind, row.retry_after);
    const auto is_blocked = [&log](const CallContext& call) { return why_blocked(log, call).has_value(); };

    if (row.same_network > 0s) CHECK(is_blocked(call_at(then + row.same_network - tick)));
    CHECK_FALSE(is_blocked(call_at(then + std::max(row.same_network, tick))));
    if (row.other_networks > 0s)
      CHECK(is_blocked(with_another_network(call_at(then + row.other_networks - tick))));
    CHECK_FALSE(is_blocked(with_another_network(call_at(then + std::max(row.other_networks, tick)))));
  }
}

TEST_CASE("gives waiting calls the same message", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    ErrorKind kind;
    std::optional<seconds> retry_after;
    bool on_this_way, on_other_ways;
  };
  const auto row = GENERATE(values<Row>({
      {"a rejected key", ErrorKind::rejected, std::nullopt, true, true},
      {"too many requests", ErrorKind::rate_limited, std::nullopt, true, true},
      {"no connection", ErrorKind::unreachable, std::nullopt, true, false},
      {"no service for a while", ErrorKind::unreachable, 9s, true, true},
      {"an answer without sense", ErrorKind::invalid_response, std::nullopt, true, false},
      {"a bad setting", ErrorKind::misconfigured, std::nullopt, true, false},
  }));

  DYNAMIC_SECTION(row.name) {
    const RequestLog log = failed(row.kind, row.retry_after);
    const CallContext call = waiting_since(then - 1s);

    const auto shared = failure_since(log, call);

    REQUIRE(shared.has_value() == row.on_this_way);
    CHECK(shared->what == "what happened");
    CHECK(shared->hint == "what to do");
    CHECK(shared->kind == row.kind);
    CHECK(failure_since(log, with_another_network(call)).has_value() == row.on_other_ways);
    CHECK(why_blocked(log, call)->what == "what happened");
  }
}

TEST_CASE("shares a failure with calls that started before it", "[rate_limit_rules]") {
  const RequestLog log = failed(ErrorKind::unreachable);

  CHECK(failure_since(log, waiting_since(then - 1h)));
  CHECK(failure_since(log, waiting_since(then)));
  CHECK_FALSE(failure_since(log, waiting_since(then + tick)));
}

TEST_CASE("shares a failure with long-waiting calls after it is forgotten", "[rate_limit_rules]") {
  CallContext call = call_at(then + 1min);
  call.started = then;

  CHECK(why_blocked(failed(ErrorKind::unreachable), call)->what == "what happened");
  CHECK(why_blocked(failed(ErrorKind::misconfigured), call)->what == "what happened");
}

TEST_CASE("blocks nothing without a failure", "[rate_limit_rules]") {
  CHECK_FALSE(failure_since(RequestLog{}, call_at(then)));
  CHECK_FALSE(why_blocked(RequestLog{}, call_at(then)));
}

TEST_CASE("a success clears the failure", "[rate_limit_rules]") {
  RequestLog log = failed(ErrorKind::rejected);

  record_success(log, {.at = then + 1s, .lifetime = 3600s});

  CHECK_FALSE(why_blocked(log, call_at(then + 2s)));
  CHECK_FALSE(failure_since(log, waiting_since(then)));
}

TEST_CASE("remembers the last failure", "[rate_limit_rules]") {
  RequestLog log = failed(ErrorKind::rejected);

  record_failure(log, {.kind = ErrorKind::unreachable, .what = "another", .hint = "", .retry_after = {}},
                 "another network", then + 1s);

  CHECK_FALSE(why_blocked(log, call_at(then + 2s)));
  CHECK(why_blocked(log, with_another_network(call_at(then + 2s))));
}

TEST_CASE("describes a remembered failure with its age and the time left", "[rate_limit_rules]") {
  struct Row {
    const char* name;
    ErrorKind kind;
    std::optional<seconds> retry_after;
    std::chrono::milliseconds later;
    std::string what, hint;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", ErrorKind::rejected, std::nullopt, 1ms, "1s ago; the service is asked again in 5m",
       "what to do"},
      {"the last of the minutes", ErrorKind::rejected, std::nullopt, 180s,
       "3m ago; the service is asked again in 2m", "what to do"},
      {"the first of the seconds", ErrorKind::rejected, std::nullopt, 181s,
       "181s ago; the service is asked again in 119s", "what to do"},
      {"at the end", ErrorKind::rejected, std::nullopt, 300s - 1ms,
       "5m ago; the service is asked again in 1s", "what to do"},
      {"no connection", ErrorKind::unreachable, std::nullopt, 500ms,
       "1s ago; the service is asked again in 2s", "what to do"},
      {"a whole second later", ErrorKind::unreachable, std::nullopt, 1s,
       "1s ago; the service is asked again in 1s", "what to do"},
      {"too many requests", ErrorKind::rate_limited, std::nullopt, 1s,
       "1s ago; the service is asked again in 1s", "try again in 1s"},
      {"as the service asked", ErrorKind::rate_limited, 30s, 5s, "5s ago; the service is asked again in 25s",
       "try again in 25s"},
      {"a moment after that second", ErrorKind::unreachable, 30s, 5001ms,
       "6s ago; the service is asked again in 25s", "try again in 25s"},
  }));

  DYNAMIC_SECTION(row.name) {
    const auto auth_error = why_blocked(failed(row.kind, row.retry_after), call_at(then + row.later)).value();

    CHECK(auth_error.what == "what happened, " + row.what);
    CHECK(auth_error.hint == row.hint);
    CHECK(auth_error.kind == row.kind);
  }
}

TEST_CASE("allows a request at the time that the message states", "[rate_limit_rules]") {
  const auto retry_after = GENERATE(values<std::optional<seconds>>({std::nullopt, 0s, 7s, 3600s}));
  const RequestLog log = failed(ErrorKind::rejected, retry_after);

  BootTime now = then + tick;
  for (auto auth_error = why_blocked(log, call_at(now)); auth_error;
       now += 977ms, auth_error = why_blocked(log, call_at(now))) {
    tests::check_error(*auth_error);
    const std::chrono::milliseconds wait = tests::promised_wait(auth_error->what);
    CHECK_FALSE(why_blocked(log, call_at(now + wait)));
    CHECK(why_blocked(log, call_at(now + wait - (wait < 120s ? 1s : 60s))));
  }
  CHECK(now > then + 2s);
}

}  // namespace sase::rate_limit
