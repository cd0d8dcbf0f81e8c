// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"

#include "helper/cli/dialect.hpp"
#include "helper/failure.hpp"
#include "helper/nearest_name.hpp"
#include "protocol/escape.hpp"
#include "protocol/token_format.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <algorithm>
#include <array>

namespace sase::cli {

namespace {

namespace options = boost::program_options;

constexpr std::array the_format_words = [] {
  std::array<NamedValue, protocol::token_formats.size()> all;
  std::ranges::transform(protocol::token_formats, all.begin(), [](const protocol::TokenFormatName& format) {
    return NamedValue{format.name, format.meaning};
  });
  return all;
}();

std::span<const NamedValue> format_words() noexcept {
  return the_format_words;
}

constexpr std::array flags = {
    Flag{"profile", "PROFILE", "the profile to use", &CommandLine::profile, FlagScope::all},
    Flag{"format", "FORMAT", "how the token is written", &CommandLine::format, FlagScope::listed,
         format_words},
    Flag{"dialect", "DIALECT", "whose words are spoken", &CommandLine::dialect, FlagScope::listed,
         dialect_words},
    Flag{"mode", "MODE", "who may use the file: 600, 640, 400 or 440", &CommandLine::mode},
    Flag{"group", "GROUP", "the group of the file, by name or number", &CommandLine::group},
    Flag{"once", "", "write the file once and end", &CommandLine::once},
    Flag{"no-prompt", "", "on failure tell git to stop instead of asking a person", &CommandLine::no_prompt},
    Flag{"json", "", "write a report for machines", &CommandLine::json},
    Flag{"stdin", "", "read the API key from standard input instead of asking for it",
         &CommandLine::from_stdin},
    Flag{"no-verify", "", "keep the key without asking the service whether it is good",
         &CommandLine::no_verify},
    Flag{"help", "", "show help, also as -h", &CommandLine::help, FlagScope::all},
    Flag{"version", "", "show the version", &CommandLine::version, FlagScope::all},
};

using Describe = std::span<const char* const>;

constexpr std::string_view short_help = "-h";

bool is_mentioned(std::string_view name, Describe words) noexcept {
  return std::ranges::any_of(words, [name](std::string_view word) {
    return word.starts_with("--") && word.substr(2).starts_with(name);
  });
}

/// Boost's description of the flags. Each one costs as much as unsealing a token, so only those that stand on
/// the command line are described; to Boost, the others are as unknown as a misspelt one.
options::options_description describe_flags(Describe words, bool with_short_help) {
  options::options_description description;
  auto add = description.add_options();
  if (with_short_help) add("help,h", "");
  for (const Flag& flag : flags) {
    if (!is_mentioned(flag.name, words) || (with_short_help && flag.name == "help")) continue;
    if (flag.argument.empty())
      add(flag.name.data(), "");
    else
      add(flag.name.data(), options::value<std::string>(), "");
  }
  for (const config::Setting& setting : config::settings)
    if (is_mentioned(setting.name, words)) add(setting.name.data(), options::value<std::string>(), "");
  return description;
}

/// A longer word is no mistyped flag; it may be a key in the wrong place, so it is not shown.
constexpr std::size_t longest_flag = 40;

/// Whose flag an unknown one is likely to be. Where the dashes behind `exec` are missing, it is the
/// command's.
const char* advice_on_unknown_flag(Describe words) noexcept {
  return std::ranges::find(words, std::string_view("exec")) == words.end() ? "see: sase-credential --help"
                                                                           : exec_form;
}

/// Boost's errors in our words: they would show the value of a flag unescaped.
[[noreturn]] void refuse(const options::error_with_option_name& error, Describe words) {
  std::string name = protocol::escape(error.get_option_name());
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  name.erase(std::min(name.find('='), name.size()));
  if (dynamic_cast<const options::unknown_option*>(&error) != nullptr) {
    const std::vector<std::string_view> known = flag_names();
    const std::string_view near = nearest_name(name, known);
    throw Failure(
        ExitCode::usage_error, "unknown flag" + (name.size() > longest_flag ? "" : " '--" + name + "'"),
        near.empty() ? advice_on_unknown_flag(words) : "did you mean '--" + std::string(near) + "'?");
  }
  const auto* const syntax = dynamic_cast<const options::invalid_command_line_syntax*>(&error);
  if (syntax != nullptr && syntax->kind() == options::invalid_syntax::extra_parameter)
    throw Failure(ExitCode::usage_error, "the flag '--" + name + "' takes no value");
  throw Failure(ExitCode::usage_error, "the flag '--" + name + "' needs a value");
}

options::parsed_options parse(Describe words) {
  using options::command_line_style::style_t;
  constexpr int long_style = style_t::allow_long | style_t::long_allow_adjacent | style_t::long_allow_next;
  const bool with_short_help = std::ranges::find(words, short_help) != words.end();
  const int style = with_short_help ? long_style | style_t::allow_short | style_t::allow_dash_for_short |
                                          style_t::short_allow_adjacent
                                    : static_cast<int>(long_style);
  const options::options_description description = describe_flags(words, with_short_help);
  try {
    options::parsed_options parsed =
        options::command_line_parser(std::vector<std::string>(words.begin(), words.end()))
            .options(description)
            .style(style)
            .run();
    parsed.description = nullptr;  // it ends with this function
    return parsed;
  } catch (const options::error_with_option_name& error) {
    refuse(error, words);
  }
}

void take_operand(CommandLine& line, const std::string& word) {
  if (!line.command)
    line.command = word;
  else
    line.operands.push_back(word);
}

void take_setting(CommandLine& line, const config::Setting& setting, const std::string& value) {
  line.values.push_back(value);
  line.settings.push_back(
      {.setting = &setting, .value = line.values.back(), .layer = config::Layer::flag, .file = {}});
}

void take_flag(CommandLine& line, const Flag& flag, const options::option& option) {
  line.flags.push_back(&flag);
  if (const auto* const text = std::get_if<std::optional<std::string> CommandLine::*>(&flag.place))
    line.** text = option.value.front();
  else
    line.*std::get<bool CommandLine::*>(flag.place) = true;
}

void take(CommandLine& line, const options::option& option) {
  const std::string& name = option.string_key;
  // To Boost, a word that is no flag is an option without a name.
  if (name.empty()) return take_operand(line, option.value.front());
  const auto* const flag = std::ranges::find(flags, name, &Flag::name);
  if (flag != flags.end()) return take_flag(line, *flag, option);
  if (const config::Setting* const setting = config::find_setting(name))
    take_setting(line, *setting, option.value.front());
}

}  // namespace

std::span<const Flag> command_flags() noexcept {
  return flags;
}

std::vector<std::string_view> flag_names() {
  std::vector<std::string_view> names;
  names.reserve(flags.size() + config::settings.size());
  for (const Flag& flag : flags)
    names.push_back(flag.name);
  for (const config::Setting& setting : config::settings)
    names.push_back(setting.name);
  return names;
}

CommandLine parse_command_line(std::span<const char* const> words) {
  CommandLine line;
  const auto dashes = std::ranges::find(words, std::string_view("--"));
  for (const options::option& option : parse({words.begin(), dashes}).options)
    take(line, option);
  if (dashes == words.end()) return line;
  line.verbatim = line.operands.size();
  for (const char* const word : Describe(dashes + 1, words.end()))
    take_operand(line, word);
  return line;
}

}  // namespace sase::cli
