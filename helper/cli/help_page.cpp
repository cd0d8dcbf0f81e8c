// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help_page.hpp"

#include "helper/cli/help_text.hpp"
#include "helper/cli/help_topic.hpp"

namespace sase::cli {

namespace {

/// Where the meanings begin.
constexpr std::size_t column = 26;

std::string with_operands(const Command& command) {
  std::string text(command.name);
  if (!command.operands.empty()) text.append(" ").append(command.operands);
  return text;
}

void append_flag(HelpText& page, const Flag& flag) {
  std::string word = "--" + std::string(flag.name);
  if (!flag.argument.empty()) word.append(" ").append(flag.argument);
  std::string meaning(flag.meaning);
  if (flag.words != nullptr) meaning += ": " + list_of(flag.words());
  page.row(word, meaning, column);
}

void append_flags(HelpText& page, const Command* command, FlagScope scope) {
  for (const Flag& flag : command_flags())
    if (flag.scope == scope && (command == nullptr || command->accepts(flag))) append_flag(page, flag);
}

}  // namespace

std::string usage_line(Commands commands) {
  std::string names;
  for (const Command& command : commands)
    if (command.visibility == Visibility::people)
      names.append(names.empty() ? "" : " | ").append(command.name);
  return "usage: sase-credential [FLAG...] (" + names + ")";
}

std::string overview_page(Commands commands) {
  HelpText page;
  page.lines(
      "usage: sase-credential [FLAG...] COMMAND [FLAG...]\n\n"
      "Bearer tokens for the Check Point SASE API, cached and shared.\n");
  page.heading("commands");
  for (const Command& command : commands)
    if (command.visibility == Visibility::people) page.row(with_operands(command), command.meaning, column);
  page.heading("topics of 'help'");
  for (const Topic& topic : topics())
    page.row(topic.name, topic.meaning, column);
  page.heading("flags of every command, beside the settings");
  append_flags(page, nullptr, FlagScope::all);
  return page.text();
}

std::string command_page(const Command& command) {
  HelpText page;
  page.lines("usage: sase-credential " + with_operands(command) + " [FLAG...]\n\n")
      .lines(command.description);
  page.heading("flags");
  append_flags(page, &command, FlagScope::listed);
  append_flags(page, &command, FlagScope::all);
  page.lines("  Settings are flags too, such as --region eu: see sase-credential help settings\n");
  page.heading("examples").examples(command.examples);
  return page.text();
}

}  // namespace sase::cli
