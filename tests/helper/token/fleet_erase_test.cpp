// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rejected_marks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/fleet_machine.hpp"
#include "tests/support/in_child.hpp"

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <sys/syscall.h>

namespace sase::token {

namespace {

using namespace std::chrono_literals;
using tests::FleetMachine;
using tests::StoreContents;
using tests::TwoHosts;

/// The file beside the lock.
std::string mark_name(const tests::Machine& host, std::string_view token) {
  return host.key_id() + ".rejected." + cache::tag_token(token);
}

}  // namespace

TEST_CASE_METHOD(TwoHosts, "an erased token is replaced for the whole fleet", "[fleet_call]") {
  (void)host.get();
  (void)other.get();
  host.erase("fresh-token");
  host.answer("replaced");

  CHECK(host.shared_token() == "fresh-token");  // the store is not contacted
  CHECK(host.get() == "replaced");
  CHECK(host.shared_token() == "replaced");
  // The other host keeps its token until its own callers reject it.
  CHECK(other.get() == "fresh-token");
  other.erase("fresh-token");
  CHECK(other.get() == "replaced");
  CHECK(other.authorizer.calls == 0);
}

TEST_CASE_METHOD(TwoHosts, "without a cache, an erase marks the fleet's token as rejected", "[fleet_call]") {
  host.cache = nullptr;
  (void)host.get();
  host.answer("replaced");

  CHECK(host.get() == "fresh-token");
  host.erase("fresh-token");
  CHECK(host.get() == "replaced");
}

TEST_CASE_METHOD(TwoHosts,
                 "a token of the fleet that is erased while another call holds the lock counts as rejected",
                 "[fleet_erase]") {
  (void)host.get();
  {
    const rate_limit::RefreshLock lock = host.hold_lock();
    host.time = 20ms;
    host.erase("fresh-token");
    CHECK(lock.read_log().fleet.rejected_tags == std::vector<std::string>{cache::tag_token("fresh-token")});
  }
  host.time = 10s;
  host.answer("replaced");

  CHECK(host.get() == "replaced");
  CHECK(host.shared_token() == "replaced");
  CHECK(host.log().success->after_erase);
  CHECK_FALSE(tests::exists(host.directory + '/' + mark_name(host, "fresh-token")));
  CHECK(host.error.text().empty());
}

TEST_CASE_METHOD(TwoHosts, "a token of the fleet that is erased on a full disk counts as rejected",
                 "[fleet_erase]") {
  (void)host.get();

  CHECK(tests::exit_code_in_child([&] {
          tests::deny_calls({SYS_pwrite64}, ENOSPC);
          host.erase("fresh-token");
          host.answer("replaced");
          return host.get() == "replaced" ? 0 : 1;
        }) == 0);
  // The log can be written again.
  host.cache->remove(host.identity());
  host.answer("later");
  CHECK(host.get() == "later");
  CHECK_FALSE(tests::exists(host.directory + '/' + mark_name(host, "fresh-token")));
  CHECK(host.log().fleet.rejected_tags.size() == 1);
}

TEST_CASE_METHOD(TwoHosts,
                 "a token of the fleet that is erased on a file system without locks counts as rejected",
                 "[fleet_erase]") {
  (void)host.get();

  CHECK(tests::exit_code_in_child([&] {
          tests::deny_calls({SYS_flock}, ENOLCK);
          host.erase("fresh-token");
          host.answer("replaced");
          return host.get() == "replaced" ? 0 : 1;
        }) == 0);
}

TEST_CASE_METHOD(TwoHosts,
                 "the latest of many erased tokens counts, although none could be recorded in the log",
                 "[fleet_erase]") {
  host.cache = nullptr;
  (void)host.get();
  {
    const rate_limit::RefreshLock lock = host.hold_lock();
    host.time = 20ms;
    for (int i = 0; i < 12; ++i)
      host.erase("token" + std::to_string(i));
    host.erase("fresh-token");
  }
  host.time = 5s;
  host.answer("replaced");

  CHECK(host.get() == "replaced");
}

TEST_CASE_METHOD(TwoHosts, "an erase that leaves no trace for the fleet prints one warning",
                 "[fleet_erase]") {
  (void)host.get();
  SECTION("the state directory cannot be written") {
    host.root.make_directory("state/sase-credential/" + mark_name(host, "fresh-token"));
  }
  SECTION("there is no state directory") {
    host.cache = nullptr;
    host.state_directory.reset();
  }

  host.erase("fresh-token");

  CHECK(tests::count_lines(host.error.text()) == 1);
  CHECK(tests::contains(host.error.text(), "the fleet may give the rejected token again"));
}

TEST_CASE("a call that holds the lock after its deadline does not forget a rejected token", "[fleet_erase]") {
  const tests::Machine machine;
  const BootTime now = BootClock::now();
  auto late = rate_limit::RefreshLock::acquire(machine.directory, machine.key_id(), now, now);
  REQUIRE(late);
  const std::string tag = cache::tag_token("rejected");
  rate_limit::mark_rejected(machine.directory, machine.key_id(), tag);

  late->write_log(late->read_log());
  CHECK(tests::exists(machine.directory + '/' + mark_name(machine, "rejected")));
  late.reset();
  machine.change_log([](const rate_limit::RequestLog&) {});
  CHECK_FALSE(tests::exists(machine.directory + '/' + mark_name(machine, "rejected")));
  CHECK(machine.log().fleet.rejected_tags == std::vector<std::string>{tag});
}

TEST_CASE_METHOD(TwoHosts, "a name beside the lock that no erase has written is ignored", "[fleet_erase]") {
  for (const std::string& tag : {std::string(), std::string("a\nb"), std::string(200, 'a'),
                                 cache::tag_token("rejected") + '~', std::string(32, 'g')})
    host.root.write("state/sase-credential/" + host.key_id() + ".rejected." + tag, "");

  CHECK(host.get() == "fresh-token");
  CHECK(host.log().fleet.rejected_tags.empty());
  CHECK(host.error.text().empty());
}

TEST_CASE_METHOD(TwoHosts, "a record of an erased token that cannot be removed stops no refresh",
                 "[fleet_erase]") {
  host.profile.refresh_ahead = 30min;
  host.keep("old", 10min);
  host.root.make_directory("state/sase-credential/" + mark_name(host, "rejected"));

  CHECK(host.source().get_refreshed().token.bearer.reveal() == "fresh-token");
  CHECK(host.log().fleet.rejected_tags == std::vector<std::string>{cache::tag_token("rejected")});
  CHECK(host.error.text().empty());
}

TEST_CASE("an erase without a fleet leaves no file beside the lock", "[fleet_erase]") {
  tests::Machine machine;
  machine.keep("cached", 3600s);
  const rate_limit::RefreshLock lock = machine.hold_lock();
  machine.time = 20ms;

  machine.erase("cached");

  CHECK_FALSE(tests::exists(machine.directory + '/' + mark_name(machine, "cached")));
}

}  // namespace sase::token
