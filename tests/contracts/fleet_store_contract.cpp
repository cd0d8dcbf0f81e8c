// SPDX-License-Identifier: Apache-2.0
#include "tests/contracts/fleet_store_contract.hpp"

#include "helper/os/clock.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace sase::tests {

namespace {

using namespace std::chrono_literals;
using fleet::Store;
using protocol::FleetReply;
using protocol::FleetSnapshot;
using protocol::FleetWritten;
using std::chrono::steady_clock;

std::int64_t expect_written(const FleetReply& reply) {
  REQUIRE(std::holds_alternative<FleetWritten>(reply));
  return std::get<FleetWritten>(reply).revision;
}

FleetSnapshot expect_snapshot(const FleetReply& reply) {
  REQUIRE(std::holds_alternative<FleetSnapshot>(reply));
  return std::get<FleetSnapshot>(reply);
}

std::int64_t seen_in(const FleetSnapshot& snapshot) {
  return snapshot.record ? snapshot.record->mod_revision : 0;
}

std::int64_t acquire(Store& store, const std::string& record = "counted") {
  return expect_written(store.acquire(seen_in(store.confirm()), record, "the holder"));
}

std::string record_in(const FleetSnapshot& snapshot) {
  return snapshot.record ? snapshot.record->bytes : "(none)";
}

/// What `action` takes.
template <typename Action>
steady_clock::duration measure(const Action& action) {
  const auto begun = steady_clock::now();
  action();
  return steady_clock::now() - begun;
}

}  // namespace

void an_unused_store_has_neither_record_nor_lock(const OpenStore& open) {
  const auto snapshot = open().store->read();

  CHECK_FALSE(snapshot.record);
  CHECK_FALSE(snapshot.lock);
  CHECK(snapshot.revision > 0);
}

void an_acquired_lock_is_seen_by_all(const OpenStore& open) {
  const auto holder = open();
  const auto revision = expect_written(holder.store->acquire(0, "counted", "the holder"));

  const auto snapshot = open().store->confirm();

  REQUIRE(snapshot.lock);
  CHECK(snapshot.lock->bytes == "the holder");
  CHECK(snapshot.lock->has_lease);
  REQUIRE(snapshot.record);
  CHECK(snapshot.record->bytes == "counted");
  CHECK(snapshot.record->mod_revision == revision);
  CHECK(snapshot.record->create_revision == revision);
  CHECK(snapshot.record->version == 1);
  CHECK_FALSE(snapshot.record->has_lease);
}

void one_of_two_hosts_acquires(const OpenStore& open) {
  const auto first = open();
  const auto second = open();
  const auto seen = seen_in(second.store->read());
  (void)acquire(*first.store, "of the first");

  const auto snapshot = expect_snapshot(second.store->acquire(seen, "of the second", "the second"));

  CHECK(record_in(snapshot) == "of the first");
  CHECK(snapshot.lock->bytes == "the holder");
}

void a_repeated_acquire_recognizes_its_own_write(const OpenStore& open) {
  const auto host = open();
  const auto revision = expect_written(host.store->acquire(0, "counted", "the holder"));

  CHECK(expect_written(host.store->acquire(0, "counted", "the holder")) == revision);
}

void a_published_record_replaces_the_lock(const OpenStore& open) {
  const auto holder = open();
  const auto revision = acquire(*holder.store);
  const auto published = expect_written(holder.store->publish(revision, "a token"));

  const auto snapshot = open().store->confirm();

  CHECK(record_in(snapshot) == "a token");
  CHECK(snapshot.record->mod_revision == published);
  CHECK(snapshot.record->create_revision == revision);
  CHECK(snapshot.record->version == 2);
  CHECK(snapshot.record->has_lease);
  CHECK_FALSE(snapshot.lock);
}

void a_repeated_publish_recognizes_its_own_write(const OpenStore& open) {
  const auto holder = open();
  const auto revision = acquire(*holder.store);
  const auto published = expect_written(holder.store->publish(revision, "a token"));

  CHECK(expect_written(holder.store->publish(revision, "a token")) == published);
}

void a_late_holder_does_not_publish(const OpenStore& open) {
  const auto late = open();
  const auto revision = acquire(*late.store);
  const auto next = open();
  (void)expect_written(next.store->publish(acquire(*next.store, "counted twice"), "the newer token"));

  const auto snapshot = expect_snapshot(late.store->publish(revision, "the older token"));

  CHECK(record_in(snapshot) == "the newer token");
  CHECK(record_in(open().store->confirm()) == "the newer token");
}

void a_waiter_gets_the_published_record(const OpenStore& open) {
  const auto holder = open();
  const auto revision = acquire(*holder.store);
  const auto waiter = open();
  const auto seen = waiter.store->read();
  auto waiting = std::async(std::launch::async, [&] { return waiter.store->wait(seen.revision); });
  REQUIRE(waiting.wait_for(300ms) == std::future_status::timeout);

  (void)expect_written(holder.store->publish(revision, "a token"));

  REQUIRE(waiting.wait_for(1s) == std::future_status::ready);
  const auto snapshot = waiting.get();
  CHECK(record_in(snapshot) == "a token");
  CHECK(snapshot.record->version == 2);
  CHECK_FALSE(snapshot.lock);
}

void a_waiter_gets_each_change_in_turn(const OpenStore& open) {
  const auto waiter = open();
  auto snapshot = waiter.store->read();
  const auto host = open();
  for (const char* token : {"first", "second", "third"}) {
    const auto revision = acquire(*host.store, token);
    snapshot = waiter.store->wait(snapshot.revision);
    CHECK(record_in(snapshot) == token);
    CHECK(snapshot.lock);
    CHECK(snapshot.revision == revision);
    (void)expect_written(host.store->publish(revision, token));
    snapshot = waiter.store->wait(snapshot.revision);
    CHECK_FALSE(snapshot.lock);
  }
}

void a_change_before_the_wait_is_not_missed(const OpenStore& open) {
  const auto waiter = open();
  const auto seen = waiter.store->read();
  (void)acquire(*open().store, "counted");

  FleetSnapshot snapshot;
  CHECK(measure([&] { snapshot = waiter.store->wait(seen.revision); }) < 2s);
  CHECK(record_in(snapshot) == "counted");
}

void a_wait_without_a_change_ends(const OpenStore& open) {
  const auto waiter = open();
  const auto seen = waiter.store->read();

  CHECK(measure([&] { (void)waiter.store->wait(seen.revision); }) < 8s);
}

void a_renewed_lock_stays(const OpenStore& open) {
  const auto holder = open();
  (void)acquire(*holder.store);
  const auto other = open();
  for (const auto end = steady_clock::now() + 6s; steady_clock::now() < end;) {
    std::this_thread::sleep_until(holder.store->next_renewal());
    holder.store->renew();
    REQUIRE(other.store->confirm().lock);
  }
}

void a_lock_without_a_holder_ends(const OpenStore& open) {
  const auto holder = open();
  (void)acquire(*holder.store);
  const auto waiter = open();
  auto snapshot = waiter.store->confirm();

  const auto took = measure([&] {
    for (const auto end = steady_clock::now() + 10s; snapshot.lock && steady_clock::now() < end;)
      snapshot = waiter.store->wait(snapshot.revision);
  });

  CHECK_FALSE(snapshot.lock);
  CHECK(took > 2s);
  CHECK(record_in(snapshot) == "counted");
}

void a_released_lock_is_free_at_once(const OpenStore& open) {
  const auto holder = open();
  (void)acquire(*holder.store);

  holder.store->release();

  const auto snapshot = open().store->confirm();
  CHECK_FALSE(snapshot.lock);
  CHECK(record_in(snapshot) == "counted");
}

void a_publish_finishes_after_the_front_has_ended(const OpenStore& open) {
  const auto holder = open();
  const auto revision = acquire(*holder.store);
  holder.end_front();

  (void)expect_written(holder.store->publish(revision, "a token"));

  CHECK(record_in(open().store->confirm()) == "a token");
}

void an_operation_ends_with_the_front(const OpenStore& open) {
  const auto waiter = open();
  const auto seen = waiter.store->read();
  std::thread front([&] {
    std::this_thread::sleep_for(300ms);
    waiter.end_front();
  });

  CHECK(measure([&] { CHECK_THROWS_AS(waiter.store->wait(seen.revision), fleet::FrontEnded); }) < 1s);
  front.join();
}

void records_of_any_bytes_and_size_are_kept(const OpenStore& open) {
  const auto host = open();
  std::string bytes;
  for (int i = 0; i < 70'000; ++i)
    bytes += static_cast<char>(i % 256);
  (void)expect_written(host.store->publish(acquire(*host.store), bytes));

  CHECK(open().store->read().record->bytes == bytes);
}

void the_store_has_a_clock(const OpenStore& open) {
  const auto before = os::BootClock::now().time_since_epoch();
  const auto clock = open().store->confirm().clock;

  // The store runs on this machine.
  CHECK(std::chrono::abs(clock.date - os::wall_time()) < 5s);
  CHECK(clock.sent >= before);
  CHECK(clock.sent <= os::BootClock::now().time_since_epoch());
}

void members_are_examined(const OpenStore& open) {
  std::vector<protocol::FleetMember> members;
  open().store->examine([&](const protocol::FleetMember& member) { members.push_back(member); });

  REQUIRE_FALSE(members.empty());
  for (const auto& member : members) {
    CHECK(member.what.empty());
    CHECK_FALSE(member.version.empty());
    CHECK(member.certificate.starts_with("certificate valid until 2"));
    REQUIRE(member.clock);
  }
}

}  // namespace sase::tests
