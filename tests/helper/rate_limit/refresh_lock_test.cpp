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
  CHECK_FALSE(tests::exists(root.path("state/x.lock.new")));
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
  const auto refresh_lock = acquire(state.root.path("state"), "x");

  const auto holder = state.read("x").holder;
  REQUIRE(holder);
  CHECK(holder->pid == ::getpid());
  CHECK(holder->since >= start);
  CHECK(holder->deadline >= start + 1min);

  refresh_lock->record_holder(start + 2min);
  CHECK(state.read("x").holder->deadline == start + 2min);
}

TEST_CASE("finds a holder that has passed its deadline", "[refresh_lock]") {
  const LogDirectory state;
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));
  auto refresh_lock = acquire(state.root.path("state"), "x");
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));

  refresh_lock->record_holder(BootClock::now());
  REQUIRE(find_overdue_holder(state.directory, "x"));
  CHECK(find_overdue_holder(state.directory, "x")->pid == ::getpid());

  refresh_lock.reset();
  CHECK_FALSE(find_overdue_holder(state.directory, "x"));
}

TEST_CASE("replaces a lock after the deadline of its holder, with its request log", "[refresh_lock]") {
  const LogDirectory state;
  const auto stopped = acquire(state.root.path("state"), "x");
  stopped->write_log(with_a_request());
  stopped->record_holder(BootClock::now() + 40ms);
  CHECK_FALSE(acquire(state.root.path("state"), "x", 20ms));

  const auto next = acquire(state.root.path("state"), "x", 10s);

  REQUIRE(next);
  REQUIRE(next->replaced_holder());
  CHECK(next->replaced_holder()->pid == ::getpid());
  CHECK(next->read_log().requests.size() == 1);
  CHECK(next->is_current());
  CHECK_FALSE(stopped->is_current());
  stopped->write_log(RequestLog{});
  CHECK(state.read("x").requests.size() == 1);
  CHECK_FALSE(acquire(state.root.path("state"), "x"));
  CHECK_FALSE(tests::exists(state.root.path("state/x.lock.new")));
}

TEST_CASE("ignores the replacement that a killed process left", "[refresh_lock]") {
  const LogDirectory state;
  state.root.write("state/x.lock.new", "left");

  CHECK(acquire(state.root.path("state"), "x", 1s));
  CHECK_FALSE(tests::exists(state.root.path("state/x.lock.new")));
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

  CHECK_THROWS_AS(acquire(root.path("state"), "x"), std::system_error);
}

}  // namespace sase::rate_limit
