// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/watchdog.hpp"

#include "tests/support/catch.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

using namespace sase::authorize;
using namespace std::chrono_literals;
using sase::protocol::ErrorKind;
using sase::protocol::Host;
using std::chrono::steady_clock;

TEST_CASE("the answer is given a little before the front stops waiting", "[authorize][watchdog]") {
  struct Row {
    std::chrono::milliseconds timeout;
    std::chrono::milliseconds allowed;
  };
  const auto row = GENERATE(values<Row>({
      {10s, 9900ms},
      {1s, 900ms},
      {500ms, 450ms},
      {1ms, 1ms},
      {std::chrono::milliseconds::max(), 3'599'900ms},
  }));
  const auto start = steady_clock::now();

  DYNAMIC_SECTION(row.timeout.count()) {
    CHECK(deadline_for(start, row.timeout) == start + row.allowed);
  }
}

TEST_CASE("a watchdog bites at the deadline while the work hangs", "[authorize][watchdog]") {
  std::atomic<bool> bitten = false;
  const auto start = steady_clock::now();
  Watchdog watchdog(start + 50ms, [&] { bitten = true; });

  while (!bitten)
    std::this_thread::sleep_for(1ms);

  CHECK(steady_clock::now() - start >= 50ms);
  CHECK_FALSE(watchdog.call_off());
}

TEST_CASE("a watchdog that is called off in time never bites", "[authorize][watchdog]") {
  std::atomic<bool> bitten = false;
  {
    Watchdog watchdog(steady_clock::now() + 50ms, [&] { bitten = true; });
    CHECK(watchdog.call_off());
    CHECK(watchdog.call_off());
    std::this_thread::sleep_for(100ms);
  }

  CHECK_FALSE(bitten);
}

TEST_CASE("a watchdog that nobody needs any more does not hold up its owner", "[authorize][watchdog]") {
  const auto start = steady_clock::now();
  {
    const Watchdog watchdog(start + 1h, [] {});
  }

  CHECK(steady_clock::now() - start < 10s);
}

TEST_CASE("a time-out says how long was waited and for what", "[authorize][watchdog]") {
  const Host host = *Host::parse("api.example.com");

  CHECK(no_answer_in_time(host, 10s, Phase::resolving).what ==
        "no answer from 'api.example.com' within 10s (while looking up the name)");
  CHECK(no_answer_in_time(host, 1500ms, Phase::handshaking).what ==
        "no answer from 'api.example.com' within 1500ms (during the TLS handshake)");
  CHECK(no_answer_in_time(host, 10s, Phase::reading).kind == ErrorKind::unreachable);
  CHECK(no_answer_in_time(host, 10s, Phase::reading).transient);
}
