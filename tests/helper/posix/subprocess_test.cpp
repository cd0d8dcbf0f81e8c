// SPDX-License-Identifier: Apache-2.0
#include "helper/posix/subprocess.hpp"

#include "helper/posix/fd.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::helper {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// What a program that the shell runs did; nothing where the deadline came first.
struct Outcome {
  std::string output;
  int wait_status = 0;
};

struct Run {
  std::string script;
  std::string input = {};
  std::size_t limit = 10'000'000;
  std::chrono::milliseconds patience = 30s;
  SubprocessSession session = SubprocessSession::ours;

  [[nodiscard]] std::optional<Outcome> run() const {
    const std::vector<std::string> words = {"sh", "-c", script};
    const std::vector<const char*> environment = {"PATH=/usr/bin:/bin", "MARK=here"};
    auto result = run_subprocess({.program = "/bin/sh",
                                  .arguments = words,
                                  .environment = environment,
                                  .input = input,
                                  .output_limit = limit,
                                  .deadline = steady_clock::now() + patience,
                                  .session = session});
    if (!result) return std::nullopt;
    return Outcome{.output = std::string(result->output.reveal()), .wait_status = result->wait_status};
  }
};

std::string output_of(const Run& call) {
  return call.run().value().output;
}

/// Whether this process has no child, running or dead.
bool has_no_child() {
  return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

/// Whether a process has ended, or will in a moment: init may not have collected it yet.
bool is_gone(pid_t pid) {
  for (int looks = 0; looks < 200; ++looks) {
    const std::string status = tests::text_of_file("/proc/" + std::to_string(pid) + "/stat");
    if (status.empty() || status.find(") Z ") != std::string::npos) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

/// The tests' own process would die of a child that does not read.
class IgnoreSigpipe {
 public:
  IgnoreSigpipe() noexcept : before_(::signal(SIGPIPE, SIG_IGN)) {}
  IgnoreSigpipe(const IgnoreSigpipe&) = delete;
  IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;
  ~IgnoreSigpipe() { ::signal(SIGPIPE, before_); }

 private:
  void (*before_)(int);
};

}  // namespace

TEST_CASE("a program reads what it is given and its words are returned", "[subprocess]") {
  for (const std::size_t size : {0U, 1U, 4096U, 65536U, 65537U, 1'000'000U}) {
    const std::string text(size, 'x');
    CHECK(output_of({.script = "exec cat", .input = text}) == text);
  }
  CHECK(has_no_child());
}

TEST_CASE("bytes pass as they are", "[subprocess]") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += static_cast<char>(byte);

  CHECK(output_of({.script = "exec cat", .input = bytes}) == bytes);
}

TEST_CASE("a program gets exactly the words and the environment it is given", "[subprocess]") {
  const std::vector<std::string> words = {"name", "a b", "", "$HOME"};
  const std::vector<const char*> environment = {"A=1", "B="};

  const auto result = run_subprocess({.program = "/usr/bin/env",
                                      .arguments = std::span(words).first(1),
                                      .environment = environment,
                                      .input = {},
                                      .output_limit = 1000,
                                      .deadline = steady_clock::now() + 30s});
  CHECK(result.value().output.reveal() == "A=1\nB=\n");
  CHECK(output_of({.script = "printf %s \"$MARK\""}) == "here");

  const std::vector<std::string> print = {"printf", "<%s>", "a b", "", "$HOME"};
  const auto printed = run_subprocess({.program = "/usr/bin/printf",
                                       .arguments = print,
                                       .environment = environment,
                                       .input = {},
                                       .output_limit = 1000,
                                       .deadline = steady_clock::now() + 30s});
  CHECK(printed.value().output.reveal() == "<a b><><$HOME>");
}

TEST_CASE("a program's end is told as it was", "[subprocess]") {
  const int exited = Run{.script = "exit 7"}.run().value().wait_status;
  const int killed = Run{.script = "kill -9 $$"}.run().value().wait_status;

  CHECK(WIFEXITED(exited));
  CHECK(WEXITSTATUS(exited) == 7);
  CHECK(WIFSIGNALED(killed));
  CHECK(WTERMSIG(killed) == SIGKILL);
  CHECK(has_no_child());
}

TEST_CASE("a program that does not read may still answer", "[subprocess]") {
  const IgnoreSigpipe ignore;

  CHECK(output_of({.script = "exec 0</dev/null; echo answer", .input = std::string(1'000'000, 'x')}) ==
        "answer\n");
}

TEST_CASE("a program that writes before it reads does not block", "[subprocess]") {
  const std::string text(500'000, 'x');

  CHECK(output_of({.script = "head -c 500000 /dev/zero; exec cat", .input = text}) ==
        std::string(500'000, '\0') + text);
}

TEST_CASE("a program's input ends", "[subprocess]") {
  CHECK(output_of({.script = "cat; echo end", .input = ""}) == "end\n");
  CHECK(output_of({.script = "cat; echo end", .input = "text\n"}) == "text\nend\n");
}

TEST_CASE("a program that takes too long is killed", "[subprocess]") {
  const std::string script = GENERATE(values<std::string>({
      "exec sleep 60",
      "exec sleep 60 >/dev/null",
      "trap '' TERM INT HUP PIPE; while :; do :; done",
      "exec yes",
      "echo half; exec sleep 60",
  }));
  const auto start = steady_clock::now();

  CHECK_FALSE(Run{.script = script, .limit = std::size_t{1} << 40U, .patience = 60ms}.run());
  CHECK(steady_clock::now() - start >= 60ms);
  CHECK(steady_clock::now() - start < 10s);
  CHECK(has_no_child());
}

TEST_CASE("a program that never reads is killed in time too", "[subprocess]") {
  CHECK_FALSE(Run{.script = "exec sleep 60", .input = std::string(1'000'000, 'x'), .patience = 60ms}.run());
  CHECK(has_no_child());
}

TEST_CASE("a program that is started past the deadline is killed", "[subprocess]") {
  CHECK_FALSE(Run{.script = "exec sleep 60", .patience = -1s}.run());
  CHECK(has_no_child());
}

TEST_CASE("output up to the limit is taken, and more ends the call", "[subprocess]") {
  CHECK(output_of({.script = "printf 0123456789", .limit = 10}) == "0123456789");
  CHECK_THROWS_AS((Run{.script = "printf 0123456789x", .limit = 10}.run()), std::length_error);
  CHECK_THROWS_AS((Run{.script = "exec yes", .limit = 100'000}.run()), std::length_error);
  CHECK(has_no_child());
}

TEST_CASE("a program that cannot be started is a system error", "[subprocess]") {
  const tests::TemporaryDirectory folder;
  const std::vector<std::string> words = {"x"};
  const std::string no_program = folder.write("text", "not a program", 0700);
  const std::string not_executable = folder.write("plain", "#!/bin/sh\n", 0600);

  for (const std::string& program : {folder.path("missing"), no_program, not_executable, folder.path()}) {
    INFO(program);
    CHECK_THROWS_AS(run_subprocess({.program = program,
                                    .arguments = words,
                                    .environment = {},
                                    .input = {},
                                    .output_limit = 1000,
                                    .deadline = steady_clock::now() + 30s}),
                    std::system_error);
  }
  CHECK(has_no_child());
}

TEST_CASE("no descriptor but the standard streams reaches a program", "[subprocess]") {
  // One that whoever called us forgot to close.
  const Fd inherited(::open("/dev/null", O_RDONLY));  // NOLINT(android-cloexec-open): the point
  REQUIRE(inherited.get() > 2);

  const std::string test =
      "[ -e /proc/self/fd/" + std::to_string(inherited.get()) + " ] && echo open || echo closed";

  CHECK(output_of({.script = test}) == "closed\n");
}

TEST_CASE("the ends of its own pipes do not reach a program", "[subprocess]") {
  // The shell's own list: 0, 1, 2, and the folder that `ls` reads. Whatever the tests' process has inherited
  // itself is taken off by closing it first.
  const int code = tests::exit_code_in_child([] {
    for (int fd = 3; fd < 256; ++fd)
      ::close(fd);
    return output_of({.script = "exec ls /proc/self/fd"}) == "0\n1\n2\n3\n" ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("a program that writes to a closed pipe dies of it, although we ignore that", "[subprocess]") {
  const IgnoreSigpipe ignore;

  CHECK(output_of({.script = "(yes; echo $? >&2) 2>&1 | head -n 1 >/dev/null; kill -PIPE $$; echo survived"})
            .empty());
}

TEST_CASE("a program of somebody else's has no terminal and a session of its own", "[subprocess]") {
  // sleep's own number, session and group are the first, fifth and sixth words of its line there.
  const std::string test =
      "read -r pid name state parent group session rest </proc/self/stat; "
      "[ $session = $$ ] && ! true </dev/tty && echo apart";

  CHECK(output_of({.script = "(" + test + ") 2>/dev/null", .session = SubprocessSession::own}) == "apart\n");
  CHECK(output_of({.script = "(" + test + ") 2>/dev/null; true"}).empty());
}

TEST_CASE("a program that is given nothing has nothing to read", "[subprocess]") {
  CHECK(output_of({.script = "readlink /proc/self/fd/0"}) == "/dev/null\n");
}

TEST_CASE("what a program leaves running when it ends is not waited for", "[subprocess]") {
  const auto start = steady_clock::now();

  CHECK(output_of({.script = "sleep 5 & echo answer", .session = SubprocessSession::own}) == "answer\n");

  CHECK(steady_clock::now() - start < 4s);
}

TEST_CASE("all that a program wrote before it ended is read", "[subprocess]") {
  const std::string output = output_of(
      {.script = "sleep 5 & head -c 60000 /dev/zero | tr '\\0' x", .session = SubprocessSession::own});

  CHECK(output == std::string(60000, 'x'));
}

TEST_CASE("at the deadline all that a program has started is killed with it", "[subprocess]") {
  const tests::TemporaryDirectory folder;
  const std::string note = "echo $$ >>pids; exec sleep 60";
  const std::string script = GENERATE_COPY(
      as<std::string>{}, "echo $$ >>pids; sleep 60; true", "sh -c '" + note + "' & " + note,
      "setsid sh -c '" + note + "' & " + note, "trap '' TERM HUP INT; sh -c '" + note + "'; sleep 60",
      "(sh -c '" + note + "' &); sleep 60", "exec >/dev/null; " + note);

  CHECK_FALSE(Run{
      .script = "cd " + folder.path() + "; " + script, .patience = 300ms, .session = SubprocessSession::own}
                  .run());

  std::istringstream pids(tests::text_of_file(folder.path("pids")));
  int started = 0;
  for (pid_t pid = 0; pids >> pid; ++started)
    CHECK(is_gone(pid));
  CHECK(started > 0);
  CHECK(has_no_child());
}

TEST_CASE("no shell of a program that is killed has anything to say of it", "[subprocess]") {
  const tests::TemporaryDirectory folder;
  const std::string script =
      "exec 2>" + folder.path("said") + "; sh -c 'sh -c \"sleep 60; true\"; true'; true";

  for (int times = 0; times < 20; ++times)
    CHECK_FALSE(Run{.script = script, .patience = 20ms, .session = SubprocessSession::own}.run());

  CHECK(tests::text_of_file(folder.path("said")).empty());
}

TEST_CASE("no descriptor is left open by a call", "[subprocess]") {
  const Fd before(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int expected = before.get() + 1;

  (void)output_of({.script = "exec cat", .input = "x"});
  (void)Run{.script = "exec sleep 60", .patience = 20ms}.run();
  CHECK_THROWS_AS((Run{.script = "exec yes", .limit = 10}.run()), std::length_error);

  const Fd after(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(after.get() == expected);
}

}  // namespace sase::helper
