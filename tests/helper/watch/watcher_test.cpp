// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <csignal>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace sase::watch {

namespace {

using namespace std::chrono_literals;
using tests::MemoryFile;

constexpr int failed = 10;  ///< and the exit code of the failure

/// A watcher in a process of its own, which has no terminal, and what it says.
class RunningWatcher {
 public:
  explicit RunningWatcher(std::function<RefreshAttempt(const RefreshOptions&)> look,
                          BootTime longest_round = 5min)
      : child_(tests::start_child([&] { return run(std::move(look), longest_round); })) {}

  /// Whether it says so within a while.
  [[nodiscard]] bool says(std::string_view words) const {
    for (int tries = 0; tries < 500; ++tries) {
      if (said_.text().find(words) != std::string::npos) return true;
      ::usleep(10'000);
    }
    return false;
  }

  [[nodiscard]] int stop() const noexcept {
    ::kill(child_, SIGTERM);
    return tests::wait_for_child(child_);
  }
  [[nodiscard]] std::string path(std::string_view name) const { return directory_.path(name); }

 private:
  int run(std::function<RefreshAttempt(const RefreshOptions&)> look, BootTime longest_round) const {
    ::setsid();
    const os::PublishedFile file(path("token"), {});
    const Diagnostics diagnostics(said_.fd());
    const os::NotifySocket manager(std::nullopt);
    const WatcherParts parts{.file = file,
                             .diagnostics = diagnostics,
                             .manager = manager,
                             .watchdog = {},
                             .look = std::move(look),
                             .longest_round = longest_round};
    try {
      Watcher(parts).run();
      return 0;
    } catch (const Failure& failure) {
      diagnostics.failure(failure.what());
      return failed + static_cast<int>(failure.code);
    }
  }

  tests::TemporaryDirectory directory_;
  MemoryFile said_;
  pid_t child_;
};

RefreshAttempt an_hour() {
  return {.token = PublishedToken{.name = "one", .mark = {}, .left = 1h, .ahead = 15min}, .trouble = {}};
}

RefreshAttempt trouble(ExitCode code, const std::string& what) {
  RefreshAttempt round = an_hour();
  round.trouble = Failure(code, what);
  return round;
}

/// From the process of a round.
void ask_anew() {
  ::kill(::getppid(), SIGHUP);
}

}  // namespace

TEST_CASE("a SIGHUP that comes during a round makes the next one follow it", "[watcher]") {
  const RunningWatcher watcher([](const RefreshOptions& order) {
    if (!order.is_first) return trouble(ExitCode::invalid_settings, "the second round");
    ask_anew();
    return an_hour();
  });

  CHECK(watcher.says("is not renewed: the second round"));
  CHECK(watcher.stop() == 0);
}

TEST_CASE("where no process can be started the watcher goes on", "[watcher]") {
  const RunningWatcher watcher([](const RefreshOptions&) {
    const rlimit no_more_files{.rlim_cur = 3, .rlim_max = 3};
    ::prlimit(::getppid(), RLIMIT_NOFILE, &no_more_files, nullptr);
    ask_anew();
    return an_hour();
  });

  CHECK(watcher.says("is not renewed: cannot make a pipe: "));
  CHECK(watcher.stop() == 0);
}

TEST_CASE("a round that hangs is ended", "[watcher]") {
  const RunningWatcher watcher(
      [](const RefreshOptions&) {
        ::raise(SIGSTOP);
        return an_hour();
      },
      100ms);

  CHECK(watcher.says("does not end"));
  CHECK(watcher.stop() == failed + static_cast<int>(ExitCode::local_state));
}

TEST_CASE("trouble of another kind is told, too", "[watcher]") {
  const RunningWatcher watcher([](const RefreshOptions& order) {
    ask_anew();
    if (order.is_first) return trouble(ExitCode::unreachable, "no answer");
    return trouble(ExitCode::invalid_settings, "unknown setting");
  });

  CHECK(watcher.says("is not renewed: no answer"));
  CHECK(watcher.says("is not renewed: unknown setting"));
  CHECK(watcher.stop() == 0);
}

}  // namespace sase::watch
