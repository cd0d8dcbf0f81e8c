// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help.hpp"

#include "helper/cli/terminal.hpp"
#include "helper/config/settings.hpp"
#include "helper/failure.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <array>

namespace sase::cli {

namespace {

/// Columns at which meanings, variables and defaults begin.
constexpr std::size_t meaning_column = 26;
constexpr std::size_t format_column = 20;
constexpr std::size_t code_column = 8;
constexpr std::size_t variable_column = 30;
constexpr std::size_t default_column = 54;

void append_heading(std::string& page, std::string_view text) {
  page.append("\n").append(text).append(":\n");
}

void append_row(std::string& page, std::string_view name, std::string_view meaning,
                std::size_t column = meaning_column) {
  append_columns(page, "  " + std::string(name), meaning, column, help_width);
}

/// Shell lines, each after a prompt.
void append_examples(std::string& page, std::string_view lines) {
  append_heading(page, "examples");
  while (!lines.empty())
    page.append("  $ ").append(protocol::next_part(lines, '\n')).append("\n");
}

std::string with_values(std::string_view meaning, std::span<const NamedValue> values) {
  return std::string(meaning) + (values.empty() ? "" : ": " + join(to_names(values)));
}

void append_flags(std::string& page, const Command* command, FlagScope scope) {
  for (const Flag& flag : command_flags()) {
    if (flag.scope != scope || (command != nullptr && !command->accepts(flag))) continue;
    std::string name = "--" + std::string(flag.name);
    if (!flag.implied.empty())
      name.append("[=").append(flag.argument).append("]");
    else if (!flag.argument.empty())
      name.append(" ").append(flag.argument);
    append_row(page, name, with_values(flag.meaning, flag.values));
  }
}

std::string with_operands(const Command& command) {
  std::string text(command.name);
  if (!command.operands.empty()) text.append(" ").append(command.operands);
  return text;
}

/// Flag, variable and default on one line, the meaning below.
void append_setting(std::string& page, const config::Setting& setting) {
  std::string line = "  --" + std::string(setting.name) + ' ' + std::string(setting.argument);
  pad(line, variable_column);
  line += setting.variable;
  if (!setting.fallback.empty()) {
    pad(line, default_column);
    line.append("default: ").append(setting.fallback);
  }
  page += line + '\n';
  append_wrapped(page, 6, with_values(setting.meaning, setting.values), help_width);
}

std::string settings_page() {
  std::string page =
      "Each setting is a flag, a variable and a line of a profile file, such as\n"
      "  --region eu    SASE_REGION=eu    region = eu\n"
      "Flags override variables, which override the user's profile file\n"
      "  $XDG_CONFIG_HOME/sase-credential/profiles/NAME.conf,\n"
      "which overrides /etc/sase-credential/profiles/NAME.conf.\n";
  append_heading(page, "settings");
  for (const config::Setting& setting : config::settings)
    append_setting(page, setting);
  append_heading(page, "variables that hold the API key if no setting names its source, in this order");
  for (const std::string_view name : config::standard_key_variables)
    page.append("  ").append(name).append("\n");
  return page;
}

std::string formats_page() {
  std::string page = "'token --format FORMAT' writes the token of a profile, completely or not at all.\n";
  append_heading(page, "formats, the first of which is the default");
  for (const auto& format : protocol::token_formats)
    append_row(page, format.name, format.meaning, format_column);
  append_examples(page,
                  "sase-credential token --format header | curl -H @- URL\n"
                  "sase-credential token --format curl | curl -K - URL\n"
                  "token=$(sase-credential token --format env) && eval \"$token\"\n");
  return page;
}

std::string exit_codes_page() {
  std::string page =
      "A call that fails writes one line to standard error, and a second one if there\n"
      "is a hint; it exits with one of these codes.\n";
  append_heading(page, "exit codes");
  for (const ExitMeaning& row : exit_codes)
    append_row(page, std::to_string(static_cast<int>(row.code)), row.meaning, code_column);
  return page;
}

constexpr std::array topic_rows = {
    Topic{"settings", "flags, variables and lines of a profile file", settings_page},
    Topic{"formats", "the formats in which 'token' writes a token", formats_page},
    Topic{"exit-codes", "the meaning of the exit codes", exit_codes_page},
};

}  // namespace

std::span<const Topic> topics() noexcept { return topic_rows; }

const Topic* find_topic(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(topic_rows, name, &Topic::name);
  return found == topic_rows.end() ? nullptr : found;
}

std::string usage_line(Commands commands) {
  std::string names;
  for (const std::string_view name : to_names(commands))
    names.append(names.empty() ? "" : " | ").append(name);
  return "usage: sase-credential [FLAG...] (" + names + ")";
}

std::string overview_page(Commands commands) {
  std::string page =
      "usage: sase-credential [FLAG...] COMMAND [FLAG...]\n\n"
      "Bearer tokens for the Check Point SASE API, cached and shared.\n";
  append_heading(page, "commands");
  for (const Command& command : commands)
    append_row(page, with_operands(command), command.meaning);
  append_heading(page, "topics of 'help'");
  for (const Topic& topic : topic_rows)
    append_row(page, topic.name, topic.meaning);
  append_heading(page, "flags of every command, in addition to the settings");
  append_flags(page, nullptr, FlagScope::all);
  return page;
}

std::string command_page(const Command& command) {
  std::string page = "usage: sase-credential " + with_operands(command) + " [FLAG...]\n\n";
  page += command.description;
  append_heading(page, "flags");
  append_flags(page, &command, FlagScope::listed);
  append_flags(page, &command, FlagScope::all);
  page += "  Settings are flags too, such as --region eu: see sase-credential help settings\n";
  append_examples(page, command.examples);
  return page;
}

}  // namespace sase::cli
