// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/memory_file.hpp"

#include <chrono>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace sase::api_key {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const tests::EnvironmentList environment{"PATH=/usr/bin:/bin", "MARK=here"};

std::string run_and_read(const std::string& command, std::chrono::milliseconds patience = 30s) {
  const ApiKeySource source{.kind = ApiKeySource::Kind::command, .value = command};
  return std::string(read_key(source, *environment, steady_clock::now() + patience).reveal());
}

/// Without the stderr of the command.
Failure catch_failure(const std::string& command, std::chrono::milliseconds patience = 30s) {
  return tests::catch_failure([&] { (void)run_and_read("exec 2>/dev/null\n" + command, patience); });
}

}  // namespace

TEST_CASE("reads the key that a command writes", "[command]") {
  CHECK(run_and_read("echo a-key") == "a-key");
  CHECK(run_and_read("printf 'a-key\\r\\n'") == "a-key");
  CHECK(run_and_read("echo \"$MARK\" | tr a-z A-Z") == "HERE");
  CHECK(run_and_read("head -c 16384 /dev/zero | tr '\\0' k; echo") == std::string(16384, 'k'));
}

TEST_CASE("a command has empty input and no terminal", "[command]") {
  CHECK(run_and_read("cat; echo end") == "end");
  CHECK(run_and_read("(true </dev/tty) 2>/dev/null || echo no-terminal") == "no-terminal");
}

TEST_CASE("explains why a command yields no key, without printing the command", "[command]") {
  struct Row {
    const char* command;
    const char* why;
  };
  const auto row = GENERATE(values<Row>({
      {"exit 3 # hunter2", "it failed with exit code 3"},
      {"echo hunter2; false", "it failed with exit code 1"},
      {"/nonexistent/hunter2", "it failed with exit code 127, a program was not found"},
      {"/etc/passwd hunter2", "it failed with exit code 126, a program cannot be run"},
      {"kill -9 $$ # hunter2", "it was ended by signal 9 (Killed)"},
      {"kill -TERM $$ # hunter2", "it was ended by signal 15 (Terminated)"},
      {"true hunter2", "it wrote nothing"},
      {"exec >/dev/null; echo hunter2", "it wrote nothing"},
      {"if hunter2", "it failed with exit code 2"},
  }));

  DYNAMIC_SECTION(row.command) {
    const Failure failure = catch_failure(row.command);
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(std::string(failure.what()) ==
          std::string("the command of 'api-key-command' gives no key: ") + row.why);
    CHECK_FALSE(failure.hint.empty());
    CHECK_FALSE(tests::contains(failure.what() + failure.hint, "hunter2"));
  }
}

TEST_CASE("rejects the output of a command that is no key, without printing it", "[command]") {
  struct Row {
    const char* command;
    const char* why;
  };
  const auto row = GENERATE(values<Row>({
      {"echo # hunter2", "it is empty"},
      {"echo hunter2; echo hunter2", "it has more than one line"},
      {"printf 'hunter2\\n\\nhunter2'", "it has more than one line"},
      {"printf 'hunter2\\001'", "it holds bytes that are not printable ASCII"},
      {"printf 'hunter2\\000'", "it holds bytes that are not printable ASCII"},
      {"head -c 16385 /dev/zero | tr '\\0' k # hunter2", "it is longer than 16 KiB"},
      {"yes hunter2", "it is longer than 16 KiB"},
  }));

  DYNAMIC_SECTION(row.command) {
    const Failure failure = catch_failure(row.command);
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(std::string(failure.what()) ==
          std::string("cannot use the API key from the command of 'api-key-command': ") + row.why);
    CHECK(failure.hint == "it must be the key alone, in one line");
    CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
  }
}

TEST_CASE("a command that exceeds its deadline is unreachable", "[command]") {
  const auto start = steady_clock::now();

  const Failure failure = catch_failure("sleep 60", 60ms);

  CHECK(failure.code == ExitCode::unreachable);
  CHECK(tests::contains(failure.what(), "did not end in time"));
  CHECK(tests::contains(failure.hint, "'timeout'"));
  CHECK(steady_clock::now() - start < 10s);
}

TEST_CASE("a daemon that keeps the output of a command open does not delay the call", "[command]") {
  const auto start = steady_clock::now();

  CHECK(run_and_read("sleep 5 & echo a-key") == "a-key");

  CHECK(steady_clock::now() - start < 4s);
}

TEST_CASE("passes the stderr of a command through", "[command]") {
  const tests::MemoryFile said;
  const int before = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
  REQUIRE(::dup2(said.fd(), STDERR_FILENO) == STDERR_FILENO);
  const std::string key = run_and_read("echo unlocking >&2; echo a-key");
  ::dup2(before, STDERR_FILENO);
  ::close(before);

  CHECK(key == "a-key");
  CHECK(said.text() == "unlocking\n");
}

}  // namespace sase::api_key
