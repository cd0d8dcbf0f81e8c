// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/memory_file.hpp"

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>

namespace sase::cli {

namespace {

/// A pseudo-terminal of this many columns.
struct PseudoTerminal {
  explicit PseudoTerminal(unsigned short columns) : master(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    slave = os::Fd(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(slave);
    const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::ioctl(slave.get(), TIOCSWINSZ, &size) == 0);
  }
  os::Fd master, slave;
};

std::string wrapped(std::size_t width, std::string head, std::size_t indent, std::string_view text) {
  append_wrapped(head, indent, text, width);
  return head;
}

}  // namespace

TEST_CASE("an output that is not a terminal has no width and no color", "[terminal]") {
  const tests::MemoryFile file;
  const tests::EnvironmentList environment{"TERM=xterm"};
  const Terminal terminal = Terminal::of(file.fd(), *environment);
  CHECK(terminal.width == 0);
  CHECK(terminal.paint(Style::bad, "x") == "x");
}

TEST_CASE("reads the width of a terminal, and uses color unless NO_COLOR or TERM forbids it", "[terminal]") {
  struct Row {
    std::string name;
    std::string first, second;
    bool has_color;
  };
  const auto row = GENERATE(values<Row>({
      {"usual", "TERM=xterm", "A=b", true},
      {"dumb", "TERM=dumb", "A=b", false},
      {"unknown", "A=b", "C=d", false},
      {"NO_COLOR", "TERM=xterm", "NO_COLOR=1", false},
      {"NO_COLOR empty", "TERM=xterm", "NO_COLOR=", true},
  }));
  DYNAMIC_SECTION(row.name) {
    const PseudoTerminal pair(100);
    const tests::EnvironmentList environment{row.first, row.second};
    const Terminal terminal = Terminal::of(pair.slave.get(), *environment);
    CHECK(terminal.width == 100);
    CHECK((terminal.paint(Style::good, "x") == "\x1b[32mx\x1b[0m") == row.has_color);
    CHECK(terminal.paint(Style::plain, "x") == "x");
  }
}

TEST_CASE("assumes at least 60 columns, and 80 if the width is unknown", "[terminal]") {
  const tests::EnvironmentList environment{"TERM=xterm"};
  CHECK(Terminal::of(PseudoTerminal(20).slave.get(), *environment).width == 60);
  CHECK(Terminal::of(PseudoTerminal(0).slave.get(), *environment).width == 80);
}

TEST_CASE("wraps text at blanks and indents continuation lines", "[terminal]") {
  CHECK(wrapped(0, "", 2, "a long text without bounds") == "  a long text without bounds\n");
  CHECK(wrapped(12, "", 2, "one two three") == "  one two\n  three\n");
  CHECK(wrapped(12, "ok", 2, "0123456789 x") == "ok0123456789\n  x\n");
  CHECK(wrapped(12, "", 2, "averyverylongword x") == "  averyverylongword\n  x\n");
  CHECK(wrapped(12, "", 2, "") == "  \n");
  CHECK(wrapped(12, "line\n", 2, "x") == "line\n  x\n");
}

TEST_CASE("aligns the second column, below a first one that is too long", "[terminal]") {
  const auto row = [](std::string_view left, std::string_view right) {
    std::string text;
    append_columns(text, left, right, 10, 16);
    return text;
  };
  CHECK(row("  get", "answer") == "  get     answer\n");
  CHECK(row("  longword", "answer") == "  longword\n          answer\n");
  CHECK(row("  get", "one two") == "  get     one\n          two\n");
  CHECK(row("  get", "0123456789") == "  get     0123456789\n");
}

}  // namespace sase::cli
