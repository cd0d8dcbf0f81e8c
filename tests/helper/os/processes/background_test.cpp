// SPDX-License-Identifier: Apache-2.0
#include "helper/os/processes/background.hpp"

#include "helper/os/fd.hpp"
#include "protocol/secret.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/locked_memory.hpp"
#include "tests/support/memory_file.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Starts a background process from a process that ends at once, as the front does.
void spawn(std::span<const int> kept, const std::function<void()>& task) {
  REQUIRE(tests::exit_code_in_child([&] {
            spawn_background(kept, task);
            return 0;
          }) == 0);
}

/// Everything that a background process writes, up to the end of the last process that has the pipe.
std::string read_output(const std::function<std::string()>& text, const std::vector<int>& also_kept = {}) {
  tests::Pipe pipe = tests::make_pipe();
  std::vector<int> kept = also_kept;
  kept.push_back(pipe.writer.get());
  spawn(kept, [&] { write_all(pipe.writer.get(), text()); });
  pipe.writer.close();
  return std::string(read_all(pipe.reader.get(), 65536).reveal());
}

/// The numbers of all open descriptors.
std::string open_descriptors() {
  std::string all;
  for (int fd = 0; fd < 1024; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) all += std::to_string(fd) + ' ';
  return all;
}

std::string read_link_target(const std::string& link) { return std::filesystem::read_symlink(link).string(); }

/// A copy of a descriptor at that number.
Fd at_number(int number) {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  return Fd(::fcntl(null.get(), F_DUPFD_CLOEXEC, number));
}

/// The exit code of a process whose user may have only `most` processes, itself included. Only root can
/// become a user who has no process yet.
int exit_code_with_processes(rlim_t most, const std::function<int()>& body) {
  return tests::exit_code_in_child([most, &body] {
    constexpr uid_t user_without_processes = 54321;
    const rlimit limit{.rlim_cur = most, .rlim_max = most};
    if (::setuid(user_without_processes) != 0 || ::setrlimit(RLIMIT_NPROC, &limit) != 0) return 77;
    return body();
  });
}

}  // namespace

TEST_CASE("a background process runs its task", "[background]") {
  CHECK(read_output([] { return std::string("done"); }) == "done");
}

TEST_CASE("a background process has its own session", "[background]") {
  const std::string here = std::to_string(::getsid(0));

  CHECK(read_output([] { return std::to_string(::getsid(0)); }) != here);
}

TEST_CASE("a background process runs in the root directory", "[background]") {
  CHECK(read_output([] { return std::filesystem::current_path().string(); }) == "/");
}

TEST_CASE("the standard streams of a background process are /dev/null", "[background]") {
  const std::string streams = read_output([] {
    return read_link_target("/proc/self/fd/0") + ' ' + read_link_target("/proc/self/fd/1") + ' ' +
           read_link_target("/proc/self/fd/2");
  });

  CHECK(streams == "/dev/null /dev/null /dev/null");
}

TEST_CASE("a background process can use its standard streams", "[background]") {
  const std::string worked = read_output([] {
    char byte = 0;
    const bool read = ::read(STDIN_FILENO, &byte, 1) == 0;
    const bool written = ::write(STDOUT_FILENO, "x", 1) == 1 && ::write(STDERR_FILENO, "x", 1) == 1;
    return std::string(read && written ? "yes" : "no");
  });

  CHECK(worked == "yes");
}

TEST_CASE("a background process locks the secrets of its parent", "[background]") {
  if (!tests::can_lock_memory()) return;
  const protocol::Secret secret("hunter2");

  CHECK(read_output([] { return std::to_string(tests::locked_memory()); }) != "0");
}

TEST_CASE("a background process has only the kept descriptors", "[background]") {
  const Fd first = at_number(40);
  const Fd second = at_number(50);
  const Fd third = at_number(60);
  const Fd neighbour = at_number(61);
  REQUIRE(neighbour.get() == 61);
  struct Row {
    const char* name;
    std::vector<int> kept;
    std::string expected;
  };
  const auto row = GENERATE(values<Row>({
      {"none", {}, ""},
      {"one", {50}, "50 "},
      {"in order", {40, 50, 60}, "40 50 60 "},
      {"out of order", {60, 40, 50}, "40 50 60 "},
      {"one beside the other", {61, 60}, "60 61 "},
      {"none at all among them", {-1, 50, -1}, "50 "},
      {"one twice", {50, 50}, "50 "},
      {"standard streams", {2, 0, 50}, "50 "},
      {"one that is not open", {45, 50}, "50 "},
  }));

  DYNAMIC_SECTION(row.name) {
    const std::string open = read_output(open_descriptors, row.kept);

    // The pipe's own descriptor is a small one.
    CHECK(open.substr(0, 6) == "0 1 2 ");
    const auto beyond = open.find(' ', 6) + 1;
    CHECK(open.substr(beyond) == row.expected);
  }
}

TEST_CASE("a background process holds no inherited pipe open", "[background]") {
  tests::Pipe pipe = tests::make_pipe();
  const tests::Pipe gate = tests::make_pipe();
  spawn(std::array{gate.reader.get()}, [&gate] {
    char byte = 0;
    (void)!::read(gate.reader.get(), &byte, 1);
  });

  pipe.writer.close();

  CHECK(read_all(pipe.reader.get(), 1).empty());
  CHECK(::write(gate.writer.get(), "x", 1) == 1);
}

TEST_CASE("starts a background process while SIGCHLD is ignored", "[background]") {
  const int code = tests::exit_code_in_child([] {
    ::signal(SIGCHLD, SIG_IGN);
    return read_output([] { return std::string("done"); }) == "done" ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("the caller does not wait for a background process", "[background]") {
  const tests::Pipe gate = tests::make_pipe();
  tests::Pipe result = tests::make_pipe();
  const auto start = steady_clock::now();

  spawn(std::array{result.writer.get(), gate.reader.get()}, [&] {
    char byte = 0;
    (void)!::read(gate.reader.get(), &byte, 1);
    write_all(result.writer.get(), "continued");
  });
  result.writer.close();

  CHECK(steady_clock::now() - start < 2s);
  CHECK(::write(gate.writer.get(), "x", 1) == 1);
  CHECK(read_all(result.reader.get(), 100).reveal() == "continued");
}

TEST_CASE("a background process outlives its parent", "[background]") {
  const tests::Pipe gate = tests::make_pipe();
  tests::Pipe result = tests::make_pipe();
  const int code = tests::exit_code_in_child([&] {
    spawn(std::array{result.writer.get(), gate.reader.get()}, [&] {
      char byte = 0;
      (void)!::read(gate.reader.get(), &byte, 1);
      write_all(result.writer.get(), "alive");
    });
    return 0;
  });
  result.writer.close();

  CHECK(code == 0);
  CHECK(::write(gate.writer.get(), "x", 1) == 1);
  CHECK(read_all(result.reader.get(), 100).reveal() == "alive");
}

TEST_CASE("exceptions of a background task are lost", "[background]") {
  std::string output;

  CHECK_NOTHROW(output = read_output([]() -> std::string { throw std::runtime_error("lost"); }));

  CHECK(output.empty());
}

TEST_CASE("a background process runs no destructor of its parent", "[background]") {
  const tests::MemoryFile file;
  {
    const tests::Pipe pipe = tests::make_pipe();
    struct Finally {
      int fd;
      ~Finally() { (void)!::write(fd, "x", 1); }
    } const finally{file.fd()};
    CHECK(read_output([] { return std::string("done"); }, {file.fd()}) == "done");
  }

  CHECK(file.text() == "x");
}

TEST_CASE("a parent that continues keeps its streams and has no child", "[background]") {
  tests::Pipe pipe = tests::make_pipe();
  const tests::Pipe gate = tests::make_pipe();
  const int code = tests::exit_code_in_child([&] {
    ::dup2(pipe.writer.get(), STDOUT_FILENO);
    spawn_background(
        std::array{gate.reader.get()},
        [&gate] {
          char byte = 0;
          (void)!::read(gate.reader.get(), &byte, 1);
        },
        ParentLifetime::continues);
    if (::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD) return 1;
    return ::write(STDOUT_FILENO, "mine", 4) == 4 ? 0 : 2;
  });
  pipe.writer.close();

  CHECK(code == 0);
  CHECK(read_all(pipe.reader.get(), 100).reveal() == "mine");
  CHECK(::write(gate.writer.get(), "x", 1) == 1);
}

TEST_CASE("reports whether the process inherits orphans", "[background]") {
  CHECK(tests::exit_code_in_child([] {
          const bool before = inherits_orphans();
          ::prctl(PR_SET_CHILD_SUBREAPER, 1);
          return !before && inherits_orphans() ? 0 : 1;
        }) == 0);
}

TEST_CASE("a process limit is a system error", "[background]") {
  const int code = exit_code_with_processes(1, [] {
    try {
      spawn_background({}, [] {});
    } catch (const std::system_error& error) {
      return error.code().value() == EAGAIN ? 0 : 2;
    }
    return 1;
  });

  CHECK((code == 0 || code == 77));
}

}  // namespace sase::os
