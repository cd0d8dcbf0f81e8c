// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help_topic.hpp"

#include "helper/api_key/key_place.hpp"
#include "helper/cli/help_text.hpp"
#include "helper/config/settings.hpp"
#include "helper/exit_code.hpp"
#include "protocol/token_format.hpp"

#include <algorithm>
#include <array>

namespace sase::cli {

namespace {

constexpr std::size_t variable_column = 30;
constexpr std::size_t fallback_column = 56;

void pad(std::string& line, std::size_t column) {
  line.append(line.size() < column ? column - line.size() : 1, ' ');
}

/// Flag, variable and default on one line, the meaning below.
void append_setting(HelpText& page, const config::Setting& setting) {
  std::string line = "  --" + std::string(setting.name) + ' ' + std::string(setting.argument);
  pad(line, variable_column);
  line += setting.variable;
  if (!setting.fallback.empty()) {
    pad(line, fallback_column);
    line.append("default: ").append(setting.fallback);
  }
  page.lines(line + "\n");
  std::string meaning(setting.meaning);
  if (setting.words != nullptr) meaning += ": " + list_of(setting.words());
  page.row("", meaning, 6);
}

std::string settings_page() {
  HelpText page;
  page.lines(
      "Each setting is a flag, a variable and a word of a profile's file, such as\n"
      "  --region eu    SASE_REGION=eu    region = eu\n"
      "Flags win over variables, those over the user's file\n"
      "  $XDG_CONFIG_HOME/sase-credential/profiles/NAME.conf\n"
      "and that over /etc/sase-credential/profiles/NAME.conf.\n");
  page.heading("settings");
  for (const config::Setting& setting : config::settings)
    append_setting(page, setting);
  page.heading("the API key is in the first of these where no setting says where it is");
  for (const std::string_view name : api_key::standard_key_variables)
    page.lines("  " + std::string(name) + "\n");
  return page.text();
}

std::string formats_page() {
  HelpText page;
  page.lines("'token --format FORMAT' writes the token of a profile, whole or not at all.\n");
  page.heading("formats, the first of which is the default");
  for (const auto& format : protocol::token_formats)
    page.row(format.name, format.meaning, 20);
  page.heading("examples");
  page.examples(
      "sase-credential token --format header | curl -H @- URL\n"
      "sase-credential token --format curl | curl -K - URL\n"
      "eval \"$(sase-credential token --format env)\"\n");
  return page.text();
}

std::string exit_codes_page() {
  HelpText page;
  page.lines("What went wrong is one line on standard error; scripts tell it by the code.\n");
  page.heading("exit codes");
  for (const ExitMeaning& row : exit_codes)
    page.row(std::to_string(static_cast<int>(row.code)), row.meaning, 8);
  return page.text();
}

constexpr std::array table = {
    Topic{"settings", "flags, variables and words of a profile's file", settings_page},
    Topic{"formats", "how 'token' writes a token", formats_page},
    Topic{"exit-codes", "what the exit codes mean", exit_codes_page},
};

}  // namespace

std::span<const Topic> topics() noexcept {
  return table;
}

const Topic* find_topic(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(table, name, &Topic::name);
  return found == table.end() ? nullptr : found;
}

}  // namespace sase::cli
