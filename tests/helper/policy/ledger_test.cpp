// SPDX-License-Identifier: Apache-2.0
#include "helper/policy/ledger.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;

protocol::Denied refusal() {
  return {
      .denial = protocol::Denial::refused, .transient = false, .what = "no", .hint = "", .retry_after = 7s};
}

}  // namespace

TEST_CASE("a failure is told to those who were there when it happened", "[ledger]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory folder = PrivateDirectory::create(root.path("state"));
  const Ledger ledger(folder, "a");
  const Ledger::Instant before = Ledger::now();

  ledger.record(refusal());

  const auto failure = ledger.failure_since(before);
  REQUIRE(failure);
  CHECK(failure->denial == protocol::Denial::refused);
  CHECK(failure->what == "no");
  CHECK(failure->retry_after == 7s);
  CHECK_FALSE(ledger.failure_since(Ledger::now() + 1ms));
  CHECK_FALSE(Ledger(folder, "b").failure_since(before));
}

TEST_CASE("a ledger that makes no sense holds nothing", "[ledger]") {
  const std::string text = GENERATE(values<std::string>(
      {"", "\n", "garbage", "failed_at_ms=\n", "failed_at_ms=1",
       "failed_at_ms=1x\noutcome=refused\nwhat=no\n", "failed_at_ms=1\noutcome=odd\nwhat=no\n",
       "failed_at_ms=1\noutcome=refused\nwhat=\x1b[2J\n",
       "failed_at_ms=9000000000000000000\noutcome=refused\nwhat=of an earlier start\n",
       "failed_at_ms=1\noutcome=granted\naccess_token=x\nlifetime=1\n", std::string(9000, 'x')}));
  const tests::TemporaryDirectory root;
  const PrivateDirectory folder = PrivateDirectory::create(root.path("state"));
  (void)root.write("state/a.ledger", text);

  CHECK_FALSE(Ledger(folder, "a").failure_since(0ms));
}

TEST_CASE("a ledger that is whole is read", "[ledger]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory folder = PrivateDirectory::create(root.path("state"));
  (void)root.write("state/a.ledger", "failed_at_ms=1\noutcome=refused\nwhat=no\n");

  CHECK(Ledger(folder, "a").failure_since(0ms));
}

}  // namespace sase::helper
