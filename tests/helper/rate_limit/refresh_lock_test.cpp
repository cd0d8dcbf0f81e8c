// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/refresh_lock.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::rate_limit {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

RequestLog with_rejections(unsigned consecutive_rejections) {
  RequestLog log;
  log.consecutive_rejections = consecutive_rejections;
  return log;
}

RequestLog with_a_request() {
  RequestLog log;
  log.requests.push_back(BootClock::now());
  return log;
}

struct LogDirectory {
  tests::TemporaryDirectory root;
  os::PrivateDirectory directory = os::PrivateDirectory::create(root.path("state"));

  [[nodiscard]] RequestLog read(const std::string& key_id) const {
    return read_request_log(directory, key_id);
  }
  void write(const std::string& key_id, const RequestLog& log) const {
    RefreshLock(root.path("state"), key_id).write_log(log);
  }
};

}  // namespace

TEST_CASE("creates the directory and the lock file private", "[refresh_lock]") {
  const tests::TemporaryDirectory root;

  const RefreshLock refresh_lock(root.path("a/b"), "x");

  CHECK(tests::read_mode(root.path("a")) == 0700);
  CHECK(tests::read_mode(root.path("a/b")) == 0700);
  CHECK(tests::read_mode(root.path("a/b/x.lock")) == 0600);
}

TEST_CASE("one process at a time holds the lock; opening and waiting acquire nothing", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  RefreshLock other(root.path("state"), "x");
  RefreshLock waiter(root.path("state"), "x");
  {
    RefreshLock refresh_lock(root.path("state"), "x");
    CHECK(refresh_lock.acquire());
    CHECK_FALSE(other.acquire());
    CHECK_FALSE(waiter.wait(steady_clock::now() + 20ms));
  }

  CHECK(waiter.wait(steady_clock::now() + 10s));
  CHECK(other.acquire());
}

TEST_CASE("each key id has its own lock and request log", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  RefreshLock one(root.path("state"), "x");
  RefreshLock other(root.path("state"), "y");

  one.write_log(with_rejections(3));

  CHECK(one.acquire());
  CHECK(other.acquire());
  CHECK(one.read_log().consecutive_rejections == 3);
  CHECK(other.read_log().consecutive_rejections == 0);
}

TEST_CASE("a waiting process reads what the holder of the lock has written", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  RefreshLock holder(root.path("state"), "x");
  const RefreshLock waiter(root.path("state"), "x");
  REQUIRE(holder.acquire());
  CHECK(waiter.read_log().consecutive_rejections == 0);

  holder.write_log(with_rejections(2));

  CHECK(waiter.read_log().consecutive_rejections == 2);
}

TEST_CASE("the lock is held until every process has closed its descriptors", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  auto gate = tests::make_pipe();
  pid_t child = 0;
  {
    RefreshLock refresh_lock(root.path("state"), "x");
    REQUIRE(refresh_lock.acquire());
    const auto [directory, lock] = refresh_lock.descriptors();
    CHECK(::fcntl(directory, F_GETFD) >= 0);
    CHECK(::fcntl(lock, F_GETFD) >= 0);
    CHECK(directory != lock);
    child = tests::start_child([&gate] {
      gate.writer.close();
      char byte = 0;
      return ::read(gate.reader.get(), &byte, 1) == 0 ? 0 : 1;
    });
  }
  RefreshLock next(root.path("state"), "x");
  CHECK_FALSE(next.acquire());

  gate.writer.close();

  CHECK(next.wait(steady_clock::now() + 10s));
  CHECK(tests::wait_for_child(child) == 0);
}

TEST_CASE("rejects a lock that others could hold or replace", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  SECTION("the directory is open to others") {
    root.make_directory("state", 0755);
  }
  SECTION("the lock is open to others") {
    root.write("state/x.lock", "", 0644);
  }
  SECTION("a symlink in place of the lock") {
    root.write("state/y", "");
    REQUIRE(::symlink("y", root.path("state/x.lock").c_str()) == 0);
  }

  CHECK_THROWS_AS(RefreshLock(root.path("state"), "x"), std::system_error);
}

TEST_CASE("reads back the request log of a key id, and no other", "[request_log]") {
  const LogDirectory state;
  const RequestLog log = with_a_request();

  state.write("a", log);

  CHECK(state.read("a").requests == log.requests);
  CHECK(state.read("b").requests.empty());
}

TEST_CASE("ignores a request log that is too long", "[request_log]") {
  const LogDirectory state;
  (void)state.root.write("state/a.log", with_a_request().write(current_boot()) + std::string(9000, 'x'));

  CHECK(state.read("a").requests.empty());
}

TEST_CASE("treats a missing or damaged request log as empty", "[request_log]") {
  const LogDirectory state;
  SECTION("no file") {}
  SECTION("an empty file") {
    state.root.write("state/a.log", "");
  }
  SECTION("a cut file") {
    const std::string whole = with_a_request().write(current_boot());
    state.root.write("state/a.log", whole.substr(0, whole.size() - 1));
  }
  SECTION("written during another boot") {
    state.root.write("state/a.log", with_a_request().write(BootId{1}));
  }
  SECTION("times in the future") {
    RequestLog log;
    log.requests.push_back(BootClock::now() + std::chrono::hours(1));
    state.root.write("state/a.log", log.write(current_boot()));
  }

  CHECK(state.read("a").requests.empty());
}

TEST_CASE("replaces the request log atomically with mode 0600", "[request_log]") {
  const LogDirectory state;
  state.write("a", with_a_request());

  state.write("a", RequestLog{});

  CHECK(state.read("a").requests.empty());
  CHECK(tests::read_mode(state.root.path("state/a.log")) == 0600);
  CHECK_FALSE(tests::exists(state.root.path("state/a.log.new")));
}

TEST_CASE("rejects a request log that is not private", "[request_log]") {
  const LogDirectory state;
  SECTION("open to others") {
    state.root.write("state/a.log", with_a_request().write(current_boot()), 0644);
  }
  SECTION("a symlink") {
    state.root.write("state/b", with_a_request().write(current_boot()));
    REQUIRE(::symlink("b", state.root.path("state/a.log").c_str()) == 0);
  }
  SECTION("a directory") {
    state.root.make_directory("state/a.log");
  }

  CHECK_THROWS_AS(state.read("a"), std::system_error);
}

TEST_CASE("reports a request log that cannot be written", "[request_log]") {
  const LogDirectory state;
  state.root.make_directory("state/a.log");

  CHECK_THROWS_AS(state.write("a", RequestLog{}), std::system_error);
}

TEST_CASE("reads the longest request log that is written", "[request_log]") {
  const LogDirectory state;
  RequestLog log;
  log.requests.assign(64, BootClock::now());
  log.success = LastSuccess{.at = BootClock::now(), .lifetime = std::chrono::hours(1)};
  log.failure = LastFailure{.auth_error = {.kind = protocol::ErrorKind::rejected,
                                           .transient = true,
                                           .what = std::string(2000, 'w'),
                                           .hint = std::string(2000, 'h'),
                                           .retry_after = std::chrono::seconds::max()},
                            .at = BootClock::now(),
                            .network_fingerprint = std::string(32, 'r')};

  state.write("a", log);

  CHECK(state.read("a").requests.size() == 64);
  CHECK(state.read("a").failure->auth_error.what == log.failure->auth_error.what);
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
