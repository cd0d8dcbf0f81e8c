// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sase::commands {

namespace {

cli::CommandLine parse(const std::vector<const char*>& words) {
  return cli::parse_command_line(words);
}

Failure refusal_of(const std::vector<const char*>& words) {
  const cli::CommandLine line = parse(words);
  return tests::failure_of([&line] { reject_unsupported_arguments(*find_command(*line.command), line); });
}

}  // namespace

TEST_CASE("every command can be found and says what it does", "[command]") {
  for (const Command& command : commands()) {
    INFO(command.name);
    CHECK(find_command(command.name) == &command);
    CHECK_FALSE(command.meaning.empty());
    CHECK(command.description.ends_with('\n'));
    CHECK(command.examples.ends_with('\n'));
    CHECK(command.run != nullptr);
  }
  CHECK(find_command("tokens") == nullptr);
  CHECK(find_command("") == nullptr);
}

TEST_CASE("every flag is understood by some command, and every flag that a command names is one",
          "[command]") {
  for (const cli::Flag& flag : cli::command_flags()) {
    INFO(flag.name);
    CHECK(std::ranges::any_of(commands(),
                              [&flag](const Command& command) { return command.understands(flag); }));
  }
  for (const Command& command : commands()) {
    INFO(command.name);
    const auto listed = std::ranges::count_if(cli::command_flags(), [&command](const cli::Flag& flag) {
      return flag.reach == cli::FlagScope::listed && command.understands(flag);
    });
    const auto words = command.flags.empty() ? 0 : std::ranges::count(command.flags, ' ') + 1;
    CHECK(listed == words);
  }
}

TEST_CASE("a flag that a command does nothing with is a usage error that names those that do", "[command]") {
  const Failure failure = refusal_of({"get", "--format", "json"});

  CHECK(failure.code == ExitCode::usage_error);
  CHECK(failure.what() == std::string("'get' does not understand the flag '--format'"));
  CHECK(tests::contains(failure.hint, "token"));
  CHECK(refusal_of({"--no-prompt", "token"}).what() ==
        std::string("'token' does not understand the flag '--no-prompt'"));
}

TEST_CASE("git's operations all understand the flag that git's configuration gives to each", "[command]") {
  for (const char* const name : {"get", "store", "erase", "capability"}) {
    const cli::CommandLine line = parse({"--no-prompt", "--profile", "work", "--region=eu", name});
    CHECK_NOTHROW(reject_unsupported_arguments(*find_command(name), line));
  }
}

TEST_CASE("a flag with one dash is not taken for a command", "[command]") {
  CHECK(unknown_command("-regoin").hint == "did you mean '--region'?");
  CHECK(unknown_command("-format").what() == std::string("unknown flag '-format'"));
  CHECK(unknown_command("-zzzzzz").hint == "see: sase-credential --help");
  CHECK(unknown_command("--").what() == std::string("unknown command '--'"));
  CHECK(unknown_command("complte").hint == "see: sase-credential --help");
}

}  // namespace sase::commands
