// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/subprocess.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shell_run.hpp"

#include <csignal>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace sase::os {

namespace {

using tests::has_no_child;
using tests::run_and_read;
using Run = tests::ShellRun;

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

TEST_CASE("passes the input and returns the output", "[subprocess]") {
  for (const std::size_t size : {0U, 1U, 4096U, 65536U, 65537U, 1'000'000U}) {
    const std::string text(size, 'x');
    CHECK(run_and_read({.script = "exec cat", .input = text}) == text);
  }
  CHECK(has_no_child());
}

TEST_CASE("does not change bytes", "[subprocess]") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte)
    bytes += static_cast<char>(byte);

  CHECK(run_and_read({.script = "exec cat", .input = bytes}) == bytes);
}

TEST_CASE("returns the output of a program that does not read its input", "[subprocess]") {
  const IgnoreSigpipe ignore;

  CHECK(run_and_read({.script = "exec 0</dev/null; echo answer", .input = std::string(1'000'000, 'x')}) ==
        "answer\n");
}

TEST_CASE("exchanges data with a program that writes before it reads", "[subprocess]") {
  const std::string text(500'000, 'x');

  CHECK(run_and_read({.script = "head -c 500000 /dev/zero; exec cat", .input = text}) ==
        std::string(500'000, '\0') + text);
}

TEST_CASE("the input ends after its last byte", "[subprocess]") {
  CHECK(run_and_read({.script = "cat; echo end", .input = ""}) == "end\n");
  CHECK(run_and_read({.script = "cat; echo end", .input = "text\n"}) == "text\nend\n");
}

TEST_CASE("throws if the output exceeds the limit", "[subprocess]") {
  CHECK(run_and_read({.script = "printf 0123456789", .limit = 10}) == "0123456789");
  CHECK_THROWS_AS((Run{.script = "printf 0123456789x", .limit = 10}.run()), std::length_error);
  CHECK_THROWS_AS((Run{.script = "exec yes", .limit = 100'000}.run()), std::length_error);
  CHECK(has_no_child());
}

TEST_CASE("restores SIGPIPE in the program", "[subprocess]") {
  const IgnoreSigpipe ignore;

  CHECK(
      run_and_read({.script = "(yes; echo $? >&2) 2>&1 | head -n 1 >/dev/null; kill -PIPE $$; echo survived"})
          .empty());
}

TEST_CASE("the standard input is /dev/null without an input", "[subprocess]") {
  CHECK(run_and_read({.script = "readlink /proc/self/fd/0"}) == "/dev/null\n");
}

TEST_CASE("reads all output of a program that has ended", "[subprocess]") {
  const std::string output =
      run_and_read({.script = "sleep 5 & head -c 60000 /dev/zero | tr '\\0' x", .leads = Leads::session});

  CHECK(output == std::string(60000, 'x'));
}

}  // namespace sase::os
