// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help.hpp"

#include "helper/commands/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <algorithm>
#include <string>

namespace sase::cli {

namespace {

/// A little more than the 24 lines of the smallest terminal.
constexpr int most_lines = 30;

void check_fits(std::string_view page) {
  CHECK(page.ends_with('\n'));
  while (!page.empty()) {
    const std::string_view line = page.substr(0, page.find('\n'));
    INFO(line);
    CHECK(line.size() <= help_width);
    CHECK_FALSE(line.ends_with(' '));
    CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 0x7f; }));
    page.remove_prefix(line.size() + 1);
  }
}

}  // namespace

TEST_CASE("each help page fits a terminal", "[help]") {
  check_fits(overview_page(commands::table()));
  CHECK(tests::count_lines(overview_page(commands::table())) <= most_lines);
  for (const Command& command : commands::table()) {
    INFO(command.name);
    check_fits(command_page(command));
    CHECK(tests::count_lines(command_page(command)) <= most_lines);
  }
  for (const Topic& topic : topics())
    check_fits(topic.page());
}

TEST_CASE("the overview lists each command and topic", "[help]") {
  for (const Command& command : commands::table()) {
    INFO(command.name);
    CHECK(tests::contains(overview_page(commands::table()), "\n  " + std::string(command.name) + ' '));
    CHECK(tests::contains(usage_line(commands::table()), std::string(command.name)));
  }
  for (const Topic& topic : topics())
    CHECK(tests::contains(overview_page(commands::table()), "\n  " + std::string(topic.name) + ' '));
}

TEST_CASE("a command's page lists its flags and examples and refers to the settings", "[help]") {
  for (const Command& command : commands::table()) {
    const std::string page = command_page(command);
    INFO(page);
    CHECK(page.starts_with("usage: sase-credential " + std::string(command.name)));
    CHECK(tests::contains(page, std::string(command.description)));
    for (const Flag& flag : command_flags())
      CHECK(tests::contains(page, "\n  --" + std::string(flag.name)) == command.accepts(flag));
    CHECK(tests::contains(page, "\nexamples:\n  $ "));
    CHECK(tests::contains(page, "sase-credential help settings"));
  }
}

TEST_CASE("shows that a value is optional", "[help]") {
  CHECK(tests::contains(command_page(*find_command(commands::table(), "exec")), "\n  --pass-api-key[=NAME]"));
}

TEST_CASE("a flag with a fixed set of values lists them", "[help]") {
  const std::string page = command_page(*find_command(commands::table(), "token"));

  for (const Flag& flag : command_flags())
    if (flag.name == "format")
      for (const NamedValue& word : flag.values)
        CHECK(tests::contains(page, ' ' + std::string(word.name)));
}

}  // namespace sase::cli
