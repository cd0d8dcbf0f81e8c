// SPDX-License-Identifier: Apache-2.0
// The documents name every row of the tables, and no other.
#include "helper/cli/command_line.hpp"
#include "helper/cli/help.hpp"
#include "helper/commands/commands.hpp"
#include "helper/config/settings.hpp"
#include "helper/failure.hpp"
#include "protocol/dialects/token_format.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/document.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace sase::cli {

namespace {

using tests::contains;
using tests::first_word;
using tests::Row;
using Names = std::set<std::string>;

template <typename Table>
Names names(const Table& table) {
  Names all;
  for (const auto& row : table)
    all.emplace(row.name);
  return all;
}

Names people_commands() {
  Names all;
  for (const Command& command : commands::table())
    all.emplace(command.name);
  return all;
}

/// The first word of each item.
Names first_words(const std::vector<Row>& items) {
  Names all;
  for (const Row& item : items)
    all.insert(first_word(item.front()));
  return all;
}

/// The item with this name, or an empty one.
Row format_item(const std::vector<Row>& items, std::string_view name) {
  const auto found =
      std::ranges::find_if(items, [name](const Row& item) { return first_word(item.front()) == name; });
  return found == items.end() ? Row{"", ""} : *found;
}

std::string manual() { return tests::read_source("install/man/sase-credential.1"); }

std::string profile_manual() { return tests::read_source("install/man/sase-credential-profile.5"); }

std::string readme() { return tests::read_source("README.md"); }

std::string candidates_for(const std::vector<std::string>& words) {
  const tests::EnvironmentList nothing{};
  return '\n' + list_candidates(commands::table(), words, config::ProfileFiles(*nothing, "/nonexistent"));
}

void check_calls(std::string_view shell) {
  const auto calls = tests::calls_in(shell);
  CHECK_FALSE(calls.empty());
  for (const std::vector<std::string>& words : calls) {
    INFO("sase-credential " << (words.empty() ? "" : words.front()) << " ... "
                            << (words.empty() ? "" : words.back()));
    std::vector<const char*> pointers;
    for (const std::string& word : words)
      pointers.push_back(word.c_str());
    CommandLine line;
    REQUIRE_NOTHROW(line = parse_command_line(pointers));
    if (line.help || line.version) continue;
    REQUIRE(line.command);
    const Command* const command = find_command(commands::table(), *line.command);
    REQUIRE(command != nullptr);
    CHECK_NOTHROW(reject_unsupported_arguments(commands::table(), *command, line));
  }
}

}  // namespace

TEST_CASE("the manual page documents exactly the commands, flags, settings and formats of the tables",
          "[documents]") {
  const std::string page = manual();

  CHECK(first_words(tests::manual_items(page, "COMMANDS", "Ic ")) == people_commands());
  CHECK(first_words(tests::manual_items(page, "FLAGS", "Fl Fl ")) == names(command_flags()));
  CHECK(first_words(tests::manual_items(page, "SETTINGS", "Fl Fl ")) == names(config::settings));
  CHECK(first_words(tests::manual_items(page, "FORMATS", "Cm ")) == names(protocol::token_formats));
  for (const std::string_view variable : config::standard_key_variables)
    CHECK(contains(tests::manual_items(page, "ENVIRONMENT", "Ev SASE_API_KEY").front().front(),
                   variable == "SASE_API_KEY" ? "" : variable));
  for (const Topic& topic : topics())
    CHECK(contains(page, ".Cm " + std::string(topic.name)));
  for (const DialectName& dialect : dialects) {
    CHECK(contains(page, "\n.Cm " + std::string(dialect.name) + ' '));
    CHECK(contains(page, "\n.Nm " + std::string(dialect.program) + '\n'));
  }
}

TEST_CASE("the manual page documents each exit code with the text of the table", "[documents]") {
  const auto items = tests::manual_items(manual(), "EXIT STATUS", "");

  REQUIRE(items.size() == exit_codes.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    CHECK(items[i].front() == std::to_string(static_cast<int>(exit_codes[i].code)));
    CHECK(items[i].back().starts_with(std::string(exit_codes[i].meaning) + '\n'));
  }
}

TEST_CASE("the manual page of profiles documents each setting with its argument and default", "[documents]") {
  const auto items = tests::manual_items(profile_manual(), "SETTINGS", "Ic ");

  CHECK(first_words(items) == names(config::settings));
  for (const config::Setting& setting : config::settings) {
    INFO(setting.name);
    std::string argument(setting.argument);
    if (const auto bar = argument.find('|'); bar != std::string::npos) argument.replace(bar, 1, " | ");
    const Row item = format_item(items, setting.name);
    CHECK(item.front() == std::string(setting.name) + " No = Ar " + argument);
    CHECK(contains(item.back(), "Default:\n") == !setting.fallback.empty());
    CHECK(contains(item.back(), "Default:\n.Cm " + std::string(setting.fallback)) ==
          !setting.fallback.empty());
  }
}

TEST_CASE("the manual page of profiles documents each region, generation and cache", "[documents]") {
  const std::string page = profile_manual();
  const auto items = tests::manual_items(page, "REGIONS", "Cm ");

  CHECK(first_words(items) == names(config::regions));
  for (const config::Region& region : config::regions) {
    CHECK(contains(format_item(items, region.name).back(), region.origin(config::Api::v1)));
    CHECK(contains(format_item(items, region.name).back(), region.origin(config::Api::v3)));
  }
  CHECK(first_words(tests::manual_items(page, "GENERATIONS", "Cm ")) == names(config::api_generations));
  CHECK(first_words(tests::manual_items(page, "CACHES", "Cm ")) == names(config::cache_kinds));
  for (const std::string_view variable : config::standard_key_variables)
    CHECK(contains(page, ".Ev " + std::string(variable)));
}

TEST_CASE("the help pages contain each row of the tables", "[documents]") {
  const std::string settings_page = find_topic("settings")->page();
  const std::string formats_page = find_topic("formats")->page();
  const std::string codes_page = find_topic("exit-codes")->page();

  for (const config::Setting& setting : config::settings) {
    INFO(setting.name);
    CHECK(contains(settings_page,
                   "\n  --" + std::string(setting.name) + ' ' + std::string(setting.argument) + ' '));
    CHECK(contains(settings_page, ' ' + std::string(setting.variable)));
    CHECK(contains(settings_page, setting.fallback));
    CHECK(contains(settings_page, join(to_names(setting.values))));
  }
  for (const auto& format : protocol::token_formats)
    CHECK(contains(formats_page, "\n  " + std::string(format.name) + ' '));
  for (const ExitMeaning& row : exit_codes)
    CHECK(contains(codes_page, "\n  " + (std::to_string(static_cast<int>(row.code)) + "      ").substr(0, 6) +
                                   std::string(row.meaning)));
  for (const std::string_view variable : config::standard_key_variables)
    CHECK(contains(settings_page, "\n  " + std::string(variable) + '\n'));
}

TEST_CASE("completion offers each row of the tables", "[documents]") {
  for (const std::string& command : people_commands()) {
    CHECK(contains(candidates_for({""}), '\n' + command + '\t'));
    CHECK(contains(candidates_for({"help", ""}), '\n' + command + '\t'));
  }
  for (const Topic& topic : topics())
    CHECK(contains(candidates_for({"help", ""}), '\n' + std::string(topic.name) + '\t'));
  for (const std::string_view flag : flag_names())
    CHECK(contains(candidates_for({"-"}), "\n--" + std::string(flag) + '\t'));
  for (const config::Setting& setting : config::settings)
    for (const NamedValue& known : setting.values)
      CHECK(contains(candidates_for({"--" + std::string(setting.name), ""}),
                     '\n' + std::string(known.name) + '\t'));
  for (const auto& format : protocol::token_formats)
    CHECK(contains(candidates_for({"--format", ""}), '\n' + std::string(format.name) + '\t'));
  for (const DialectName& dialect : dialects) {
    CHECK(contains(candidates_for({"--dialect", ""}), '\n' + std::string(dialect.name) + '\t'));
    for (const char* const script : {"_sase-credential", "sase-credential.bash", "sase-credential.fish"})
      CHECK(contains(tests::read_source(std::string("install/completions/") + script), dialect.program));
  }
}

TEST_CASE("README.md names every command, and its settings are those of the table", "[documents]") {
  const std::string text = readme();
  const std::vector<std::string> spans = tests::code_spans(text);

  for (const std::string& command : people_commands()) {
    INFO(command);
    CHECK(std::ranges::find(spans, command) != spans.end());
  }
  for (const DialectName& dialect : dialects)
    CHECK(std::ranges::find(spans, dialect.program) != spans.end());
  for (const Row& row : tests::table_rows(text, "| setting |")) {
    const config::Setting* const setting = config::find_setting(tests::code_spans(row.front()).at(0));
    REQUIRE(setting != nullptr);
    INFO(setting->name);
    CHECK(contains(row.at(1), setting->fallback));
    if (setting->values.empty()) continue;
    for (const NamedValue& known : setting->values)
      CHECK(contains(row.at(1) + row.at(2), '`' + std::string(known.name) + '`'));
  }
}

TEST_CASE("each example runs a command with flags that it accepts", "[documents]") {
  check_calls(tests::examples_of_markdown(readme()));
  check_calls(tests::examples_of_manual(manual()));
  for (const Command& command : commands::table()) {
    INFO(command.name);
    check_calls(command.examples);
  }
  for (const std::string& span : tests::code_spans(readme()))
    if (!tests::calls_in(span).empty() && contains(span, " ")) check_calls(span);
}

}  // namespace sase::cli
