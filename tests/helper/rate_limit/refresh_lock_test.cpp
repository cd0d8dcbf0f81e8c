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

RequestLog with_strikes(unsigned consecutive_rejections) {
  RequestLog log;
  log.consecutive_rejections = consecutive_rejections;
  return log;
}

}  // namespace

TEST_CASE("the directory of a turn is made, private, and so is the lock", "[turn]") {
  const tests::TemporaryDirectory root;

  const RefreshLock refresh_lock(root.path("a/b"), "x");

  CHECK(tests::mode_of(root.path("a")) == 0700);
  CHECK(tests::mode_of(root.path("a/b")) == 0700);
  CHECK(tests::mode_of(root.path("a/b/x.lock")) == 0600);
}

TEST_CASE("lining up takes nothing, and one at a time has its turn", "[turn]") {
  const tests::TemporaryDirectory root;
  RefreshLock other(root.path("state"), "x");
  RefreshLock waiter(root.path("state"), "x");
  {
    RefreshLock refresh_lock(root.path("state"), "x");
    CHECK(refresh_lock.take());
    CHECK_FALSE(other.take());
    CHECK_FALSE(waiter.wait_until_free(steady_clock::now() + 20ms));
  }

  CHECK(waiter.wait_until_free(steady_clock::now() + 10s));
  CHECK(other.take());
}

TEST_CASE("two accounts have two turns and two ledgers", "[turn]") {
  const tests::TemporaryDirectory root;
  RefreshLock one(root.path("state"), "x");
  RefreshLock other(root.path("state"), "y");

  one.write_log(with_strikes(3));

  CHECK(one.take());
  CHECK(other.take());
  CHECK(one.read_log().consecutive_rejections == 3);
  CHECK(other.read_log().consecutive_rejections == 0);
}

TEST_CASE("whoever lines up reads what the holder of the turn has written", "[turn]") {
  const tests::TemporaryDirectory root;
  RefreshLock holder(root.path("state"), "x");
  const RefreshLock waiter(root.path("state"), "x");
  REQUIRE(holder.take());
  CHECK(waiter.read_log().consecutive_rejections == 0);

  holder.write_log(with_strikes(2));

  CHECK(waiter.read_log().consecutive_rejections == 2);
}

TEST_CASE("a turn lasts as long as any process has its descriptors", "[turn]") {
  const tests::TemporaryDirectory root;
  auto gate = tests::make_pipe();
  pid_t child = 0;
  {
    RefreshLock refresh_lock(root.path("state"), "x");
    REQUIRE(refresh_lock.take());
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
  CHECK_FALSE(next.take());

  gate.writer.close();

  CHECK(next.wait_until_free(steady_clock::now() + 10s));
  CHECK(tests::wait_for_child(child) == 0);
}

TEST_CASE("where there can be no lock there is no turn", "[turn]") {
  const tests::TemporaryDirectory root;
  SECTION("the directory is open to others") {
    root.make_directory("state", 0755);
  }
  SECTION("the lock is open to others") {
    root.write("state/x.lock", "", 0644);
  }
  SECTION("a link is in the lock's place") {
    root.write("state/y", "");
    REQUIRE(::symlink("y", root.path("state/x.lock").c_str()) == 0);
  }

  CHECK_THROWS_AS(RefreshLock(root.path("state"), "x"), std::system_error);
}

}  // namespace sase::rate_limit
