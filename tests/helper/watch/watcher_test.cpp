// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "helper/os/fd.hpp"
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
#include <unistd.h>

namespace sase::watch {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What every script of an attempt can use. `n` is the number of the attempt, 1 for the first.
constexpr const char* prelude = R"(
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

}  // namespace

TEST_CASE("an attempt gets the report of the previous one", "[watcher]") {
  RunningWatcher watcher("report one 3600 0");
  REQUIRE_FALSE(watcher.notification("READY=1").empty());
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);

  CHECK(watcher.stop() == 0);
  CHECK(watcher.inputs() == "\none@" + watcher.file.identity() + "\n");
}

TEST_CASE("SIGHUP during an attempt causes one more attempt", "[watcher]") {
  RunningWatcher watcher("[ $n != 2 ] || until [ -e gate ]; do sleep 0.01; done; report one 3600 0");
  REQUIRE_FALSE(watcher.notification("READY=1").empty());
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);
  watcher.send(SIGHUP);
  std::this_thread::sleep_for(20ms);
  watcher.directory.write("gate", "");
  watcher.wait_for_attempts(3);
  std::this_thread::sleep_for(50ms);

  CHECK(watcher.stop() == 0);
  CHECK(watcher.attempts() == 3);
  CHECK_FALSE(watcher.notification("STOPPING=1").empty());
}

TEST_CASE("pings the watchdog while an attempt hangs", "[watcher]") {
  RunningWatcher watcher("[ $n = 1 ] || exec sleep 60; report one 3600 0", 1s);
  REQUIRE_FALSE(watcher.notification("READY=1").empty());
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);

  const auto start = steady_clock::now();
  CHECK_FALSE(watcher.notification("WATCHDOG=1").empty());
  CHECK(steady_clock::now() - start < 900ms);
  CHECK(watcher.stop() == 0);
}

TEST_CASE("removes the file of an expired token and the leftovers while an attempt hangs", "[watcher]") {
  RunningWatcher watcher("[ $n = 1 ] || { echo half >token.new-abcdef; exec sleep 60; }; report one 2 0");
  REQUIRE_FALSE(watcher.notification("READY=1").empty());
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);

  CHECK_FALSE(watcher.notification("is not there").empty());
  CHECK_FALSE(watcher.file.is_there());
  CHECK(tests::contains(watcher.error.text(), "is removed: its token has expired"));
  CHECK(watcher.stop() == 0);
  CHECK_FALSE(tests::exists(watcher.directory.path("token.new-abcdef")));
}

TEST_CASE("starts with an old token that cannot be refreshed, and retries soon", "[watcher]") {
  RunningWatcher watcher("report old 600 1; fail 6 'no answer'");

  CHECK_FALSE(watcher.notification("is good until").empty());
  CHECK_FALSE(watcher.notification("READY=1").empty());
  watcher.wait_for_attempts(2);
  CHECK(watcher.stop() == 0);
  CHECK(watcher.file.is_there());
  CHECK(tests::count_lines(watcher.error.text()) == 1);
}

TEST_CASE("an outage ends with a new token only", "[watcher]") {
  RunningWatcher watcher(R"(case $n in
    1) report old 600 1; fail 6 'no answer' ;;
    2) report old 600 1 ;;
    *) report new 3600 0 ;;
  esac)");
  REQUIRE_FALSE(watcher.notification("READY=1").empty());

  watcher.send(SIGHUP);
  CHECK(tests::contains(watcher.notification("STATUS="), "; not renewed: no answer"));
  CHECK_FALSE(tests::contains(watcher.error.text(), "is fresh again"));
  watcher.send(SIGHUP);
  CHECK_FALSE(tests::contains(watcher.notification("STATUS="), "not renewed"));
  CHECK(tests::contains(watcher.error.text(), "is fresh again, after "));
  CHECK(watcher.stop() == 0);
}

TEST_CASE("writes a removed file again", "[watcher]") {
  RunningWatcher watcher("echo token >token; report one 3600 0", 20ms);
  REQUIRE_FALSE(watcher.notification("READY=1").empty());

  REQUIRE(::unlink(watcher.file.path().c_str()) == 0);

  CHECK_FALSE(watcher.notification("STATUS=").empty());
  CHECK(watcher.file.is_there());
  CHECK(watcher.stop() == 0);
}

TEST_CASE("survives that no process can be started", "[watcher]") {
  RunningWatcher watcher("report one 3600 0; prlimit --pid $PPID --nofile=4:4; kill -HUP $PPID");

  CHECK(watcher.prints("is not renewed: cannot make a pipe: "));
  CHECK(watcher.stop() == 0);
}

TEST_CASE("stops an attempt that hangs", "[watcher]") {
  RunningWatcher watcher("kill -STOP $$", std::nullopt, 100ms);

  CHECK(watcher.prints("does not end"));
  CHECK(watcher.stop() == static_cast<int>(ExitCode::local_state));
}

TEST_CASE("runs the command after each new token, and not after the same one", "[watcher]") {
  RunningWatcher watcher("case $n in 1 | 2) report one 3600 0 ;; *) report two 3600 0 ;; esac", std::nullopt,
                         5min, "echo run >>results");
  CHECK(watcher.results(1) == "run\n");
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(3);

  CHECK(watcher.results(2) == "run\nrun\n");
  CHECK(watcher.stop() == 0);
  CHECK(watcher.error.text().empty());
}

TEST_CASE("warns of a command that fails or that a signal ends", "[watcher]") {
  RunningWatcher watcher("report $n 3600 0", std::nullopt, 5min,
                         "[ -e results ] || { echo >results; exit 3; }; kill -KILL $$");
  CHECK(watcher.prints("warning: the command of '--exec' failed with exit code 3\n"));
  watcher.send(SIGHUP);

  CHECK(watcher.prints("warning: the command of '--exec' was ended by signal 9"));
  CHECK(watcher.stop() == 0);
}

TEST_CASE("a command that hangs delays no attempt and is stopped in time", "[watcher]") {
  RunningWatcher watcher("report one 3600 0", std::nullopt, 5min, "echo $$ >>results; exec sleep 60", 2s);
  const std::string id = watcher.results(1);
  const auto start = steady_clock::now();
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);
  CHECK(steady_clock::now() - start < 1500ms);

  CHECK(watcher.prints("warning: the command of '--exec' did not end within 2s and was stopped\n"));
  CHECK(::kill(std::stoi(id), 0) != 0);
  CHECK(watcher.stop() == 0);
}

TEST_CASE("the end of the watcher and the next token stop a command", "[watcher]") {
  RunningWatcher watcher("report $n 3600 0", std::nullopt, 5min,
                         "trap 'echo stopped >>results; exit' TERM; echo started >>results; sleep 60 & wait");
  CHECK(watcher.results(1) == "started\n");
  watcher.send(SIGHUP);
  CHECK(watcher.results(3) == "started\nstopped\nstarted\n");

  CHECK(watcher.stop() == 0);
  CHECK(watcher.results(4) == "started\nstopped\nstarted\nstopped\n");
}

TEST_CASE("the first failure ends the watcher with its message and exit code", "[watcher]") {
  RunningWatcher watcher("echo 'sase-credential: warning: slow'; fail 5 'HTTP 401'");

  CHECK(watcher.prints("sase-credential: warning: slow\nsase-credential: HTTP 401\n"));
  CHECK(watcher.stop() == 5);
}

TEST_CASE("reports a failure of another kind, and repeated warnings once", "[watcher]") {
  RunningWatcher watcher(R"(kill -HUP $PPID
    echo 'sase-credential: warning: misspelled'
    report one 3600 0
    [ $n -ge 3 ] || exit 0
    [ $n = 3 ] && fail 6 'no answer'
    fail 4 'unknown setting')");

  CHECK(watcher.prints("is not renewed: no answer"));
  CHECK(watcher.prints("is not renewed: unknown setting"));
  CHECK(watcher.stop() == 0);
  CHECK(watcher.error.text().find("misspelled") == watcher.error.text().rfind("misspelled"));
}

TEST_CASE("prints one warning a minute although each attempt has another one", "[watcher]") {
  RunningWatcher watcher(R"(kill -HUP $PPID
    echo "sase-credential: warning: cause $n"
    report one 3600 0
    [ $n -lt 4 ] || fail 4 'unknown setting')");

  CHECK(watcher.prints("is not renewed: unknown setting"));
  CHECK(watcher.stop() == 0);
  CHECK(watcher.error.text().find("warning: cause") == watcher.error.text().rfind("warning: cause"));
}

}  // namespace sase::watch
