// SPDX-License-Identifier: Apache-2.0
#include "protocol/fleet/request.hpp"

#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/secret_text.hpp"

#include <string>

namespace sase::protocol {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using tests::to_text;

FleetSetup full_setup() {
  return {.members = {"https://etcd1:2379", "https://[::1]:2379"},
          .ca_file = "/etc/ca.pem",
          .client_cert = "/etc/cert.pem",
          .client_key = "/etc/key.pem",
          .record_key = "/sase-credential/v1/00/record",
          .lock_key = "/sase-credential/v1/00/lock",
          .timeout = 9750ms,
          .budget = 3000ms,
          .trace = true};
}

}  // namespace

TEST_CASE("the setup of the fleet program is written as key=value lines", "[fleet_protocol]") {
  CHECK(to_text(full_setup().write()) ==
        "members[]=https://etcd1:2379\n"
        "members[]=https://[::1]:2379\n"
        "ca_file=/etc/ca.pem\n"
        "client_cert=/etc/cert.pem\n"
        "client_key=/etc/key.pem\n"
        "record_key=/sase-credential/v1/00/record\n"
        "lock_key=/sase-credential/v1/00/lock\n"
        "timeout_ms=9750\n"
        "budget_ms=3000\n"
        "trace=1\n"
        "\n");
}

TEST_CASE("a written setup of the fleet program parses as itself", "[fleet_protocol]") {
  const FleetSetup setup = FleetSetup::parse(full_setup().write().reveal());

  CHECK(setup.members == full_setup().members);
  CHECK(setup.timeout == 9750ms);
  CHECK(setup.budget == 3000ms);
  CHECK(setup.trace);
  CHECK(to_text(setup.write()) == to_text(full_setup().write()));
}

TEST_CASE("a setup without members, keys or durations is rejected", "[fleet_protocol]") {
  const std::string whole = to_text(full_setup().write());
  const auto without = [&](const std::string& key) {
    std::string rest = whole;
    for (auto at = rest.find(key); at != std::string::npos; at = rest.find(key))
      rest.erase(at, rest.find('\n', at) + 1 - at);
    return rest;
  };

  CHECK_NOTHROW(FleetSetup::parse(without("ca_file=")));
  for (const char* key : {"members[]=", "record_key=", "lock_key=", "timeout_ms=", "budget_ms="})
    CHECK_THROWS_AS(FleetSetup::parse(without(key)), ProtocolError);
  CHECK_THROWS_AS(FleetSetup::parse("api_key=K\n" + whole), ProtocolError);
}

TEST_CASE("an operation of the fleet program parses as it was written", "[fleet_protocol]") {
  const auto operation = GENERATE(FleetOperation::read, FleetOperation::wait, FleetOperation::examine);

  const FleetRequest request =
      FleetRequest::parse(FleetRequest{.operation = operation, .seen = 601}.write().reveal());

  CHECK(request.operation == operation);
  CHECK(request.seen == 601);
}

TEST_CASE("the bytes of a record and a lock survive the pipe", "[fleet_protocol]") {
  const FleetRequest sent{.operation = FleetOperation::acquire,
                          .seen = 7,
                          .record = "\0\n\r= record"s,
                          .lock = std::string(100'000, '\n')};

  const FleetRequest received = FleetRequest::parse(sent.write().reveal());

  CHECK(received.record == sent.record);
  CHECK(received.lock == sent.lock);
}

TEST_CASE("an operation of the fleet program that makes no sense is rejected", "[fleet_protocol]") {
  for (const char* text :
       {"\n", "operation=delete\n\n", "operation=read\nrecord=QQ==\n\n", "operation=acquire\nrecord=QQ==\n\n",
        "operation=acquire\nlock=QQ==\n\n", "operation=publish\n\n",
        "operation=publish\nrecord=QQ==\nlock=QQ==\n\n", "operation=publish\nrecord=Q\n\n",
        "operation=wait\nseen=-1\n\n", "operation=read\ntoken=QQ==\n\n"}) {
    INFO(text);
    CHECK_THROWS_AS(FleetRequest::parse(text), ProtocolError);
  }
}

TEST_CASE("bytes of a pipe are split into messages wherever they are cut", "[fleet_protocol]") {
  const std::string sent = "operation=read\n\noperation=wait\nseen=7\n\n";
  for (std::size_t cut = 0; cut <= sent.size(); ++cut) {
    MessageSplitter splitter;
    std::vector<std::string> received;
    for (const std::string& piece : {sent.substr(0, cut), sent.substr(cut)}) {
      splitter.add(piece);
      while (const auto message = splitter.next())
        received.push_back(*message);
    }
    CHECK(received == std::vector<std::string>{"operation=read\n\n", "operation=wait\nseen=7\n\n"});
  }
}

TEST_CASE("a message without an end is rejected beyond its limit", "[fleet_protocol]") {
  MessageSplitter splitter;
  splitter.add(std::string(max_message_size, 'a'));
  CHECK(splitter.next() == std::nullopt);
  splitter.add("a");
  CHECK_THROWS_AS(splitter.next(), ProtocolError);
}

}  // namespace sase::protocol
