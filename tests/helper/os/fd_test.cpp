// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"

#include "tests/support/catch.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fcntl.h>

namespace sase::os {

namespace {

bool is_open(int fd) noexcept { return ::fcntl(fd, F_GETFD) != -1; }

Fd open_null() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

TEST_CASE("Fd closes its descriptor in the destructor", "[fd]") {
  int number = -1;
  {
    const Fd fd = open_null();
    number = fd.get();
    CHECK(is_open(number));
  }

  CHECK_FALSE(is_open(number));
}

TEST_CASE("moving an Fd transfers the descriptor", "[fd]") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Fd>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Fd>);
  Fd from = open_null();
  const int number = from.get();

  const Fd to(std::move(from));

  CHECK(to.get() == number);
  CHECK_FALSE(from);  // NOLINT(bugprone-use-after-move): what is left is the point
  CHECK(is_open(number));
}

TEST_CASE("assigning to an Fd closes its previous descriptor", "[fd]") {
  Fd fd = open_null();
  const int before = fd.get();
  Fd other = open_null();
  const int after = other.get();

  fd = std::move(other);

  CHECK_FALSE(is_open(before));
  CHECK(fd.get() == after);
  CHECK(is_open(after));
}

TEST_CASE("assigning an Fd to itself keeps the descriptor open", "[fd]") {
  Fd fd = open_null();
  Fd& same = fd;

  fd = std::move(same);

  CHECK(is_open(fd.get()));
}

TEST_CASE("an Fd can be closed early and twice", "[fd]") {
  Fd fd = open_null();
  const int number = fd.get();

  fd.close();
  fd.close();

  CHECK_FALSE(fd);
  CHECK_FALSE(is_open(number));
}

TEST_CASE("an Fd with a negative number is closed", "[fd]") {
  CHECK_FALSE(Fd());
  CHECK_FALSE(Fd(-1));
  CHECK(open_null());
}

TEST_CASE("throw_errno() reports what failed and why", "[fd]") {
  try {
    errno = ENOSPC;
    throw_errno("cannot write 'x'");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == ENOSPC);
    CHECK(std::string(error.what()) == "cannot write 'x': No space left on device");
  }
}

}  // namespace sase::os
