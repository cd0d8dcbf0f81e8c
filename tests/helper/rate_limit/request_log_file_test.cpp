// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/rate_limit/rules.hpp"
#include "tests/helper/rate_limit/log_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::rate_limit {

using namespace std::chrono_literals;

TEST_CASE("reads back the request log of a key id, and no other", "[request_log]") {
  const LogDirectory state;
  const RequestLog log = with_a_request();

  state.write("a", log);

  CHECK(state.read("a").requests == log.requests);
  CHECK(state.read("b").requests.empty());
}

TEST_CASE("treats a missing or damaged request log as empty", "[request_log]") {
  const LogDirectory state;
  SECTION("no file") {}
  SECTION("an empty file") { state.root.write("state/a.lock", ""); }
  SECTION("a changed byte") {
    state.write("a", with_a_request());
    std::string bytes = tests::text_of_file(state.root.path("state/a.lock"));
    // Both slots: that of the acquired lock and that of the log.
    for (std::size_t at = bytes.find("request[]="); at != std::string::npos;
         at = bytes.find("request[]=", at))
      bytes.replace(at, 10, "requests[]");
    for (std::size_t at = bytes.find("holder_pid"); at != std::string::npos;
         at = bytes.find("holder_pid", at))
      bytes.replace(at, 10, "holder_PID");
    state.root.write("state/a.lock", bytes);
  }
  SECTION("no checksum") { state.root.write("state/a.lock", with_a_request().write(current_boot())); }
  SECTION("written during another boot") {
    state.write("a", {});
    state.root.write("state/a.lock", with_a_request().write(BootId{1}));
  }
  SECTION("times in the future") {
    RequestLog log;
    log.requests.push_back(BootClock::now() + std::chrono::hours(1));
    state.write("a", log);
  }

  CHECK(state.read("a").requests.empty());
}

TEST_CASE("a write that is interrupted leaves the log before it", "[request_log]") {
  const LogDirectory state;
  const auto refresh_lock = acquire(state.root.path("state"), "a");
  refresh_lock->write_log(with_rejections(1));
  const std::string before = tests::text_of_file(state.root.path("state/a.lock"));
  refresh_lock->write_log(with_rejections(2));
  const std::string after = tests::text_of_file(state.root.path("state/a.lock"));
  REQUIRE(before.size() == after.size());

  const auto differs = [&](std::size_t at) { return before[at] != after[at]; };
  std::size_t first = 0, end = after.size();
  while (!differs(first))
    ++first;
  while (!differs(end - 1))
    --end;
  for (std::size_t size = first; size <= end; size += 3) {
    state.root.write("state/a.lock", after.substr(0, size) + before.substr(size));
    const unsigned read = state.read("a").consecutive_rejections;
    CHECK((read == 1 || read == 2));
  }
}

TEST_CASE("allocates the request log at the first write", "[request_log]") {
  const LogDirectory state;
  state.write("a", RequestLog{});
  const auto size = tests::text_of_file(state.root.path("state/a.lock")).size();

  state.write("a", with_a_request());

  CHECK(tests::text_of_file(state.root.path("state/a.lock")).size() == size);
  CHECK(tests::read_mode(state.root.path("state/a.lock")) == 0600);
}

TEST_CASE("rejects a request log that is not private", "[request_log]") {
  const LogDirectory state;
  SECTION("open to others") { state.root.write("state/a.lock", "", 0644); }
  SECTION("a symlink") {
    state.root.write("state/b", "");
    REQUIRE(::symlink("b", state.root.path("state/a.lock").c_str()) == 0);
  }
  SECTION("a directory") { state.root.make_directory("state/a.lock"); }

  CHECK_THROWS_AS(state.read("a"), std::system_error);
  CHECK_THROWS_AS(state.write("a", RequestLog{}), std::system_error);
}

TEST_CASE("a full disk keeps the number of requests, the deadline and whether the log was taken over",
          "[request_log]") {
  const LogDirectory state;
  const bool is_allocated = GENERATE(false, true), has_taken_over = GENERATE(false, true);
  if (is_allocated) state.write("a", RequestLog{});
  CHECK(tests::exit_code_in_child([&state, has_taken_over] {
          tests::deny_calls({SYS_pwrite64}, ENOSPC);
          const auto lock = acquire(state.root.path("state"), "a");
          RequestLog log = lock->read_log();
          log.requests.assign(4, BootClock::now());
          log.has_taken_over = has_taken_over;
          try {
            lock->write_log(log);
          } catch (const std::system_error&) {
            return 0;
          }
          return 1;
        }) == 0);

  const RequestLog kept = state.read("a");
  const BootTime now = BootClock::now();
  CHECK(kept.requests.size() == 4);
  CHECK(kept.requests.back() <= now);
  CHECK(kept.requests.back() > now - 2s);
  CHECK(kept.has_taken_over == has_taken_over);
  REQUIRE(kept.holder);
  CHECK(kept.holder->deadline > now + 50s);
  CHECK(kept.holder->deadline <= now + 1min);
  state.write("a", with_a_request());
  CHECK(state.read("a").requests.size() == 1);
}

TEST_CASE("reads the longest request log that is written", "[request_log]") {
  const LogDirectory state;
  RequestLog log;
  log.requests.assign(9, BootClock::now());
  log.success = LastSuccess{.at = BootClock::now(), .lifetime = std::chrono::hours(1)};
  log.refresh_started = BootClock::now();
  record_failure(log,
                 {.kind = protocol::ErrorKind::rejected,
                  .what = std::string(5000, 'w'),
                  .hint = std::string(5000, 'h'),
                  .retry_after = std::chrono::seconds::max()},
                 std::string(32, 'r'), BootClock::now());
  log.failure->rejected_key_fingerprint = std::string(32, 'k');

  state.write("a", log);

  CHECK(state.read("a").requests.size() == 9);
  CHECK(state.read("a").failure->auth_error.what == log.failure->auth_error.what);
}

TEST_CASE("a long text ends before a character that would be cut, and a long hint is omitted",
          "[request_log]") {
  const LogDirectory state;
  RequestLog log;
  record_failure(log,
                 {.kind = protocol::ErrorKind::rejected,
                  .what = std::string(379, 'w') + "\u00e4",
                  .hint = "chmod go-w " + std::string(368, 'h') + "\u00e4",
                  .retry_after = {}},
                 "network", BootClock::now());

  state.write("a", log);

  CHECK(state.read("a").failure->auth_error.what == std::string(379, 'w'));
  CHECK(state.read("a").failure->auth_error.hint.empty());
}

TEST_CASE("derives the key id from URL and key, or URL and command", "[request_log]") {
  const std::string name = make_key_id("https://a.test/x", "key");

  CHECK(name.size() == 32);
  CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  // Computed with Python's hashlib.blake2b: a new version must find the lock of an old one.
  CHECK(name == "8e7e394b7bb26522aa6049b16d24a2bf");
  CHECK(name != make_key_id("https://b.test/x", "key"));
  CHECK(name != make_key_id("https://a.test/x", "kez"));
  CHECK(make_key_id("ab", "c") != make_key_id("a", "bc"));
  // A key and a command with the same text differ.
  CHECK(make_command_key_id("a", "b") != make_key_id("a", "b"));
  CHECK(make_command_key_id("a", "b") == make_command_key_id("a", "b"));
  CHECK(make_command_key_id("a", "b") != make_command_key_id("a", "c"));
  CHECK(make_command_key_id("a", "b") != make_command_key_id("b", "b"));
}

}  // namespace sase::rate_limit
