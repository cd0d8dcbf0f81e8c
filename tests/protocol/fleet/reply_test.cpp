// SPDX-License-Identifier: Apache-2.0
#include "protocol/fleet/reply.hpp"

#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/secret_text.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using tests::to_text;

constexpr StoreClock a_clock{.date = std::chrono::sys_seconds(1795515451s), .sent = 7123456ms};

template <typename Reply>
Reply through_the_pipe(const Reply& reply) {
  return std::get<Reply>(parse_fleet_reply(write_message(reply).reveal()));
}

}  // namespace

TEST_CASE("a snapshot is written as key=value lines", "[fleet_protocol]") {
  const FleetSnapshot snapshot{.record = StoredValue{"A", 600, 17, 4, true},
                               .lock = StoredValue{"B", 601, 601, 1, false},
                               .revision = 601,
                               .clock = a_clock};

  CHECK(to_text(write_message(snapshot)) ==
        "kind=snapshot\n"
        "record=QQ==\n"
        "record_mod=600\n"
        "record_create=17\n"
        "record_version=4\n"
        "record_leased=1\n"
        "lock=Qg==\n"
        "lock_mod=601\n"
        "lock_create=601\n"
        "lock_version=1\n"
        "revision=601\n"
        "date=1795515451\n"
        "sent_ms=7123456\n"
        "\n");
}

TEST_CASE("a snapshot parses as it was written", "[fleet_protocol]") {
  const std::string bytes = "\0\n\r="s + std::string(70'000, '\xff');
  const FleetSnapshot snapshot = through_the_pipe(
      FleetSnapshot{.record = StoredValue{bytes, 600, 17, 4, true}, .revision = 601, .clock = a_clock});

  REQUIRE(snapshot.record);
  CHECK(snapshot.record->bytes == bytes);
  CHECK(snapshot.record->mod_revision == 600);
  CHECK(snapshot.record->create_revision == 17);
  CHECK(snapshot.record->version == 4);
  CHECK(snapshot.record->has_lease);
  CHECK_FALSE(snapshot.lock);
  CHECK(snapshot.revision == 601);
  CHECK(snapshot.clock.date == a_clock.date);
  CHECK(snapshot.clock.sent == a_clock.sent);
}

TEST_CASE("a stored value without bytes is not an absent one", "[fleet_protocol]") {
  const FleetSnapshot snapshot = through_the_pipe(
      FleetSnapshot{.lock = StoredValue{"", 600, 600, 1, false}, .revision = 601, .clock = a_clock});

  REQUIRE(snapshot.lock);
  CHECK(snapshot.lock->bytes.empty());
  CHECK(snapshot.lock->mod_revision == 600);
}

TEST_CASE("the other replies of the fleet program parse as they were written", "[fleet_protocol]") {
  CHECK(through_the_pipe(FleetWritten{.revision = 602, .clock = a_clock}).revision == 602);

  const auto unavailable = through_the_pipe(FleetUnavailable{"no leader at etcd1", "start more members"});
  CHECK(unavailable.what == "no leader at etcd1");
  CHECK(unavailable.hint == "start more members");

  const auto member = through_the_pipe(FleetMember{.name = "etcd1:2379",
                                                   .version = "3.4.23",
                                                   .certificate = "TLSv1.3",
                                                   .clock = a_clock,
                                                   .what = "no permission"});
  CHECK(member.name == "etcd1:2379");
  CHECK(member.version == "3.4.23");
  CHECK(member.certificate == "TLSv1.3");
  CHECK(member.clock->date == a_clock.date);
  CHECK(member.what == "no permission");
  CHECK_FALSE(through_the_pipe(FleetMember{.name = "etcd2:2379", .what = "dead"}).clock);

  const auto line = through_the_pipe(TraceLine{.at = 17us, .what = "fleet: lock acquired, lease 4s"});
  CHECK(line.at == 17us);
  CHECK(line.what == "fleet: lock acquired, lease 4s");
}

TEST_CASE("the texts of the fleet program are no longer than a message", "[fleet_protocol]") {
  const std::string text(100'000, 'x');
  const auto unavailable = through_the_pipe(FleetUnavailable{text, text});
  const auto member =
      through_the_pipe(FleetMember{.name = text, .version = text, .certificate = text, .what = text});

  CHECK(unavailable.what == text.substr(0, 1000));
  CHECK(unavailable.hint.empty());  // part of a command would be no hint
  CHECK(member.name.size() + member.version.size() + member.certificate.size() + member.what.size() == 4000);
  CHECK(through_the_pipe(FleetUnavailable{"down", text.substr(0, 1000)}).hint.size() == 1000);
}

TEST_CASE("a reply of the fleet program that is invalid is rejected", "[fleet_protocol]") {
  for (const char* text : {
           "\n",
           "kind=granted\nrevision=1\ndate=1\n\n",
           "kind=snapshot\nrevision=1\n\n",
           "kind=snapshot\ndate=1\n\n",
           "kind=snapshot\nrevision=1\ndate=-1\n\n",
           "kind=snapshot\nrevision=1\ndate=1\nrecord=Q\n\n",
           "kind=snapshot\nrevision=1\ndate=1\nrecord_size=1\n\n",
           "kind=snapshot\nrevision=1\ndate=1\nlock_leased=yes\n\n",
           "kind=snapshot\nrevision=4611686018427387905\ndate=1\n\n",
           "kind=snapshot\nrevision=1\ndate=1\nrecord=QQ==\nrecord_version=9223372036854775807\n\n",
           "kind=snapshot\nrevision=9223372036854775808\ndate=1\n\n",
           "kind=written\ndate=1\n\n",
           "kind=unavailable\nwhat=\x1b[31m\n\n",
           "kind=member\nversion=\xff\n\n",
           "trace[]=later\n\n",
           "api_key=K\n\n",
       }) {
    INFO(text);
    CHECK_THROWS_AS(parse_fleet_reply(text), ProtocolError);
  }
}

TEST_CASE("a date that no calendar has is the last one that can be written", "[fleet_protocol]") {
  const auto reply = parse_fleet_reply(
      "kind=written\nrevision=1\ndate=9223372036854775807\nsent_ms=9223372036854775807\n\n");

  CHECK(std::get<FleetWritten>(reply).clock.date.time_since_epoch() == 253402300799s);
  CHECK(std::get<FleetWritten>(reply).clock.sent == 253402300799s);
}

}  // namespace sase::protocol
