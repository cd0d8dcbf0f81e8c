// SPDX-License-Identifier: Apache-2.0
#include "helper/token/fleet_decision.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <utility>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using protocol::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::chrono::sys_seconds decision_time{1'800'000'000s};

FleetView empty_view() {
  return {.now = decision_time, .log_now = to_log_time(decision_time), .record = {}, .holder = {}};
}

FleetView view_of_token(std::chrono::seconds age, const std::string& token = "shared") {
  FleetView view = empty_view();
  view.record.token =
      FleetToken{.issued_at = decision_time - age, .lifetime = 1h, .bearer = protocol::Secret(token)};
  return view;
}

FleetNeeds needs_now() {
  return {.min_ttl = 1min,
          .refresh_ahead = 15min,
          .cached_left = {},
          .rejected_tags = {},
          .blocked = {},
          .known_failure = {}};
}

FleetLock other_host() { return {.host = "web1", .pid = 7, .expires_at = decision_time + 5s}; }

rate_limit::LastFailure failure_at(std::chrono::sys_seconds at, ErrorKind kind = ErrorKind::unreachable) {
  rate_limit::RequestLog log;
  record_failure(log, {.kind = kind, .transient = true, .what = "it failed", .hint = "", .retry_after = {}},
                 {}, to_log_time(at));
  return *log.failure;
}

}  // namespace

TEST_CASE("a host uses the fleet's token, even while another one holds the lock", "[fleet_decision]") {
  FleetView view = view_of_token(10min);
  CHECK(decide(view, needs_now()).step == FleetStep::use);
  view.holder = other_host();
  CHECK(decide(view, needs_now()).step == FleetStep::use);
}

TEST_CASE("a host waits for the one that holds the lock, before the logs matter", "[fleet_decision]") {
  FleetView view = empty_view();
  view.holder = other_host();
  view.record.log.failure = failure_at(decision_time);
  FleetNeeds needs = needs_now();
  needs.blocked = protocol::AuthError{.kind = ErrorKind::rate_limited, .what = "blocked"};

  CHECK(decide(view, needs).step == FleetStep::wait);
}

TEST_CASE("a host acquires the lock if nothing forbids a request", "[fleet_decision]") {
  CHECK(decide(empty_view(), needs_now()).step == FleetStep::acquire);
  CHECK(decide(view_of_token(59min + 30s), needs_now()).step == FleetStep::acquire);
}

TEST_CASE("a token that this host's callers rejected counts as absent in the fleet", "[fleet_decision]") {
  FleetNeeds needs = needs_now();
  needs.rejected_tags = {cache::tag_token("shared")};

  CHECK(decide(view_of_token(0s), needs).step == FleetStep::acquire);
  CHECK(decide(view_of_token(0s, "another"), needs).step == FleetStep::use);
}

TEST_CASE("this host's own request log binds it in a fleet", "[fleet_decision]") {
  FleetNeeds needs = needs_now();
  needs.blocked = protocol::AuthError{.kind = ErrorKind::rate_limited, .what = "blocked"};

  const FleetDecision decision = decide(empty_view(), needs);

  CHECK(decision.step == FleetStep::fail);
  REQUIRE(decision.error);
  CHECK(decision.error->what == "blocked");
}

TEST_CASE("a key that was rejected for another host is not sent again", "[fleet_decision]") {
  FleetView view = empty_view();
  view.record.log.failure = failure_at(decision_time - 12s, ErrorKind::rejected);
  FleetNeeds needs = needs_now();
  needs.known_failure = view.record.log.failure;

  const FleetDecision decision = decide(view, needs);

  CHECK(decision.step == FleetStep::fail);
  REQUIRE(decision.error);
  CHECK(decision.error->what ==
        "it failed, reported by another host, 12s ago; the service is asked again in 288s");
}

TEST_CASE("a host shares the failure of the one that it has waited for", "[fleet_decision]") {
  FleetView view = empty_view();
  FleetNeeds needs = needs_now();
  view.record.log.failure = failure_at(decision_time - 3s);

  CHECK(decide(view, needs).step == FleetStep::fail);
  needs.known_failure = view.record.log.failure;
  CHECK(decide(view, needs).step == FleetStep::acquire);
  // Another one within the same second of the store's clock.
  needs.known_failure->auth_error.what = "it failed before";
  CHECK(decide(view, needs).step == FleetStep::fail);
}

TEST_CASE("the whole fleet sends at most five requests a minute", "[fleet_decision]") {
  FleetView view = empty_view();
  for (int i = 0; i < 5; ++i)
    count_before_send(view.record.log, to_log_time(decision_time - 30s));
  CHECK(decide(view, needs_now()).step == FleetStep::fail);
  view.log_now += 31s;
  CHECK(decide(view, needs_now()).step == FleetStep::acquire);
}

TEST_CASE("a refresh takes a token only if it is newer than the cached one", "[fleet_decision]") {
  FleetNeeds needs = needs_now();
  needs.cached_left = 10min;

  CHECK(decide(view_of_token(1min), needs).step == FleetStep::use);
  CHECK(decide(view_of_token(50min), needs).step == FleetStep::acquire);
}

TEST_CASE("a refresh ends if another host has begun one less than a minute ago", "[fleet_decision]") {
  FleetNeeds needs = needs_now();
  needs.cached_left = 10min;
  FleetView view = view_of_token(50min);
  view.record.log.refresh_started = to_log_time(decision_time - 59s);

  CHECK(decide(view, needs).step == FleetStep::fail);
  CHECK_FALSE(decide(view, needs).error);
  view.record.log.refresh_started = to_log_time(decision_time - 60s);
  CHECK(decide(view, needs).step == FleetStep::acquire);
}

TEST_CASE("a fleet lock is free without a lease, long after its deadline, or if it cannot be decrypted",
          "[fleet_decision]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  protocol::FleetSnapshot snapshot{.record = {},
                                   .lock = protocol::StoredValue{},
                                   .revision = 5,
                                   .clock = {.date = decision_time, .sent = {}}};
  snapshot.lock->bytes = other_host().encrypt(identity);
  snapshot.lock->has_lease = true;
  const auto holder = [&](std::chrono::seconds later) {
    return FleetView::of(snapshot, identity, BootTime(later)).holder.has_value();
  };

  CHECK(holder(0s));
  CHECK(holder(65s));
  CHECK_FALSE(holder(66s));
  snapshot.lock->has_lease = false;
  CHECK_FALSE(holder(0s));
  snapshot.lock->has_lease = true;
  snapshot.lock->bytes.back() = static_cast<char>(snapshot.lock->bytes.back() ^ 1);
  CHECK_FALSE(holder(0s));
}

TEST_CASE("a fleet record that cannot be decrypted counts as absent", "[fleet_decision]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  const protocol::FleetSnapshot snapshot{
      .record =
          protocol::StoredValue{.bytes = "damaged", .mod_revision = 3, .create_revision = 3, .version = 1},
      .lock = {},
      .revision = 5,
      .clock = {.date = decision_time, .sent = {}}};

  const FleetView view = FleetView::of(snapshot, identity, BootTime());

  CHECK(view.is_damaged);
  CHECK(decide(view, needs_now()).step == FleetStep::acquire);
}

TEST_CASE("the store's time is rounded up for readers and down for writers", "[fleet_decision]") {
  const protocol::StoreClock clock{.date = decision_time, .sent = 1000ms};

  CHECK(reading_time(clock, BootTime(1001ms)) == decision_time + 1s);
  CHECK(writing_time(clock, BootTime(1999ms)) == decision_time);
  CHECK(reading_time(clock, BootTime(3000ms)) == decision_time + 2s);
  CHECK(writing_time(clock, BootTime(3000ms)) == decision_time + 2s);
}

TEST_CASE("a pause of the fleet is not shortened by clocks, and lengthened by less than three seconds",
          "[fleet_decision]") {
  constexpr milliseconds pause = 20s, reply = 300ms;
  // What a host knows of the store's clock at a time of the store: a date without the part of the second, of
  // a reply that took a while and arrived some time ago. The host's boot clock is an hour ahead.
  const auto clock_at = [&](milliseconds at, milliseconds since_reply) {
    const milliseconds replied = at - since_reply;
    return protocol::StoreClock{.date = std::chrono::sys_seconds(std::chrono::floor<seconds>(replied)),
                                .sent = 1h + replied - reply};
  };
  for (milliseconds failed = 100s; failed < 101s; failed += 130ms)
    for (milliseconds since_reply = 0ms; since_reply < 2s; since_reply += 170ms) {
      FleetView view = empty_view();
      rate_limit::LastFailure failure = failure_at(decision_time);
      failure.auth_error.retry_after = 20s;
      failure.at = log_writing_time(clock_at(failed, since_reply), BootTime(1h + failed));
      view.record.log.failure = failure;
      FleetNeeds needs = needs_now();
      needs.known_failure = failure;

      view.log_now =
          log_reading_time(clock_at(failed + pause - 1ms, 0ms), BootTime(1h + failed + pause - 1ms));
      CHECK(decide(view, needs).step == FleetStep::fail);
      view.log_now = log_reading_time(clock_at(failed + pause + 3s + reply, 0ms),
                                      BootTime(1h + failed + pause + 3s + reply));
      CHECK(decide(view, needs).step == FleetStep::acquire);
    }
}

}  // namespace sase::token
