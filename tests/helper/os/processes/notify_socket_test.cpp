// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/notify_socket.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// A service manager's end of the socket.
class Manager {
 public:
  explicit Manager(const std::string& address) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    std::ranges::copy(address, std::begin(place.sun_path));
    const bool is_abstract = address.front() == '@';
    if (is_abstract) place.sun_path[0] = '\0';
    const auto size = offsetof(sockaddr_un, sun_path) + address.size() + (is_abstract ? 0 : 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&place), static_cast<socklen_t>(size)) ==
            0);
  }

  [[nodiscard]] std::string receive() const {
    std::array<char, 1000> bytes{};
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return got < 0 ? "(nothing)" : std::string(bytes.data(), static_cast<std::size_t>(got));
  }

 private:
  Fd socket_;
};

int catch_reason(const std::string& address) {
  try {
    const NotifySocket socket(address);
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

}  // namespace

TEST_CASE("sends notifications to a path and to an abstract name", "[notify_socket]") {
  const tests::TemporaryDirectory directory;
  for (const std::string& address :
       {directory.path("notify"), "@sase-credential-unit-test-" + std::to_string(::getpid())}) {
    INFO(address);
    const Manager manager(address);
    const NotifySocket socket(address);

    CHECK(socket.tell("READY=1\nSTATUS=x\n"));
    CHECK(socket.tell("STOPPING=1\n"));
    CHECK(manager.receive() == "READY=1\nSTATUS=x\n");
    CHECK(manager.receive() == "STOPPING=1\n");
  }
}

TEST_CASE("discards notifications without a service manager", "[notify_socket]") {
  const NotifySocket socket(std::nullopt);

  CHECK(socket.tell("READY=1\n"));
}

TEST_CASE("an unusable address is a system error", "[notify_socket]") {
  const tests::TemporaryDirectory directory;

  CHECK(catch_reason(directory.path("missing")) == ENOENT);
  CHECK(catch_reason(directory.write("file", "")) == ECONNREFUSED);
  CHECK(catch_reason("relative") == EAFNOSUPPORT);
  CHECK(catch_reason("vsock:2:1234") == EAFNOSUPPORT);
  CHECK(catch_reason("@") == EINVAL);
  CHECK(catch_reason("/" + std::string(200, 'x')) == EINVAL);
}

TEST_CASE("does not wait for a manager that stopped reading", "[notify_socket]") {
  const tests::TemporaryDirectory directory;
  const Manager manager(directory.path("notify"));
  const NotifySocket socket(directory.path("notify"));
  const auto start = std::chrono::steady_clock::now();

  // The kernel queues a few thousand notifications at most.
  bool is_sent = true;
  for (int i = 0; is_sent && i < 100'000; ++i)
    is_sent = socket.tell("WATCHDOG=1\n");

  CHECK_FALSE(is_sent);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("a manager that is gone is no trouble", "[notify_socket]") {
  const tests::TemporaryDirectory directory;
  std::optional<Manager> manager(std::in_place, directory.path("notify"));
  const NotifySocket socket(directory.path("notify"));
  manager.reset();

  CHECK_FALSE(socket.tell("READY=1\n"));
}

}  // namespace sase::os
