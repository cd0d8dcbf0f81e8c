// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"
#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace sase::rate_limit {

TEST_CASE("keeps what this host remembers of the fleet", "[request_log]") {
  using namespace std::chrono_literals;
  const BootTime now(1h);
  RequestLog log;
  log.fleet = {.last_use = FleetUse::waited,
               .last_used = now - 1min,
               .unavailable_since = now - 2min,
               .retry_at = now + 30s,
               .error = "no leader",
               .damage_reported = now - 3s,
               .rejected_tags = {"aa", "bb"},
               .rejected_at = now - 2s};
  log.success = LastSuccess{.at = now, .lifetime = 1h, .tag = "cc"};

  const RequestLog read = RequestLog::parse(log.write({}), {}, now);

  CHECK(read.fleet.last_use == FleetUse::waited);
  CHECK(read.fleet.last_used == now - 1min);
  CHECK(read.fleet.unavailable_since == now - 2min);
  CHECK(read.fleet.retry_at == now + 30s);
  CHECK(read.fleet.error == "no leader");
  CHECK(read.fleet.damage_reported == now - 3s);
  CHECK(read.fleet.rejected_tags == std::vector<std::string>{"aa", "bb"});
  CHECK(read.fleet.rejected_at == now - 2s);
  REQUIRE(read.success);
  CHECK(read.success->tag == "cc");
}

TEST_CASE("rejected tokens are forgotten once the last of them has expired", "[request_log]") {
  using namespace std::chrono_literals;
  RequestLog log;
  record_erase(log, BootTime(1h), "aa");
  record_erase(log, BootTime(1h + 1min), "bb");
  const auto remembered = [&](BootTime now) {
    return RequestLog::parse(log.write({}), {}, now).fleet.rejected_tags.size();
  };

  CHECK(remembered(BootTime(2h + 1min - 1ms)) == 2);
  CHECK(remembered(BootTime(2h + 1min)) == 0);
}

TEST_CASE("the largest log fits into its slot", "[request_log]") {
  using namespace std::chrono_literals;
  const BootTime now(std::chrono::hours(24 * 365 * 30));
  RequestLog log;
  log.sequence = std::numeric_limits<std::int64_t>::max();
  log.requests.assign(10, now);
  log.success = LastSuccess{.at = now, .lifetime = 1h, .tag = std::string(32, 'a')};
  log.refresh_started = now;
  log.consecutive_rejections = std::numeric_limits<unsigned>::max();
  log.paused_until = now;
  record_failure(log,
                 {.kind = protocol::ErrorKind::invalid_response,
                  .transient = true,
                  .what = std::string(2000, 'w'),
                  .hint = std::string(2000, 'h'),
                  .retry_after = 3600s},
                 std::string(32, 'n'), now);
  log.failure->rejected_key_fingerprint = std::string(32, 'f');
  log.failure->rejected_key_last_seen = now;
  for (int i = 0; i < 4; ++i)
    log.fleet.rejected_tags.emplace_back(32, 't');
  log.fleet.rejected_at = now;
  log.fleet.damage_reported = now;
  record_fleet_use(log, FleetUse::authorized, now);
  record_fleet_failure(log, std::string(300, 'e'), now, 0);
  log.holder = LockHolder{.pid = 4194304, .since = now, .deadline = now};

  CHECK(log.write({}).size() + 32 <= 2048);
}

}  // namespace sase::rate_limit
