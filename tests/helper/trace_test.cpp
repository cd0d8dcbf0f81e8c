// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <regex>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase {

namespace {

using namespace std::chrono_literals;

/// A place for a trace, and what is said on stderr meanwhile.
struct Scene {
  tests::TemporaryDirectory root;
  tests::MemoryFile error;
  Diagnostics diagnostics{error.fd()};
  Trace::Clock::time_point start = Trace::Clock::now();
  std::string file = root.path("trace");

  [[nodiscard]] Trace trace(const std::string& setting) const { return {setting, start, diagnostics}; }
};

}  // namespace

TEST_CASE("traces nothing without the setting", "[trace]") {
  const Scene scene;
  const Trace off = scene.trace("");
  const Trace none;

  off.line("words");
  none.line("words");

  CHECK_FALSE(off.on());
  CHECK_FALSE(none.on());
  CHECK(off.fd() == -1);
  CHECK(none.fd() == -1);
  CHECK(scene.error.text().empty());
}

TEST_CASE("traces lines with the time since the start to stderr", "[trace]") {
  struct Row {
    const char* name;
    Trace::Clock::duration later;
    std::string shown;
  };
  const auto row = GENERATE(values<Row>({
      {"at once", 0s, "+0.000 ms"},
      {"a microsecond later", 1us, "+0.001 ms"},
      {"a bit later", 45us, "+0.045 ms"},
      {"within a millisecond", 999us, "+0.999 ms"},
      {"what is below a microsecond is cut off", 1999ns, "+0.001 ms"},
      {"later", 12'345us, "+12.345 ms"},
      {"much later", 61s, "+61000.000 ms"},
      {"before the start", -1us, "-0.001 ms"},
      {"well before the start", -1'234'500us, "-1234.500 ms"},
  }));

  DYNAMIC_SECTION(row.name) {
    const Scene scene;
    const Trace trace = scene.trace("1");

    trace.line(scene.start + row.later, "words");

    CHECK(trace.on());
    CHECK(trace.fd() == -1);
    CHECK(scene.error.text() == "sase-credential: trace: " + row.shown + " words\n");
  }
}

TEST_CASE("a line without a time has the current time", "[trace]") {
  Scene scene;
  scene.start -= 5s;

  scene.trace("1").line("words");

  CHECK(scene.error.text().starts_with("sase-credential: trace: +5"));
}

TEST_CASE("a line in a trace file has date, process id and time since the start", "[trace]") {
  const Scene scene;
  const Trace trace = scene.trace(scene.file);

  trace.line(scene.start + 12'345us, "one");
  trace.line(scene.start + 20ms, "another");

  const std::string head = "20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z " + std::to_string(::getpid());
  CHECK(std::regex_match(tests::text_of_file(scene.file),
                         std::regex(head + " \\+12\\.345 ms one\n" + head + " \\+20\\.000 ms another\n")));
  CHECK(tests::read_mode(scene.file) == 0600);
  CHECK(trace.fd() >= 0);
  CHECK((::fcntl(trace.fd(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(scene.error.text().empty());
}

TEST_CASE("appends to an existing trace file", "[trace]") {
  const Scene scene;
  scene.root.write("trace", "before\n");

  const Trace first = scene.trace(scene.file);
  const Trace second = scene.trace(scene.file);
  first.line("one");
  second.line("two");
  first.line("three");

  CHECK(tests::text_of_file(scene.file).starts_with("before\n"));
  CHECK(tests::count_lines(tests::text_of_file(scene.file)) == 4);
}

TEST_CASE("rejects a trace file that others can access, with one warning", "[trace]") {
  const Scene scene;
  std::string why;
  SECTION("a link") {
    scene.root.write("elsewhere", "");
    REQUIRE(::symlink("elsewhere", scene.file.c_str()) == 0);
    why = "is a link; remove it";
  }
  SECTION("a link that leads nowhere") {
    REQUIRE(::symlink("elsewhere", scene.file.c_str()) == 0);
    why = "is a link; remove it";
  }
  SECTION("open to the group") {
    scene.root.write("trace", "", 0640);
    why = "is open to other users";
  }
  SECTION("open to all") {
    scene.root.write("trace", "", 0602);
    why = "is open to other users";
  }
  SECTION("another user's") {
    scene.root.write("trace", "");
    if (!tests::give_away(scene.file)) return;
    why = "belongs to another user";
  }
  SECTION("a directory") {
    scene.root.make_directory("trace");
    why = "cannot open";
  }
  SECTION("a FIFO without a reader") {
    REQUIRE(::mkfifo(scene.file.c_str(), 0600) == 0);
    why = "cannot open";
  }
  const Trace trace = scene.trace(scene.file);

  trace.line("words");

  CHECK_FALSE(trace.on());
  CHECK(trace.fd() == -1);
  CHECK(scene.error.text().starts_with("sase-credential: warning: cannot trace: "));
  CHECK(tests::contains(scene.error.text(), why));
  CHECK(tests::count_lines(scene.error.text()) == 1);
  CHECK_FALSE(tests::contains(tests::text_of_file(scene.root.path("elsewhere")), "words"));
}

TEST_CASE("rejects a FIFO", "[trace]") {
  const Scene scene;
  REQUIRE(::mkfifo(scene.file.c_str(), 0600) == 0);
  const os::Fd reader(::open(scene.file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));

  const Trace trace = scene.trace(scene.file);

  CHECK_FALSE(trace.on());
  CHECK(tests::contains(scene.error.text(), "is not a file; remove it"));
}

TEST_CASE("escapes control characters in a warning about the trace file", "[trace]") {
  const Scene scene;

  const Trace trace = scene.trace(scene.root.path("no\x1b[2J\ndirectory/trace"));

  CHECK_FALSE(trace.on());
  CHECK(tests::count_lines(scene.error.text()) == 1);
  CHECK_FALSE(tests::contains(scene.error.text(), "\x1b"));
}

TEST_CASE("ignores a line that cannot be written", "[trace]") {
  const Scene scene;
  const Diagnostics nowhere(-1);
  const Trace on_stderr("1", scene.start, nowhere);
  const Trace on_full("/dev/full", scene.start, scene.diagnostics);

  CHECK_NOTHROW(on_stderr.line("words"));
  CHECK_NOTHROW(on_full.line("words"));
}

}  // namespace sase
