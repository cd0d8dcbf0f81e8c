// SPDX-License-Identifier: Apache-2.0
#include "helper/access_token.hpp"

#include "tests/support/catch.hpp"

namespace sase {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

/// Of a token with an hour left by the wall clock, and so much more by the boot clock.
Expiry expiry_with(seconds more_by_boot) {
  Expiry expiry = Expiry::after(ClockReading::now(), 3600s);
  expiry.moment.boot += more_by_boot;
  return expiry;
}

}  // namespace

TEST_CASE("states the same expiry while the clocks differ by their rounding", "[access_token]") {
  // Either clock may begin its next second first, which adds one to the difference.
  const Expiry expiry = expiry_with(GENERATE(-1s, 0s, 1s, 2s));
  // Until a clock's next second.
  for (const auto end = BootClock::now() + 10ms; BootClock::now() < end;)
    REQUIRE(ExpiryTimes::from(expiry).expires_at == expiry.moment.wall);
}

TEST_CASE("states the expiry by the boot clock if the wall clock was set back", "[access_token]") {
  const Expiry expiry = expiry_with(-60s);
  const ExpiryTimes times = ExpiryTimes::from(expiry);

  CHECK(times.expires_in <= 3540s);
  CHECK(times.expires_at <= expiry.moment.wall - 59s);
  CHECK(times.expires_at >= expiry.moment.wall - 61s);
}

}  // namespace sase
