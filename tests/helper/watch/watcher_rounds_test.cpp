// SPDX-License-Identifier: Apache-2.0
#include "helper/os/fd.hpp"
#include "helper/watch/watcher.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace sase::watch {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// A watcher in a process of its own, the rounds of which are a test's, and the manager that hears of it.
class Watched {
 public:
  /// What a round comes to; `number` is 1 for the first.
  using Rounds = std::function<RefreshAttempt(Watched& watched, std::size_t number)>;

  explicit Watched(Rounds rounds, std::optional<BootTime> watchdog = std::nullopt)
      : rounds_(std::move(rounds)), manager_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    std::ranges::copy(directory.path("notify"), std::begin(place.sun_path));
    constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};
    REQUIRE(::bind(manager_.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
    REQUIRE(::setsockopt(manager_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    process_ = tests::start_child([this, watchdog] { return run(watchdog); });
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    (void)tests::wait_for_child(process_);
  }

  void send(int signal) const { ::kill(process_, signal); }
  [[nodiscard]] int stop() {
    send(SIGTERM);
    return tests::wait_for_child(std::exchange(process_, 0));
  }

  /// Waits for the next datagram that holds these words; the empty string if none comes.
  [[nodiscard]] std::string told(std::string_view words) const {
    std::array<char, 1000> bytes{};
    const auto end = steady_clock::now() + 10s;
    while (steady_clock::now() < end) {
      const ssize_t got = ::recv(manager_.get(), bytes.data(), bytes.size(), 0);
      if (got < 0) return {};
      std::string lines(bytes.data(), static_cast<std::size_t>(got));
      if (tests::contains(lines, words)) return lines;
    }
    return {};
  }
  void wait_for_rounds(std::size_t count) const {
    const auto end = steady_clock::now() + 10s;
    while (orders.text().size() < count && steady_clock::now() < end)
      std::this_thread::sleep_for(1ms);
    REQUIRE(orders.text().size() >= count);
  }

  /// A token that is written to the file now.
  [[nodiscard]] PublishedToken publish(const std::string& name, std::chrono::seconds left) const {
    return {
        .name = name, .mark = file.write(name), .left = left, .ahead = 15min, .is_due_for_refresh = false};
  }
  [[nodiscard]] PublishedToken publish_ageing(const std::string& name) const {
    PublishedToken token = publish(name, 10min);
    token.is_due_for_refresh = true;
    return token;
  }

  const tests::TemporaryDirectory directory;
  const os::PublishedFile file{directory.path("token"), {}};
  const tests::MemoryFile error;   ///< what people are told
  const tests::MemoryFile orders;  ///< a letter for each round: first, all is said, quiet

 private:
  int run(std::optional<BootTime> watchdog) {
    ::setsid();
    const os::NotifySocket manager(directory.path("notify"));
    const Diagnostics diagnostics(error.fd());
    const WatcherParts parts{.file = file,
                             .diagnostics = diagnostics,
                             .manager = manager,
                             .watchdog = watchdog,
                             .look = [this](const RefreshOptions& order) { return look(order); }};
    Watcher(parts).run();
    return 0;
  }
  RefreshAttempt look(const RefreshOptions& order) {
    const bool all = order.said == Diagnostics::Verbosity::all;
    (void)!::write(orders.fd(), order.is_first ? "f" : all ? "a" : "q", 1);
    return rounds_(*this, orders.text().size());
  }

  Rounds rounds_;
  os::Fd manager_;
  pid_t process_ = 0;
};

[[noreturn]] void hang() {
  while (true)
    ::pause();
}

Failure trouble() {
  return Failure(ExitCode::unreachable, "no answer");
}

}  // namespace

TEST_CASE("a SIGHUP during a round makes one more, and no further one", "[watcher]") {
  const tests::Pipe gate = tests::make_pipe();
  Watched watched([&gate](const Watched& it, std::size_t number) -> RefreshAttempt {
    char byte = 0;
    if (number == 2) (void)!::read(gate.reader.get(), &byte, 1);
    return {.token = it.publish("one", 60min), .trouble = {}};
  });
  REQUIRE_FALSE(watched.told("READY=1").empty());

  watched.send(SIGHUP);
  watched.wait_for_rounds(2);
  watched.send(SIGHUP);
  std::this_thread::sleep_for(20ms);
  REQUIRE(::write(gate.writer.get(), "x", 1) == 1);
  watched.wait_for_rounds(3);
  std::this_thread::sleep_for(50ms);

  CHECK(watched.stop() == 0);
  CHECK(watched.orders.text() == "faa");
  CHECK_FALSE(watched.told("STOPPING=1").empty());
}

TEST_CASE("the manager hears of us in good time, also while a round hangs", "[watcher]") {
  Watched watched(
      [](const Watched& it, std::size_t number) -> RefreshAttempt {
        if (number > 1) hang();
        return {.token = it.publish("one", 60min), .trouble = {}};
      },
      1s);
  REQUIRE_FALSE(watched.told("READY=1").empty());
  watched.send(SIGHUP);
  watched.wait_for_rounds(2);

  const auto start = steady_clock::now();
  CHECK_FALSE(watched.told("WATCHDOG=1").empty());
  CHECK(steady_clock::now() - start < 900ms);
  CHECK(watched.stop() == 0);
}

TEST_CASE("a file whose token ends goes while a round hangs, and what that round left goes with it",
          "[watcher]") {
  Watched watched([](const Watched& it, std::size_t number) -> RefreshAttempt {
    if (number == 1) return {.token = it.publish("one", 2s), .trouble = {}};
    it.directory.write("token.new-abcdef", "half");
    hang();
  });
  REQUIRE_FALSE(watched.told("READY=1").empty());
  watched.send(SIGHUP);
  watched.wait_for_rounds(2);

  CHECK_FALSE(watched.told("is not there").empty());
  CHECK_FALSE(watched.file.is_there());
  CHECK(tests::contains(watched.error.text(), "is removed: its token has ended"));
  CHECK(watched.stop() == 0);
  CHECK_FALSE(tests::exists(watched.directory.path("token.new-abcdef")));
}

TEST_CASE("an old token that cannot be renewed is a beginning, and is soon tried again", "[watcher]") {
  Watched watched([](const Watched& it, std::size_t) -> RefreshAttempt {
    return {.token = it.publish_ageing("old"), .trouble = trouble()};
  });

  CHECK_FALSE(watched.told("is good until").empty());
  CHECK_FALSE(watched.told("READY=1").empty());
  watched.wait_for_rounds(2);
  CHECK(watched.stop() == 0);
  CHECK(watched.file.is_there());
  CHECK(tests::count_lines(watched.error.text()) == 1);
}

TEST_CASE("trouble ends with a fresh token, not with silence about an old one", "[watcher]") {
  Watched watched([](const Watched& it, std::size_t number) -> RefreshAttempt {
    if (number == 1) return {.token = it.publish_ageing("old"), .trouble = trouble()};
    if (number == 2) return {.token = it.publish_ageing("old"), .trouble = {}};
    return {.token = it.publish("new", 60min), .trouble = {}};
  });
  REQUIRE_FALSE(watched.told("READY=1").empty());

  watched.send(SIGHUP);
  CHECK(tests::contains(watched.told("STATUS="), "; not renewed: no answer"));
  CHECK_FALSE(tests::contains(watched.error.text(), "is fresh again"));
  watched.send(SIGHUP);
  CHECK_FALSE(tests::contains(watched.told("STATUS="), "not renewed"));
  CHECK(tests::contains(watched.error.text(), "is fresh again, after "));
  CHECK(watched.stop() == 0);
  CHECK(watched.orders.text() == "fqq");
}

TEST_CASE("a file that is taken away is put back at the next look after it", "[watcher]") {
  Watched watched(
      [](const Watched& it, std::size_t) -> RefreshAttempt {
        return {.token = it.publish("one", 60min), .trouble = {}};
      },
      20ms);
  REQUIRE_FALSE(watched.told("READY=1").empty());

  REQUIRE(::unlink(watched.file.path().c_str()) == 0);

  CHECK_FALSE(watched.told("STATUS=").empty());
  CHECK(watched.file.is_there());
  CHECK(watched.stop() == 0);
}

}  // namespace sase::watch
