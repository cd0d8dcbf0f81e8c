// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "protocol/protocol_error.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <limits>
#include <random>
#include <string>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;

constexpr BootId this_start = {1, 2, 3, '\xff'};
constexpr BootId another_start = {1, 2, 3};
constexpr BootTime now = 20h;

/// The first line of a ledger of this start.
const std::string head = "boot=010203ff000000000000000000000000\n";

/// One in which no field has the value it has in an empty one.
RequestLog full() {
  RequestLog log;
  log.requests = {now - 90s, now - 1s, now};
  log.failure = LastFailure{.auth_error = {.kind = protocol::ErrorKind::rate_limited,
                                           .transient = true,
                                           .what = "what happened",
                                           .hint = "what to do",
                                           .retry_after = 30s},
                            .at = now - 2s,
                            .network_fingerprint = "0123abcd",
                            .key = "cafe",
                            .confirmed = now - 1s};
  log.grant =
      LastSuccess{.at = now - 3s, .lifetime = 3600s, .after_erase = true, .too_short = true, .ahead = true};
  log.erased = true;
  log.consecutive_rejections = 3;
  log.paused_until = now + 240s;
  return log;
}

RequestLog parsed(const std::string& bytes) {
  return RequestLog::parse(bytes, this_start, now);
}

/// Two histories are the same if their ledgers are.
std::string bytes_of(const RequestLog& log) {
  return log.write(this_start);
}

bool is_empty(const RequestLog& log) {
  return bytes_of(log) == bytes_of(RequestLog{});
}

}  // namespace

TEST_CASE("what is written of a history is read from it", "[history]") {
  const RequestLog log = parsed(bytes_of(full()));

  CHECK(log.requests == full().requests);
  REQUIRE(log.failure);
  CHECK(log.failure->auth_error.kind == protocol::ErrorKind::rate_limited);
  CHECK(log.failure->auth_error.transient);
  CHECK(log.failure->auth_error.what == "what happened");
  CHECK(log.failure->auth_error.hint == "what to do");
  CHECK(log.failure->auth_error.retry_after == 30s);
  CHECK(log.failure->at == now - 2s);
  CHECK(log.failure->network_fingerprint == "0123abcd");
  CHECK(log.failure->key == "cafe");
  CHECK(log.failure->confirmed == now - 1s);
  REQUIRE(log.grant);
  CHECK(log.grant->at == now - 3s);
  CHECK(log.grant->lifetime == 3600s);
  CHECK(log.grant->after_erase);
  CHECK(log.grant->too_short);
  CHECK(log.grant->ahead);
  CHECK(log.erased);
  CHECK(log.consecutive_rejections == 3);
  CHECK(log.paused_until == now + 240s);
}

TEST_CASE("each field of a history is kept apart from the others", "[history]") {
  struct Row {
    const char* name;
    void (*change)(RequestLog&);
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", [](RequestLog&) {}},
      {"no request", [](RequestLog& log) { log.requests.clear(); }},
      {"no failure", [](RequestLog& log) { log.failure.reset(); }},
      {"no grant", [](RequestLog& log) { log.grant.reset(); }},
      {"no hint", [](RequestLog& log) { log.failure->auth_error.hint.clear(); }},
      {"no retry-after", [](RequestLog& log) { log.failure->auth_error.retry_after.reset(); }},
      {"a retry-after of none", [](RequestLog& log) { log.failure->auth_error.retry_after = 0s; }},
      {"not transient", [](RequestLog& log) { log.failure->auth_error.transient = false; }},
      {"refused", [](RequestLog& log) { log.failure->auth_error.kind = protocol::ErrorKind::rejected; }},
      {"no route", [](RequestLog& log) { log.failure->network_fingerprint.clear(); }},
      {"not after an erase", [](RequestLog& log) { log.grant->after_erase = false; }},
      {"long enough", [](RequestLog& log) { log.grant->too_short = false; }},
      {"not ahead", [](RequestLog& log) { log.grant->ahead = false; }},
      {"not erased", [](RequestLog& log) { log.erased = false; }},
      {"no strikes", [](RequestLog& log) { log.consecutive_rejections = 0; }},
      {"no pause", [](RequestLog& log) { log.paused_until = 0s; }},
      {"all at the start of the machine", [](RequestLog& log) { log.failure->at = 0s; }},
  }));

  DYNAMIC_SECTION(row.name) {
    RequestLog log = full();
    row.change(log);

    const RequestLog read = parsed(bytes_of(log));

    CHECK(bytes_of(read) == bytes_of(log));
    CHECK((bytes_of(read) == bytes_of(full())) == (std::string(row.name) == "nothing"));
    CHECK(read.failure.has_value() == log.failure.has_value());
    CHECK(read.grant.has_value() == log.grant.has_value());
  }
}

TEST_CASE("a history of another start of the machine is empty", "[history]") {
  CHECK(is_empty(RequestLog::parse(bytes_of(full()), another_start, now)));
  CHECK(is_empty(parsed(full().write(another_start))));
}

TEST_CASE("a history that is cut anywhere is empty", "[history]") {
  const std::string whole = GENERATE(bytes_of(full()), head + "request[]=1\nstrikes=2\n\n");
  REQUIRE_FALSE(is_empty(parsed(whole)));

  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO("cut to " << size << " bytes");
    CHECK(is_empty(parsed(whole.substr(0, size))));
  }
}

TEST_CASE("a damaged history is empty", "[history]") {
  struct Row {
    const char* name;
    std::string bytes;
  };
  const std::string later = std::to_string((now + 1ms).count());
  const std::string failure = head + "failed_at=1\nroute=r\n\n";
  const std::string words = "what=no\n\n";
  const auto row = GENERATE_COPY(values<Row>({
      {"nothing at all", ""},
      {"only line ends", "\n\n"},
      {"no start", "request[]=1\n\n"},
      {"half a start", "boot=010203\nrequest[]=1\n\n"},
      {"the start is not the first", "request[]=1\n" + head + "\n"},
      {"two starts", head + "request[]=1\n" + head + "\n"},
      {"an unknown key", head + "request[]=1\nrequests=1\n\n"},
      {"a key in capitals", head + "request[]=1\nSTRIKES=1\n\n"},
      {"no value", head + "request[]=1\nstrikes\n\n"},
      {"an empty value", head + "request[]=1\nstrikes=\n\n"},
      {"no number", head + "request[]=1\nstrikes=x\n\n"},
      {"a number and more", head + "request[]=1\nstrikes=1x\n\n"},
      {"a number below zero", head + "request[]=1\nstrikes=-1\n\n"},
      {"a time below zero", head + "request[]=-1\n\n"},
      {"a number that is too large", head + "request[]=1\nstrikes=9223372036854775808\n\n"},
      {"a number that is far too large", head + "request[]=1\nlifetime=" + std::string(400, '9') + "\n\n"},
      {"a request to come", head + "request[]=1\nrequest[]=" + later + "\n\n"},
      {"a failure to come", head + "failed_at=" + later + "\nroute=r\n\noutcome=rejected\n" + words},
      {"a grant to come", head + "granted_at=" + later + "\n\n"},
      {"a NUL", head + "request[]=1\nroute=" + std::string(1, '\0') + "\n\n"},
      {"a failure without words", failure},
      {"a failure with other words than a reply's", failure + "outcome=rejected\nwhy=no\n\n"},
      {"a failure of an unknown kind", failure + "outcome=lost\n" + words},
      {"a failure whose words are not printable", failure + "outcome=rejected\nwhat=\x1b[2J\n\n"},
      {"a token where a failure should be", failure + "outcome=granted\naccess_token=T\nlifetime=1\n\n"},
      {"a bad token where a failure should be", failure + "outcome=granted\naccess_token= \nlifetime=1\n\n"},
      {"a failure of a retry-after below zero", failure + "outcome=rejected\nretry_after=-1\n" + words},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(is_empty(parsed(row.bytes)));
  }
}

TEST_CASE("this very moment is not a time to come", "[history]") {
  const std::string at = std::to_string(now.count());

  CHECK(parsed(head + "request[]=" + at + "\n\n").requests.size() == 1);
  CHECK(parsed(head + "granted_at=" + at + "\n\n").grant);
}

TEST_CASE("a history holds 64 requests and not one more", "[history]") {
  std::string bytes = head;
  for (int i = 0; i < 64; ++i)
    bytes += "request[]=1\n";

  CHECK(parsed(bytes + "\n").requests.size() == 64);
  CHECK(is_empty(parsed(bytes + "request[]=1\n\n")));
}

TEST_CASE("the largest numbers are read for what they are good for", "[history]") {
  const std::string largest = std::to_string(std::numeric_limits<std::int64_t>::max());

  CHECK(parsed(head + "strikes=" + largest + "\n\n").consecutive_rejections == 64);
  CHECK(is_empty(parsed(head + "strikes=1\npaused_until=" + largest + "\n\n")));
}

TEST_CASE("a token that lived for longer than any does is nothing to go by", "[history]") {
  CHECK(parsed(head + "lifetime=3600\n\n").grant);
  CHECK(is_empty(parsed(head + "strikes=1\nlifetime=3601\n\n")));
}

TEST_CASE("words that do not fit into a line cannot be written", "[history]") {
  RequestLog log = full();
  log.failure->auth_error.what = "two\nlines";

  CHECK_THROWS_AS(bytes_of(log), protocol::ProtocolError);
}

TEST_CASE("whatever bytes there are, reading a history never fails", "[history]") {
  const std::string whole = bytes_of(full());
  const std::string alphabet("\0\n\r=-09x\x7f\xff", 10);
  std::minstd_rand random(1);  // the same bytes in every run
  const auto below = [&random](std::size_t bound) { return random() % bound; };

  for (int round = 0; round < 3000; ++round) {
    std::string bytes = whole;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes)
      bytes[below(bytes.size())] = alphabet[below(alphabet.size())];
    if (round % 3 == 0) bytes.erase(below(bytes.size()), below(40));
    if (round % 5 == 0) bytes.insert(below(bytes.size()), bytes.substr(below(bytes.size()), below(60)));

    INFO(bytes);
    CHECK_NOTHROW(parsed(bytes));
  }
}

}  // namespace sase::rate_limit
