// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"
#include "helper/commands/commands.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sase::cli {

namespace {

void check_arguments(const std::vector<const char*>& arguments) {
  const CommandLine line = parse_command_line(arguments);
  reject_unsupported_arguments(commands::table(), *find_command(commands::table(), *line.command), line);
}

Failure unknown(std::string_view name) { return unknown_command(commands::table(), name); }

}  // namespace

TEST_CASE("each row of the table of commands is complete and found by its name", "[command]") {
  for (const Command& command : commands::table()) {
    INFO(command.name);
    CHECK(find_command(commands::table(), command.name) == &command);
    CHECK_FALSE(command.meaning.empty());
    CHECK(command.description.ends_with('\n'));
    CHECK(command.examples.ends_with('\n'));
    CHECK(command.run != nullptr);
  }
  CHECK(find_command(commands::table(), "tokens") == nullptr);
  CHECK(find_command(commands::table(), "") == nullptr);
}

TEST_CASE("each flag is accepted by a command, and each flag that a command lists exists", "[command]") {
  for (const Flag& flag : command_flags()) {
    INFO(flag.name);
    CHECK(std::ranges::any_of(commands::table(),
                              [&flag](const Command& command) { return command.accepts(flag); }));
  }
  for (const Command& command : commands::table()) {
    INFO(command.name);
    const auto listed = std::ranges::count_if(command_flags(), [&command](const Flag& flag) {
      return flag.scope == FlagScope::listed && command.accepts(flag);
    });
    const auto names = command.flags.empty() ? 0 : std::ranges::count(command.flags, ' ') + 1;
    CHECK(listed == names);
  }
}

TEST_CASE("rejects a flag that the command does not accept and names the commands that do", "[command]") {
  const Failure failure = tests::catch_failure([] { check_arguments({"get", "--format", "json"}); });

  CHECK(failure.code == ExitCode::usage_error);
  CHECK(failure.what() == std::string("'get' does not accept the flag '--format'"));
  CHECK(failure.hint == "these do: token, watch");
  CHECK_THROWS_WITH(check_arguments({"--no-prompt", "token"}),
                    "'token' does not accept the flag '--no-prompt'");
}

TEST_CASE("each operation of git accepts the flags that git's configuration passes to all", "[command]") {
  for (const char* const name : {"get", "store", "erase", "capability"})
    CHECK_NOTHROW(check_arguments({"--no-prompt", "--profile", "work", "--region=eu", name}));
}

TEST_CASE("treats a word with one dash as a flag, not as a command", "[command]") {
  CHECK(unknown("-regoin").hint == "did you mean '--region'?");
  CHECK(unknown("-format").what() == std::string("unknown flag '-format'"));
  CHECK(unknown("-zzzzzz").hint == "see: sase-credential --help");
  CHECK(unknown("--").what() == std::string("unknown command '--'"));
}

TEST_CASE("the hint for an operand has the flag that it needs", "[command]") {
  struct Row {
    std::vector<const char*> arguments;
    const char* what;
    const char* hint;
  };
  const auto row = GENERATE(values<Row>({
      {{"token", "-f", "json"}, "'token' takes no operand", "did you mean '--format json'?"},
      {{"token", "-format", "json"}, "'token' takes no operand", "did you mean '--format json'?"},
      {{"token", "json"}, "'token' takes no operand", "did you mean '--format json'?"},
      {{"token", "eu"}, "'token' takes no operand", "did you mean '--region eu'?"},
      {{"login", "-r", "eu"}, "'login' takes no operand", "did you mean '--region eu'?"},
      {{"status", "-json"}, "unknown flag '-json'", "did you mean '--json'?"},
      {{"token", "-json"}, "unknown flag '-json'", "did you mean '--format json'?"},
      {{"token", "-f"}, "unknown flag '-f'", "did you mean '--format'?"},
      {{"token", "-o"}, "unknown flag '-o'", "did you mean '--format'?"},
      {{"token", "-format=json"}, "unknown flag '-format'", "did you mean '--format'?"},
      {{"get", "json"}, "'get' takes no operand", "see: sase-credential help get"},
  }));
  DYNAMIC_SECTION(row.arguments.at(1) << row.hint) {
    const Failure failure = tests::catch_failure([&row] { check_arguments(row.arguments); });
    CHECK(failure.what() == std::string(row.what));
    CHECK(failure.hint == row.hint);
  }
}

TEST_CASE("the hint for a key among the arguments says where it goes, and shows no byte of it", "[command]") {
  const std::string key = "hunter2-hunter2-hunter2-hunter2";
  const std::string pair = "--api-key=" + key;
  const std::string short_pair = "-token=" + key;
  for (const std::vector<const char*>& arguments :
       {std::vector{"token", key.c_str()}, std::vector{"login", "hunter2"},
        std::vector{"token", pair.c_str()}, std::vector{"token", "--api-key", key.c_str()},
        std::vector{"login", "--key", "hunter2"}, std::vector{"login", short_pair.c_str()},
        std::vector{"login", "--token", "hunter2"}}) {
    const Failure failure = tests::catch_failure([&] { check_arguments(arguments); });
    INFO(failure.what());
    CHECK(failure.code == ExitCode::usage_error);
    CHECK(failure.hint == where_a_key_goes);
    CHECK_FALSE(tests::contains(failure.what() + failure.hint, "hunter2"));
  }
  CHECK(tests::catch_failure([] { check_arguments({"exec", "--token", "x", "curl"}); }).hint == exec_form);
}

TEST_CASE("rejects dashes and quotes of a text program, and names them", "[command]") {
  struct Row {
    std::string argument;
    const char* what;
    const char* hint;
  };
  const auto row = GENERATE(values<Row>({
      {"\u2014format", " has an em dash (U+2014) in place of --", "type -- instead of pasting it"},
      {"\u2013format=json", " has an en dash (U+2013) in place of --", "type -- instead of pasting it"},
      {"\u2212json", " has a minus sign (U+2212) in place of -", "type - instead of pasting it"},
      {"\u201cjson\u201d", " has a quotation mark (U+201C) in place of \"", "type \" instead of pasting it"},
      {"--format=\u2018json\u2019", " has a quotation mark (U+2019) in place of '",
       "type ' instead of pasting it"},
  }));
  const char* const argument = row.argument.c_str();

  const Failure failure = tests::catch_failure([&] { reject_typography(std::vector{"token", argument}); });

  CHECK(failure.code == ExitCode::usage_error);
  CHECK(tests::contains(failure.what(), row.what));
  CHECK(failure.hint == row.hint);
  CHECK_NOTHROW(reject_typography(std::vector{"exec", "--", argument}));
  CHECK_NOTHROW(reject_typography(std::vector{"token", "--region", "a\u2014z", "-h"}));
}

TEST_CASE("does not suggest the hidden command", "[command]") {
  CHECK(unknown("complte").hint == "see: sase-credential --help");
}

}  // namespace sase::cli
