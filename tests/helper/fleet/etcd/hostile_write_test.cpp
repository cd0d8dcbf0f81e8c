// SPDX-License-Identifier: Apache-2.0
#include "tests/helper/fleet/etcd/hostile_member.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/patience.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace sase::fleet {

TEST_CASE("a write whose reply was lost is repeated and recognized", "[hostile_store]") {
  // The first transaction takes effect, and its reply is lost; the second finds the record of the first.
  std::atomic<int> transactions = 0;
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (path == "/v3/lease/grant") {
      send_text(socket, http(R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})"));
      return true;
    }
    if (++transactions == 1) return false;
    send_text(
        socket,
        http(
            R"({"header":{"revision":"603"},"responses":[{"response_range":{"kvs":[{"key":"cg==","value":"bWluZQ==","create_revision":"602","mod_revision":"602","version":"1"}]}}]})"));
    return true;
  });
  const auto store = open_store({member.url()});

  const auto reply = store->acquire(0, "mine", "lock");

  REQUIRE(std::holds_alternative<protocol::FleetWritten>(reply));
  CHECK(std::get<protocol::FleetWritten>(reply).revision == 602);
  CHECK(transactions == 2);
}

TEST_CASE("a lease that has ended is granted again", "[hostile_store]") {
  std::atomic<int> grants = 0;
  std::atomic<int> transactions = 0;
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (path == "/v3/lease/grant") {
      ++grants;
      send_text(socket, http(R"({"header":{"revision":"601"},"ID":"77","TTL":"4500"})"));
    } else if (++transactions == 1) {
      send_text(socket,
                http(R"({"code":5,"message":"etcdserver: requested lease not found"})", "404 Not Found"));
    } else {
      send_text(socket, http(R"({"header":{"revision":"602"},"succeeded":true})"));
    }
    return true;
  });

  CHECK(std::holds_alternative<protocol::FleetWritten>(open_store({member.url()})->publish(601, "a token")));
  CHECK(grants == 2);
  CHECK(transactions == 2);
}

TEST_CASE("a store that ends each lease at once is given up", "[hostile_store]") {
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    send_text(socket,
              path == "/v3/lease/grant"
                  ? http(R"({"header":{"revision":"601"},"ID":"77","TTL":"4"})")
                  : http(R"({"code":5,"message":"etcdserver: requested lease not found"})", "404 Not Found"));
    return true;
  });

  CHECK_THROWS_AS(open_store({member.url()})->publish(601, "a token"), Unavailable);
}

TEST_CASE("a member that rejects each comparison although the record has the revision compared is not used",
          "[hostile_store]") {
  const auto member_with = [](const std::string& transaction) {
    return [transaction](SecureStreamSocket& socket, const std::string& path) {
      send_text(socket, http(path == "/v3/lease/grant" ? lease : transaction));
      return true;
    };
  };
  // "bWluZQ==" is what another host has written.
  const HostileMember without_record(member_with(no_values));
  const HostileMember with_record(member_with(
      R"({"header":{"revision":"603"},"responses":[{"response_range":{"kvs":[{"key":"cg==","value":"bWluZQ==","create_revision":"602","mod_revision":"602","version":"1"}]}}]})"));
  const HostileMember healthy(member_with(R"({"header":{"revision":"603"},"succeeded":true})"));

  CHECK_THROWS_AS(open_store({without_record.url()})->acquire(0, "record", "lock"), Unavailable);
  CHECK_THROWS_AS(open_store({with_record.url()})->acquire(602, "record", "lock"), Unavailable);
  CHECK_THROWS_AS(open_store({with_record.url()})->publish(602, "record"), Unavailable);
  CHECK(std::holds_alternative<protocol::FleetSnapshot>(
      open_store({with_record.url()})->publish(600, "record")));
  CHECK(std::holds_alternative<protocol::FleetWritten>(
      open_store({without_record.url(), healthy.url()})->acquire(0, "record", "lock")));
}

TEST_CASE("a publish is repeated after the front has ended, until there is a leader", "[hostile_store]") {
  const auto begun = steady_clock::now();
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (steady_clock::now() < begun + 2s)
      send_text(socket, http(no_leader, "503 Service Unavailable"));
    else
      send_text(
          socket,
          http(path == "/v3/lease/grant" ? lease : R"({"header":{"revision":"602"},"succeeded":true})"));
    return true;
  });
  auto setup = setup_for({member.url()});
  setup.budget = 3s;
  const auto inbox = std::make_shared<Inbox>();
  EtcdStore store(std::make_shared<const CallContext>(setup, "", inbox));
  inbox->end();

  CHECK(std::holds_alternative<protocol::FleetWritten>(store.publish(601, "a token")));
}

TEST_CASE("a publish whose front has ended is given up after the budget", "[hostile_store]") {
  const HostileMember member(always(http(no_leader, "503 Service Unavailable")));
  const auto inbox = std::make_shared<Inbox>();
  EtcdStore store(std::make_shared<const CallContext>(setup_for({member.url()}), "", inbox));
  const auto begun = steady_clock::now();
  inbox->end();

  CHECK_THROWS_AS(store.publish(601, "a token"), Unavailable);
  CHECK(steady_clock::now() - begun >= 1500ms);
  CHECK(steady_clock::now() - begun < tests::patience * 3500ms);
}

TEST_CASE("releasing the lock takes no longer than 0.3 seconds", "[hostile_store]") {
  const HostileMember member([&](SecureStreamSocket& socket, const std::string& path) {
    if (path == "/v3/lease/revoke") return then_silent("")(socket, path);
    send_text(socket,
              http(path == "/v3/lease/grant" ? lease : R"({"header":{"revision":"602"},"succeeded":true})"));
    return true;
  });
  auto setup = setup_for({member.url()});
  setup.budget = 3s;
  EtcdStore store(std::make_shared<const CallContext>(setup, "", std::make_shared<Inbox>()));
  CHECK(std::holds_alternative<protocol::FleetWritten>(store.acquire(601, "record", "lock")));
  const auto begun = steady_clock::now();

  store.release();

  CHECK(steady_clock::now() - begun >= 300ms);
  CHECK(steady_clock::now() - begun < tests::patience * 600ms);
}

}  // namespace sase::fleet
