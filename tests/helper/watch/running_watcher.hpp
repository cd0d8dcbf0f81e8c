// SPDX-License-Identifier: Apache-2.0
#pragma once

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
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::watch {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What every script of an attempt can use. `n` is the number of the attempt, 1 for the first.
inline constexpr const char* prelude = R"(
{ cat; echo; } >>attempts
n=$(wc -l <attempts)
report() { printf 'token=%s\nfile=%s\nleft=%s\nahead=900\ndue=%s\n' "$1" "$identity" "$2" "$3"; }
fail() { echo "sase-credential: $2"; exit "$1"; }
)";

/// A watcher in a process of its own, whose attempts are a script, and the service manager that it notifies.
/// FILE holds a token before the first attempt.
class RunningWatcher {
 public:
  explicit RunningWatcher(std::string script, std::optional<milliseconds> watchdog = std::nullopt,
                          milliseconds longest_attempt = 5min, std::string command = {},
                          milliseconds longest_command = 1min)
      : manager_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(directory.path("notify"), std::begin(address.sun_path));
    constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};
    REQUIRE(::bind(manager_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::setsockopt(manager_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
    script = "cd " + directory.path("") + "\nidentity=" + file.write("token") + prelude + script;
    process_ = tests::start_child([&] {
      const Diagnostics diagnostics(error.fd());
      const os::NotifySocket manager(directory.path("notify"));
      const WatcherParts parts{.file = file,
                               .diagnostics = diagnostics,
                               .manager = manager,
                               .watchdog = watchdog,
                               .program = "/bin/sh",
                               .arguments = {"sh", "-c", script},
                               .environment = environ,
                               .command = command,
                               .command_environment = environ,
                               .longest_command = longest_command,
                               .longest_attempt = longest_attempt};
      ::setsid();
      if (::chdir(directory.path("").c_str()) != 0) return 97;
      return static_cast<int>(Watcher(parts).run());
    });
  }
  RunningWatcher(const RunningWatcher&) = delete;
  RunningWatcher& operator=(const RunningWatcher&) = delete;
  ~RunningWatcher() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    (void)tests::wait_for_child(process_);
  }

  void send(int signal) const { ::kill(process_, signal); }
  [[nodiscard]] int stop() {
    send(SIGTERM);
    return tests::wait_for_child(std::exchange(process_, 0));
  }
  /// The exit code of one that ends by itself: a signal would race with that end.
  [[nodiscard]] int own_end() {
    siginfo_t ended{};
    const auto end = steady_clock::now() + 10s;
    while (::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0 && steady_clock::now() < end)
      std::this_thread::sleep_for(2ms);
    REQUIRE(ended.si_pid == process_);
    return tests::wait_for_child(std::exchange(process_, 0));
  }

  /// Waits for the next notification that contains a text; the empty string if none arrives.
  [[nodiscard]] std::string notification(std::string_view text) const {
    std::array<char, 1000> bytes{};
    const auto end = steady_clock::now() + 10s;
    while (steady_clock::now() < end) {
      const ssize_t got = ::recv(manager_.get(), bytes.data(), bytes.size(), 0);
      if (got < 0) return {};
      std::string lines(bytes.data(), static_cast<std::size_t>(got));
      if (tests::contains(lines, text)) return lines;
    }
    return {};
  }
  void wait_for_attempts(long count) const {
    const auto end = steady_clock::now() + 10s;
    while (attempts() < count && steady_clock::now() < end)
      std::this_thread::sleep_for(2ms);
    REQUIRE(attempts() >= count);
  }
  [[nodiscard]] std::string inputs() const {
    return tests::exists(directory.path("attempts")) ? tests::text_of_file(directory.path("attempts")) : "";
  }
  [[nodiscard]] long attempts() const { return tests::count_lines(inputs()); }
  /// What the command has written, once it has so many lines.
  [[nodiscard]] std::string results(long count) const {
    const std::string name = directory.path("results");
    const auto end = steady_clock::now() + 10s;
    while (steady_clock::now() < end &&
           (!tests::exists(name) || tests::count_lines(tests::text_of_file(name)) < count))
      std::this_thread::sleep_for(2ms);
    return tests::exists(name) ? tests::text_of_file(name) : "";
  }

  /// Whether it prints a text within 10 s.
  [[nodiscard]] bool prints(std::string_view text) const {
    const auto end = steady_clock::now() + 10s;
    while (!tests::contains(error.text(), text) && steady_clock::now() < end)
      std::this_thread::sleep_for(2ms);
    return tests::contains(error.text(), text);
  }

  const tests::TemporaryDirectory directory;
  const os::PublishedFile file{directory.path("token"), {}};
  const tests::MemoryFile error;

 private:
  os::Fd manager_;
  pid_t process_ = 0;
};

}  // namespace sase::watch
