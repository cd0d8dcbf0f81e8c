// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sase::fuzz {

namespace {

void check_line(const cli::CommandLine& line, const std::vector<std::string>& texts) {
  const auto was_given = [&texts](std::string_view part) {
    return std::ranges::any_of(texts, [part](std::string_view word) { return word.ends_with(part); });
  };
  check(std::ranges::all_of(line.operands, was_given), "an operand is an argument");
  check(!line.command || was_given(*line.command), "the command is an argument");
  check(line.command || line.operands.empty(), "the first operand is the command");
  for (const config::Assignment& assignment : line.settings) {
    check(was_given(assignment.value), "the value of a flag is unchanged");
    check(assignment.source() == "--" + std::string(assignment.setting->name), "a flag has its own name");
  }
}

}  // namespace

/// One argument per line.
void command_line(std::string_view bytes) {
  std::vector<std::string> texts;
  while (!bytes.empty())
    texts.emplace_back(std::string(take_line(bytes)).c_str());
  std::vector<const char*> arguments;
  arguments.reserve(texts.size());
  for (const std::string& word : texts)
    arguments.push_back(word.c_str());
  try {
    // Moved as run() moves it: views into it must stay valid.
    cli::CommandLine line;
    line = cli::parse_command_line(arguments);
    check_line(line, texts);
  } catch (const Failure& failure) {
    check_failure(failure, ExitCode::usage_error);
  }
}

}  // namespace sase::fuzz
