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

TEST_CASE("creates the directory and the lock file private", "[refresh_lock]") {
  const tests::TemporaryDirectory root;

  const auto refresh_lock = acquire(root.path("a/b"), "x");

  CHECK(tests::read_mode(root.path("a")) == 0700);
  CHECK(tests::read_mode(root.path("a/b")) == 0700);
  CHECK(tests::read_mode(root.path("a/b/x.lock")) == 0600);
}

TEST_CASE("one process at a time holds the lock", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  {
    const auto refresh_lock = acquire(root.path("state"), "x");
    CHECK(refresh_lock);
    CHECK_FALSE(acquire(root.path("state"), "x"));
    CHECK_FALSE(acquire(root.path("state"), "x", 20ms));
  }

  CHECK(acquire(root.path("state"), "x"));
  CHECK_FALSE(tests::exists(root.path("state/x.1.lock")));
}

TEST_CASE("each key id has its own lock and request log", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  const auto one = acquire(root.path("state"), "x");
  const auto other = acquire(root.path("state"), "y");
  REQUIRE(one);
  REQUIRE(other);

  one->write_log(with_rejections(3));

  CHECK(one->read_log().consecutive_rejections == 3);
  CHECK(other->read_log().consecutive_rejections == 0);
}

TEST_CASE("records the process that holds the lock, and its deadline", "[refresh_lock]") {
  const LogDirectory state;
  const BootTime start = BootClock::now();
  auto refresh_lock = acquire(state.root.path("state"), "x");

  const auto holder = state.read("x").holder;
  REQUIRE(holder);
  CHECK(holder->pid == ::getpid());
  CHECK(holder->since >= start);
  CHECK(holder->deadline >= start + 1min);

  CHECK(refresh_lock->extend(start + 2min));
  CHECK(state.read("x").holder->deadline == start + 2min);
}

TEST_CASE("finds a holder that has passed its deadline", "[refresh_lock]") {
  const LogDirectory state;
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));
  auto refresh_lock = acquire(state.root.path("state"), "x");
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));

  CHECK(refresh_lock->extend(BootClock::now()));
  REQUIRE(find_overdue_holder(state.directory, "x"));
  CHECK(find_overdue_holder(state.directory, "x")->pid == ::getpid());

  refresh_lock.reset();
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));
}

TEST_CASE("replaces a lock after the deadline of its holder, with its request log", "[refresh_lock]") {
  const LogDirectory state;
  auto stopped = acquire(state.root.path("state"), "x");
  stopped->write_log(with_a_request());
  CHECK(stopped->extend(BootClock::now() + 40ms));
  CHECK_FALSE(acquire(state.root.path("state"), "x", 20ms));

  const auto next = acquire(state.root.path("state"), "x", 10s);

  REQUIRE(next);
  REQUIRE(next->replaced_holder());
  CHECK(next->replaced_holder()->pid == ::getpid());
  CHECK(next->read_log().requests.size() == 1);
  CHECK(next->is_current());
  CHECK_FALSE(stopped->is_current());
  CHECK_FALSE(stopped->extend(BootClock::now() + 1min));
  stopped->write_log(RequestLog{});
  CHECK(state.read("x").requests.size() == 1);
  CHECK_FALSE(acquire(state.root.path("state"), "x"));
}

TEST_CASE("names a stopped holder once, and removes its lock file when it has ended", "[refresh_lock]") {
  const LogDirectory state;
  auto stopped = acquire(state.root.path("state"), "x");
  CHECK(stopped->extend(BootClock::now()));
  CHECK(acquire(state.root.path("state"), "x", 10s)->replaced_holder());

  CHECK_FALSE(acquire(state.root.path("state"), "x")->replaced_holder());
  CHECK(find_overdue_holder(state.directory, "x"));
  CHECK(tests::exists(state.root.path("state/x.lock")));
  stopped.reset();
  CHECK(acquire(state.root.path("state"), "x"));
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));
  CHECK_FALSE(tests::exists(state.root.path("state/x.lock")));
  CHECK(tests::exists(state.root.path("state/x.1.lock")));
}

TEST_CASE("takes over the log although a killed process has created the next lock file", "[refresh_lock]") {
  const LogDirectory state;
  state.write("x", with_a_request());
  state.root.write("state/x.1.lock", GENERATE("", "damaged"));

  CHECK(acquire(state.root.path("state"), "x")->read_log().requests.size() == 1);
  CHECK(state.read("x").requests.size() == 1);
  CHECK_FALSE(tests::exists(state.root.path("state/x.lock")));
}

TEST_CASE("waits for the holder of an older lock file before its deadline", "[refresh_lock]") {
  const LogDirectory state;
  auto older = acquire(state.root.path("state"), "x");
  // The record of another process differs, in its deadline at least.
  CHECK(older->extend(BootClock::now() + 2min));
  state.root.write("state/x.1.lock", "");

  CHECK(older->is_current());
  CHECK_FALSE(acquire(state.root.path("state"), "x", 20ms));
  older->write_log(with_a_request());
  older.reset();
  CHECK(acquire(state.root.path("state"), "x")->read_log().requests.size() == 1);
}

TEST_CASE("ignores files whose names resemble a lock", "[refresh_lock]") {
  const LogDirectory state;
  for (const char* const name :
       {"x.01.lock", "x.1.lockx", "x.-1.lock", "xx.2.lock", "x.99999999999.lock", "x.lock.3"})
    state.root.write(std::string("state/") + name, "");

  CHECK(acquire(state.root.path("state"), "x"));
  CHECK(tests::exists(state.root.path("state/x.lock")));
}

TEST_CASE("continues with a new file if the lock file was removed", "[refresh_lock]") {
  const LogDirectory state;
  const auto removed = acquire(state.root.path("state"), "x");
  REQUIRE(::unlink(state.root.path("state/x.lock").c_str()) == 0);

  CHECK(acquire(state.root.path("state"), "x"));
  CHECK_FALSE(removed->is_current());
}

TEST_CASE("the lock is held until every process has closed its descriptors", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  auto gate = tests::make_pipe();
  pid_t child = 0;
  {
    const auto refresh_lock = acquire(root.path("state"), "x");
    REQUIRE(refresh_lock);
    const auto [directory, lock] = refresh_lock->descriptors();
    CHECK(::fcntl(directory, F_GETFD) >= 0);
    CHECK(::fcntl(lock, F_GETFD) >= 0);
    CHECK(directory != lock);
    child = tests::start_child([&gate] {
      gate.writer.close();
      char byte = 0;
      return ::read(gate.reader.get(), &byte, 1) == 0 ? 0 : 1;
    });
  }
  CHECK_FALSE(acquire(root.path("state"), "x"));

  gate.writer.close();

  CHECK(acquire(root.path("state"), "x", 10s));
  CHECK(tests::wait_for_child(child) == 0);
}

TEST_CASE("rejects a lock that others could hold or replace", "[refresh_lock]") {
  const tests::TemporaryDirectory root;
  SECTION("the directory is open to others") { root.make_directory("state", 0755); }
  SECTION("the lock is open to others") { root.write("state/x.lock", "", 0644); }
  SECTION("a symlink in place of the lock") {
    root.write("state/y", "");
    REQUIRE(::symlink("y", root.path("state/x.lock").c_str()) == 0);
  }

  CHECK_THROWS_AS(acquire(root.path("state"), "x"), std::system_error);
}

}  // namespace sase::rate_limit
