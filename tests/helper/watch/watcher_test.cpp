// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"

#include "tests/helper/watch/running_watcher.hpp"

#include <csignal>
#include <string>

namespace sase::watch {

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
  CHECK(watcher.own_end() == static_cast<int>(ExitCode::local_state));
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
  RunningWatcher watcher("report one 3600 0", std::nullopt, 5min, "echo $$ >>results; exec sleep 60", 1s);
  const int id = std::stoi(watcher.results(1));
  watcher.send(SIGHUP);
  watcher.wait_for_attempts(2);
  CHECK(::kill(id, 0) == 0);

  CHECK(watcher.prints("warning: the command of '--exec' did not end within 1s and was stopped\n"));
  CHECK(::kill(id, 0) != 0);
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
  CHECK(watcher.own_end() == 5);
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
