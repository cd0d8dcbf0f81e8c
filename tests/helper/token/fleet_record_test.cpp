// SPDX-License-Identifier: Apache-2.0
#include "helper/token/fleet_record.hpp"

#include "helper/rate_limit/rules.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace sase::token {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds store_time{1'800'000'000s};

FleetRecord record_with(const std::string& token) {
  FleetRecord record;
  record.token =
      FleetToken{.issued_at = store_time - 10min, .lifetime = 1h, .bearer = protocol::Secret(token)};
  rate_limit::count_before_send(record.log, to_log_time(store_time - 1min));
  return record;
}

/// The value as the store returns it.
protocol::StoredValue store_value(const std::string& bytes, std::int64_t create, std::int64_t version) {
  return {.bytes = bytes, .mod_revision = 9, .create_revision = create, .version = version};
}

}  // namespace

TEST_CASE("a fleet record keeps the token, its times and the log", "[fleet_record]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  const std::string bytes = record_with("a-token").encrypt(identity, cache::FleetPlace::record(5, 2));

  const auto read = FleetRecord::decrypt(identity, store_value(bytes, 5, 2), store_time);

  REQUIRE(read);
  REQUIRE(read->token);
  CHECK(read->token->bearer.reveal() == "a-token");
  CHECK(read->token->issued_at == store_time - 10min);
  CHECK(read->token->lifetime == 1h);
  CHECK(read->log.requests.size() == 1);
}

TEST_CASE("the first version of a fleet record holds no token", "[fleet_record]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  const auto place = cache::FleetPlace::record(0, 1);

  CHECK_FALSE(FleetRecord::decrypt(identity, store_value(record_with("t").encrypt(identity, place), 5, 1),
                                   store_time));
  CHECK(
      FleetRecord::decrypt(identity, store_value(FleetRecord().encrypt(identity, place), 5, 1), store_time));
}

TEST_CASE("an older fleet record in the place of a newer one counts as absent", "[fleet_record]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  const std::string old = record_with("t").encrypt(identity, cache::FleetPlace::record(5, 2));

  CHECK_FALSE(FleetRecord::decrypt(identity, store_value(old, 5, 4), store_time));
  CHECK_FALSE(FleetRecord::decrypt(identity, store_value(old, 8, 2), store_time));
}

TEST_CASE("a fleet token of another form counts as absent", "[fleet_record]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  const std::string bytes = record_with("two\nlines").encrypt(identity, cache::FleetPlace::record(5, 2));

  CHECK_FALSE(FleetRecord::decrypt(identity, store_value(bytes, 5, 2), store_time));
}

TEST_CASE("a damaged log of a fleet record counts as empty", "[fleet_record]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  FleetRecord record = record_with("t");
  record.log.requests.push_back(to_log_time(store_time + 2min));
  const std::string bytes = record.encrypt(identity, cache::FleetPlace::record(5, 2));

  const auto read = FleetRecord::decrypt(identity, store_value(bytes, 5, 2), store_time);

  REQUIRE(read);
  CHECK(read->token);
  CHECK(read->log.requests.empty());
}

TEST_CASE("what is left of a fleet token is counted on the store's clock, and rounded down",
          "[fleet_record]") {
  const FleetToken token{.issued_at = store_time, .lifetime = 1h, .bearer = protocol::Secret("t")};

  CHECK(token.time_left(store_time) == 1h - 2s);
  CHECK(token.time_left(store_time + 10min) == 50min - 2s);
  // The clock of another member is behind.
  CHECK(token.time_left(store_time - 30s) == 1h - 2s);
  CHECK(token.time_left(store_time - 61s) == 0s);
  const FleetToken long_lived{.issued_at = store_time, .lifetime = 24h, .bearer = protocol::Secret("t")};
  CHECK(long_lived.time_left(store_time) == 1h - 2s);
}

TEST_CASE("a fleet lock names its holder", "[fleet_record]") {
  const cache::FleetIdentity identity("https://x.test", "key");
  const FleetLock lock{.host = "web1", .pid = 4711, .expires_at = store_time + 10s};

  const auto read = FleetLock::decrypt(identity, lock.encrypt(identity));

  REQUIRE(read);
  CHECK(read->host == "web1");
  CHECK(read->pid == 4711);
  CHECK(read->expires_at == store_time + 10s);
  CHECK_FALSE(FleetLock::decrypt(cache::FleetIdentity("https://x.test", "other"), lock.encrypt(identity)));
}

}  // namespace sase::token
