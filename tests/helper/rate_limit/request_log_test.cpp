// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "helper/rate_limit/rules.hpp"
#include "protocol/parsing.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <limits>
#include <random>
#include <string>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;

constexpr BootId this_boot = {1, 2, 3, '\xff'};
constexpr BootId another_boot = {1, 2, 3};
constexpr BootTime now{20h};

/// The first line of a log of this boot.
const std::string head = "boot=010203ff000000000000000000000000\nsequence=7\nhas_taken_over=1\n";

/// The lines that follow the requests and the last success in each log.
const std::string rest = "erased=0\nconsecutive_rejections=2\npaused_until=0\n";

/// No field has its default value.
RequestLog full() {
  RequestLog log;
  log.requests = {now - 90s, now - 1s, now};
  log.failure = LastFailure{.auth_error = {.kind = protocol::ErrorKind::rate_limited,
                                           .what = "what happened",
                                           .hint = "what to do",
                                           .retry_after = 30s},
                            .at = now - 2s,
                            .network_fingerprint = "0123abcd",
                            .rejected_key_fingerprint = "cafe",
                            .rejected_key_last_seen = now - 1s};
  log.success = LastSuccess{
      .at = now - 3s, .lifetime = 3600s, .after_erase = true, .too_short = true, .was_refresh = true};
  log.erased = true;
  log.consecutive_rejections = 3;
  log.paused_until = now + 240s;
  log.holder = LockHolder{.pid = 7, .since = now - 5s, .deadline = now + 5s};
  log.has_taken_over = true;
  log.sequence = 12;
  return log;
}

RequestLog parsed(const std::string& bytes) { return RequestLog::parse(bytes, this_boot, now); }

std::string success(const std::string& at, const std::string& lifetime) {
  return head + "success_at=" + at + "\nlifetime=" + lifetime +
         "\nafter_erase=0\ntoo_short=0\nwas_refresh=0\n" + rest + "\n";
}

/// Two logs are equal if their bytes are.
std::string to_bytes(const RequestLog& log) { return log.write(this_boot); }

bool is_empty(const RequestLog& log) { return to_bytes(log) == to_bytes(RequestLog{}); }

}  // namespace

TEST_CASE("reads back each field that it writes", "[request_log]") {
  const RequestLog log = parsed(to_bytes(full()));

  CHECK(log.requests == full().requests);
  REQUIRE(log.failure);
  CHECK(log.failure->auth_error.kind == protocol::ErrorKind::rate_limited);
  CHECK(log.failure->auth_error.what == "what happened");
  CHECK(log.failure->auth_error.hint == "what to do");
  CHECK(log.failure->auth_error.retry_after == 30s);
  CHECK(log.failure->at == now - 2s);
  CHECK(log.failure->network_fingerprint == "0123abcd");
  CHECK(log.failure->rejected_key_fingerprint == "cafe");
  CHECK(log.failure->rejected_key_last_seen == now - 1s);
  REQUIRE(log.success);
  CHECK(log.success->at == now - 3s);
  CHECK(log.success->lifetime == 3600s);
  CHECK(log.success->after_erase);
  CHECK(log.success->too_short);
  CHECK(log.success->was_refresh);
  CHECK(log.erased);
  CHECK(log.consecutive_rejections == 3);
  CHECK(log.paused_until == now + 240s);
  CHECK(log.holder == full().holder);
  CHECK(log.has_taken_over);
  CHECK(log.sequence == 12);
}

TEST_CASE("distinguishes every field", "[request_log]") {
  struct Row {
    const char* name;
    void (*change)(RequestLog&);
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", [](RequestLog&) {}},
      {"no request", [](RequestLog& log) { log.requests.clear(); }},
      {"no failure", [](RequestLog& log) { log.failure.reset(); }},
      {"no success", [](RequestLog& log) { log.success.reset(); }},
      {"no hint", [](RequestLog& log) { log.failure->auth_error.hint.clear(); }},
      {"no retry-after", [](RequestLog& log) { log.failure->auth_error.retry_after.reset(); }},
      {"a retry-after of none", [](RequestLog& log) { log.failure->auth_error.retry_after = 0s; }},
      {"rejected", [](RequestLog& log) { log.failure->auth_error.kind = protocol::ErrorKind::rejected; }},
      {"no network", [](RequestLog& log) { log.failure->network_fingerprint.clear(); }},
      {"not after an erase", [](RequestLog& log) { log.success->after_erase = false; }},
      {"long enough", [](RequestLog& log) { log.success->too_short = false; }},
      {"not while good", [](RequestLog& log) { log.success->was_refresh = false; }},
      {"not erased", [](RequestLog& log) { log.erased = false; }},
      {"no rejections", [](RequestLog& log) { log.consecutive_rejections = 0; }},
      {"no pause", [](RequestLog& log) { log.paused_until = BootTime(); }},
      {"all at boot", [](RequestLog& log) { log.failure->at = BootTime(); }},
  }));

  DYNAMIC_SECTION(row.name) {
    RequestLog log = full();
    row.change(log);

    const RequestLog read = parsed(to_bytes(log));

    CHECK(to_bytes(read) == to_bytes(log));
    CHECK((to_bytes(read) == to_bytes(full())) == (std::string(row.name) == "nothing"));
    CHECK(read.failure.has_value() == log.failure.has_value());
    CHECK(read.success.has_value() == log.success.has_value());
  }
}

TEST_CASE("ignores a log of another boot", "[request_log]") {
  CHECK(is_empty(RequestLog::parse(to_bytes(full()), another_boot, now)));
  CHECK(is_empty(parsed(full().write(another_boot))));
}

TEST_CASE("ignores a log that is cut anywhere", "[request_log]") {
  const std::string whole = GENERATE(to_bytes(full()), head + "request[]=1\n" + rest + "\n");
  REQUIRE_FALSE(is_empty(parsed(whole)));

  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO("cut to " << size << " bytes");
    CHECK(is_empty(parsed(whole.substr(0, size))));
  }
}

TEST_CASE("ignores a damaged log", "[request_log]") {
  struct Row {
    const char* name;
    std::string bytes;
  };
  const std::string later = std::to_string((now + 1ms).time_since_epoch().count());
  const std::string failure = head + rest;
  const std::string failed =
      "failure_at=1\nnetwork=r\nrejected_key_fingerprint=\nrejected_key_last_seen=0\n\n";
  const std::string what = "what=no\nhint=\n";
  REQUIRE_FALSE(is_empty(parsed(failure + "error=rejected\n" + what + failed)));
  const auto row = GENERATE_COPY(values<Row>({
      {"nothing at all", ""},
      {"only line ends", "\n\n"},
      {"no boot", "request[]=1\n" + rest + "\n"},
      {"half a boot id", "boot=010203\nrequest[]=1\n" + rest + "\n"},
      {"the boot id is not the first", "request[]=1\n" + head + rest + "\n"},
      {"two boot ids", head + "request[]=1\n" + head + rest + "\n"},
      {"an unknown key", head + "requests=1\n" + rest + "\n"},
      {"a key in capitals", head + "REQUEST[]=1\n" + rest + "\n"},
      {"a line is missing", head + "erased=0\npaused_until=0\n\n"},
      {"a line more", head + rest + "more=1\n\n"},
      {"no value", head + "request[]\n" + rest + "\n"},
      {"an empty value", head + "request[]=\n" + rest + "\n"},
      {"no number", head + "request[]=x\n" + rest + "\n"},
      {"a number and more", head + "request[]=1x\n" + rest + "\n"},
      {"a time below zero", head + "request[]=-1\n" + rest + "\n"},
      {"a number that is too large", head + "request[]=9223372036854775808\n" + rest + "\n"},
      {"a number that is far too large", head + "request[]=" + std::string(400, '9') + "\n" + rest + "\n"},
      {"a request in the future", head + "request[]=1\nrequest[]=" + later + "\n" + rest + "\n"},
      {"a success in the future", success(later, "3600")},
      {"a NUL", failure + "error=rejected\nwhat=" + std::string(1, '\0') + "\nhint=\n" + failed},
      {"a failure without a message", failure + "error=rejected\nhint=\n" + failed},
      {"a failure of an unknown kind", failure + "error=lost\n" + what + failed},
      {"a failure whose message is not printable",
       failure + "error=rejected\nwhat=\x1b[2J\nhint=\n" + failed},
      {"a failure of a retry-after below zero",
       failure + "error=rejected\n" + what + "retry_after=-1\n" + failed},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(is_empty(parsed(row.bytes))); }
}

TEST_CASE("accepts the current time", "[request_log]") {
  const std::string at = std::to_string(now.time_since_epoch().count());

  CHECK(parsed(head + "request[]=" + at + "\n" + rest + "\n").requests.size() == 1);
  CHECK(parsed(success(at, "3600")).success);
}

TEST_CASE("limits large numbers", "[request_log]") {
  const std::string largest = std::to_string(std::numeric_limits<std::int64_t>::max());
  const auto with = [](const std::string& rejections, const std::string& pause) {
    return head + "request[]=1\nerased=0\nconsecutive_rejections=" + rejections + "\npaused_until=" + pause +
           "\n\n";
  };

  CHECK_FALSE(is_empty(parsed(with("4294967295", "0"))));
  CHECK(is_empty(parsed(with("4294967296", "0"))));
  CHECK(is_empty(parsed(with("0", largest))));
}

TEST_CASE("rejects a lifetime of more than an hour", "[request_log]") {
  CHECK(parsed(success("1", "3600")).success);
  CHECK(is_empty(parsed(success("1", "3601"))));
}

TEST_CASE("does not write a message with a line break", "[request_log]") {
  RequestLog log = full();
  log.failure->auth_error.what = "two\nlines";

  CHECK_THROWS_AS(to_bytes(log), protocol::ProtocolError);
}

TEST_CASE("parses any bytes without an exception", "[request_log]") {
  const std::string whole = to_bytes(full());
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
