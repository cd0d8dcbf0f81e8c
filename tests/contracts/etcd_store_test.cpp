// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/etcd_store.hpp"

#include "tests/contracts/fleet_store_contract.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/etcd_cluster.hpp"

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace sase::fleet {

namespace {

using namespace std::chrono_literals;
using tests::StoreHost;

protocol::FleetSetup setup_for(const tests::EtcdCluster& cluster, const std::string& id) {
  return {.members = cluster.urls(),
          .ca_file = cluster.certificates().ca(),
          .client_cert = cluster.certificates().path("client.pem"),
          .client_key = cluster.certificates().path("client.key"),
          .record_key = "/sase-credential/v1/" + id + "/record",
          .lock_key = "/sase-credential/v1/" + id + "/lock",
          .timeout = 10s,
          .budget = 3s};
}

StoreHost open_host(const protocol::FleetSetup& setup) {
  const auto inbox = std::make_shared<Inbox>();
  return {.store = std::make_unique<EtcdStore>(std::make_shared<const CallContext>(setup, "", inbox)),
          .end_front = [inbox] { inbox->end(); }};
}

void wait_until_ready(const tests::EtcdCluster& cluster) {
  for (const auto end = std::chrono::steady_clock::now() + 30s;; std::this_thread::sleep_for(100ms)) {
    try {
      (void)open_host(setup_for(cluster, "ready")).store->confirm();
      return;
    } catch (const Unavailable&) {
      if (std::chrono::steady_clock::now() > end) throw;
    }
  }
}

struct ContractRow {
  const char* name;
  void (*check)(const tests::OpenStore&);
};

}  // namespace

TEST_CASE("etcd fulfils the contract of stores", "[etcd_store][contract]") {
  if (!tests::has_etcd()) return;
  const auto size = GENERATE(as<std::size_t>(), 1, 3);
  const tests::EtcdCluster cluster(size);
  wait_until_ready(cluster);
  int id = 0;
  for (const ContractRow& row : {
           ContractRow{"unused", tests::an_unused_store_has_neither_record_nor_lock},
           ContractRow{"acquire", tests::an_acquired_lock_is_seen_by_all},
           ContractRow{"one of two", tests::one_of_two_hosts_acquires},
           ContractRow{"repeated acquire", tests::a_repeated_acquire_recognizes_its_own_write},
           ContractRow{"publish", tests::a_published_record_replaces_the_lock},
           ContractRow{"repeated publish", tests::a_repeated_publish_recognizes_its_own_write},
           ContractRow{"late holder", tests::a_late_holder_does_not_publish},
           ContractRow{"waiter", tests::a_waiter_gets_the_published_record},
           ContractRow{"each change", tests::a_waiter_gets_each_change_in_turn},
           ContractRow{"change before the wait", tests::a_change_before_the_wait_is_not_missed},
           ContractRow{"silence", tests::a_wait_without_a_change_ends},
           ContractRow{"renewal", tests::a_renewed_lock_stays},
           ContractRow{"dead holder", tests::a_lock_without_a_holder_ends},
           ContractRow{"release", tests::a_released_lock_is_free_at_once},
           ContractRow{"publish at the end", tests::a_publish_finishes_after_the_front_has_ended},
           ContractRow{"end of the front", tests::an_operation_ends_with_the_front},
           ContractRow{"any record", tests::records_of_any_bytes_and_size_are_kept},
           ContractRow{"clock", tests::the_store_has_a_clock},
           ContractRow{"members", tests::members_are_examined},
       }) {
    INFO(row.name << ", " << size << " members");
    const auto setup = setup_for(cluster, std::to_string(id++));
    row.check([&setup] { return open_host(setup); });
  }
}

TEST_CASE("two members of three suffice, and one still serves the record", "[etcd_store]") {
  if (!tests::has_etcd()) return;
  const tests::EtcdCluster cluster(3);
  wait_until_ready(cluster);
  const auto setup = setup_for(cluster, "members");
  const auto holder = open_host(setup);
  const auto acquired = std::get<protocol::FleetWritten>(holder.store->acquire(0, "counted", "the holder"));

  cluster.signal(0, SIGKILL);
  const auto published = holder.store->publish(acquired.revision, "a token");
  CHECK(std::holds_alternative<protocol::FleetWritten>(published));

  cluster.signal(1, SIGKILL);
  const auto host = open_host(setup);
  CHECK(host.store->read().record->bytes == "a token");
  const auto begun = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(host.store->acquire(1, "counted", "the holder"), Unavailable);
  CHECK(std::chrono::steady_clock::now() - begun < 4500ms);
  CHECK(host.store->read().record->bytes == "a token");

  cluster.signal(2, SIGKILL);
  CHECK_THROWS_AS(host.store->read(), Unavailable);
}

TEST_CASE("a stopped member costs one attempt", "[etcd_store]") {
  if (!tests::has_etcd()) return;
  const tests::EtcdCluster cluster(3);
  wait_until_ready(cluster);
  cluster.signal(0, SIGSTOP);
  for (int i = 0; i < 4; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    CHECK_FALSE(open_host(setup_for(cluster, "stopped")).store->read().record);
    CHECK(std::chrono::steady_clock::now() - begun < 1500ms);
  }
}

}  // namespace sase::fleet
