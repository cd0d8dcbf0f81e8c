// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_lock.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

Fd open_lock(const std::string& path) { return Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)); }

std::optional<FileLock> acquire(const std::string& path, std::chrono::milliseconds patience) {
  FileLock lock(open_lock(path));
  return lock.acquire(steady_clock::now() + patience) ? std::optional(std::move(lock)) : std::nullopt;
}

/// A process that holds the lock until it releases it or is killed.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    tests::Pipe current = tests::make_pipe();
    pid_ = tests::start_child([this, &path, &current] {
      const auto lock = acquire(path, 0ms);
      let_go_.writer.close();
      (void)!::write(current.writer.get(), lock ? "y" : "n", 1);
      char byte = 0;
      (void)!::read(let_go_.reader.get(), &byte, 1);
      return 0;
    });
    current.writer.close();
    char answer = 0;
    (void)!::read(current.reader.get(), &answer, 1);
    holds_ = answer == 'y';
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    let_go();
    if (pid_ != 0) (void)tests::wait_for_child(pid_);
  }

  [[nodiscard]] bool holds() const noexcept { return holds_; }
  void let_go() noexcept { let_go_.writer.close(); }
  void kill() noexcept {
    ::kill(pid_, SIGKILL);
    (void)tests::wait_for_child(pid_);
    pid_ = 0;
  }

 private:
  tests::Pipe let_go_ = tests::make_pipe();
  pid_t pid_ = 0;
  bool holds_ = false;
};

}  // namespace

TEST_CASE("a free lock is taken at once, even when the deadline has passed", "[file_lock]") {
  const tests::TemporaryDirectory directory;

  CHECK(acquire(directory.path("lock"), -1s));
}

TEST_CASE("a lock is free after its holder releases it", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  {
    const auto current = acquire(directory.path("lock"), 0ms);
    REQUIRE(current);
    CHECK_FALSE(acquire(directory.path("lock"), 0ms));
  }

  CHECK(acquire(directory.path("lock"), 0ms));
}

TEST_CASE("a lock that another process holds is not to be had", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  const Holder holder(directory.path("lock"));
  REQUIRE(holder.holds());
  const auto start = steady_clock::now();

  CHECK_FALSE(acquire(directory.path("lock"), 60ms));
  CHECK(steady_clock::now() - start >= 60ms);
  CHECK(steady_clock::now() - start < 2s);
}

TEST_CASE("a deadline that has passed is not waited for", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  const Holder holder(directory.path("lock"));
  const auto start = steady_clock::now();

  CHECK_FALSE(acquire(directory.path("lock"), -1s));
  CHECK(steady_clock::now() - start < 500ms);
}

TEST_CASE("a lock is free as soon as its holder is killed", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  Holder holder(directory.path("lock"));
  REQUIRE(holder.holds());

  holder.kill();

  CHECK(acquire(directory.path("lock"), 0ms));
}

TEST_CASE("a waiting process gets the lock when it is released", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  Holder holder(directory.path("lock"));
  REQUIRE(holder.holds());
  const auto start = steady_clock::now();
  std::thread later([&holder] {
    std::this_thread::sleep_for(50ms);
    holder.let_go();
  });

  const auto lock = acquire(directory.path("lock"), 20s);
  later.join();

  CHECK(lock);
  CHECK(steady_clock::now() - start < 5s);
}

TEST_CASE("another process acquires the lock after its release", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  FileLock next(open_lock(directory.path("lock")));
  {
    FileLock first(open_lock(directory.path("lock")));
    CHECK(first.acquire({}));
    CHECK(first.acquire({}));
    CHECK_FALSE(next.acquire({}));
    first.release();
    CHECK(next.acquire({}));
    next.release();
    CHECK(first.acquire({}));
  }

  CHECK(next.acquire({}));
  CHECK_FALSE(acquire(directory.path("lock"), 0ms));
}

TEST_CASE("reads and overwrites the contents of a lock file", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  const FileLock lock(open_lock(directory.path("lock")));
  CHECK(lock.read(10).empty());

  lock.write(0, "0123456789");
  lock.write(3, "abc");

  CHECK(lock.read(100) == "012abc6789");
  CHECK(lock.read(4) == "012a");
}

TEST_CASE("keeps a number in the modification time", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  const FileLock lock(open_lock(directory.path("lock")));

  lock.set_modified(12'345s + 5ns);
  CHECK(lock.modified() == 12'345s + 5ns);

  lock.write(0, "x");
  CHECK(lock.modified() > std::chrono::hours(24 * 365 * 40));
}

TEST_CASE("locking a closed descriptor is a system error", "[file_lock]") {
  FileLock closed{Fd()};

  CHECK_THROWS_AS(closed.acquire(steady_clock::now() + 1s), std::system_error);
  CHECK_THROWS_AS(closed.read(1), std::system_error);
  CHECK_THROWS_AS(closed.write(0, "x"), std::system_error);
  CHECK_THROWS_AS(closed.modified(), std::system_error);
  CHECK_THROWS_AS(closed.set_modified(1s), std::system_error);
}

TEST_CASE("where there are no locks, the file is named", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  for (const int error : {EOPNOTSUPP, ENOLCK, ENOSYS})
    CHECK(tests::exit_code_in_child([&directory, error] {
            tests::deny_calls({SYS_flock}, error);
            try {
              (void)acquire(directory.path("lock"), 1s);
            } catch (const std::system_error& failure) {
              const bool named = tests::contains(failure.what(), "'" + directory.path("lock") + "'");
              return failure.code().value() == error && named ? 0 : 1;
            }
            return 2;
          }) == 0);
}

TEST_CASE("of many processes that wait, one at a time holds the lock", "[file_lock]") {
  const tests::TemporaryDirectory directory;
  const std::string lock = directory.path("lock");
  const std::string inside = directory.path("inside");
  const auto enter = [&] {
    const auto current = acquire(lock, 20s);
    if (!current) return 1;
    const Fd alone(::open(inside.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
    if (!alone) return 2;
    std::this_thread::sleep_for(2ms);
    return ::unlink(inside.c_str()) == 0 ? 0 : 3;
  };

  std::array<pid_t, 10> children{};
  for (pid_t& child : children)
    child = tests::start_child(enter);
  for (const pid_t child : children)
    CHECK(tests::wait_for_child(child) == 0);
}

}  // namespace sase::os
