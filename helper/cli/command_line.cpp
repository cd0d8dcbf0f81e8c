// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"

#include "helper/cli/dialect.hpp"
#include "helper/failure.hpp"
#include "helper/names.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/escape.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <algorithm>
#include <array>

namespace sase::cli {

namespace {

namespace options = boost::program_options;

constexpr std::array format_rows = [] {
  std::array<NamedValue, protocol::token_formats.size()> all;
  std::ranges::transform(protocol::token_formats, all.begin(), [](const protocol::TokenFormat& format) {
    return NamedValue{format.name, format.meaning};
  });
  return all;
}();

std::span<const NamedValue> format_values() noexcept {
  return format_rows;
}

constexpr std::array flags = {
    Flag{"profile", "PROFILE", "the profile to use", &CommandLine::profile, FlagScope::all},
    Flag{"format", "FORMAT", "how the token is written", &CommandLine::format, FlagScope::listed,
         format_values},
    Flag{"dialect", "DIALECT", "the protocol of the caller", &CommandLine::dialect, FlagScope::listed,
         dialect_values},
    Flag{"mode", "MODE", "permissions of the file: 600, 640, 400 or 440", &CommandLine::mode},
    Flag{"group", "GROUP", "the group of the file, by name or number", &CommandLine::group},
    Flag{"once", "", "write the file once and exit", &CommandLine::once},
    Flag{"no-prompt", "", "on failure, stop git from prompting the user", &CommandLine::no_prompt},
    Flag{"json", "", "write the report as JSON", &CommandLine::json},
    Flag{"stdin", "", "read the API key from standard input instead of asking for it",
         &CommandLine::from_stdin},
    Flag{"no-verify", "", "store the key without verifying it at the service", &CommandLine::no_verify},
    Flag{"help", "", "show help, also as -h", &CommandLine::help, FlagScope::all},
    Flag{"version", "", "show the version", &CommandLine::version, FlagScope::all},
};

using Arguments = std::span<const char* const>;

constexpr std::string_view short_help = "-h";

bool is_mentioned(std::string_view name, Arguments arguments) noexcept {
  return std::ranges::any_of(arguments, [name](std::string_view argument) {
    return argument.starts_with("--") && argument.substr(2).starts_with(name);
  });
}

/// Describes to Boost the flags that occur among the arguments. Describing one costs as much as decrypting a
/// token.
options::options_description describe_flags(Arguments arguments, bool with_short_help) {
  options::options_description description;
  auto add = description.add_options();
  if (with_short_help) add("help,h", "");
  for (const Flag& flag : flags) {
    if (!is_mentioned(flag.name, arguments) || (with_short_help && flag.name == "help")) continue;
    if (flag.argument.empty())
      add(flag.name.data(), "");
    else
      add(flag.name.data(), options::value<std::string>(), "");
  }
  for (const config::Setting& setting : config::settings)
    if (is_mentioned(setting.name, arguments)) add(setting.name.data(), options::value<std::string>(), "");
  return description;
}

/// A longer argument is not a mistyped flag but perhaps a misplaced key, so it is not quoted.
constexpr std::size_t longest_flag = 40;

/// If '--' after `exec` is missing, the unknown flag belongs to CMD.
const char* hint_for_unknown_flag(Arguments arguments) noexcept {
  return std::ranges::find(arguments, std::string_view("exec")) == arguments.end()
             ? "see: sase-credential --help"
             : exec_form;
}

/// Translates Boost's errors, which would quote the value of a flag unescaped.
[[noreturn]] void reject(const options::error_with_option_name& error, Arguments arguments) {
  std::string name = protocol::escape(error.get_option_name());
  name.erase(0, std::min(name.find_first_not_of('-'), name.size()));
  name.erase(std::min(name.find('='), name.size()));
  if (dynamic_cast<const options::unknown_option*>(&error) != nullptr) {
    const std::vector<std::string_view> known = flag_names();
    const std::string_view near = nearest_name(name, known);
    throw Failure(
        ExitCode::usage_error, "unknown flag" + (name.size() > longest_flag ? "" : " '--" + name + "'"),
        near.empty() ? hint_for_unknown_flag(arguments) : "did you mean '--" + std::string(near) + "'?");
  }
  const auto* const syntax = dynamic_cast<const options::invalid_command_line_syntax*>(&error);
  if (syntax != nullptr && syntax->kind() == options::invalid_syntax::extra_parameter)
    throw Failure(ExitCode::usage_error, "the flag '--" + name + "' takes no value");
  throw Failure(ExitCode::usage_error, "the flag '--" + name + "' needs a value");
}

options::parsed_options parse(Arguments arguments) {
  using options::command_line_style::style_t;
  constexpr int long_style = style_t::allow_long | style_t::long_allow_adjacent | style_t::long_allow_next;
  const bool with_short_help = std::ranges::find(arguments, short_help) != arguments.end();
  const int style = with_short_help ? long_style | style_t::allow_short | style_t::allow_dash_for_short |
                                          style_t::short_allow_adjacent
                                    : static_cast<int>(long_style);
  const options::options_description description = describe_flags(arguments, with_short_help);
  try {
    options::parsed_options parsed =
        options::command_line_parser(std::vector<std::string>(arguments.begin(), arguments.end()))
            .options(description)
            .style(style)
            .run();
    parsed.description = nullptr;  // it refers to a local variable
    return parsed;
  } catch (const options::error_with_option_name& error) {
    reject(error, arguments);
  }
}

void add_operand(CommandLine& line, const std::string& argument) {
  if (!line.command)
    line.command = argument;
  else
    line.operands.push_back(argument);
}

void add_setting(CommandLine& line, const config::Setting& setting, const std::string& value) {
  line.values.push_back(value);
  line.settings.push_back(
      {.setting = &setting, .value = line.values.back(), .layer = config::Layer::flag, .file = {}});
}

void add_flag(CommandLine& line, const Flag& flag, const options::option& option) {
  line.flags.push_back(&flag);
  if (const auto* const text = std::get_if<std::optional<std::string> CommandLine::*>(&flag.member))
    line.** text = option.value.front();
  else
    line.*std::get<bool CommandLine::*>(flag.member) = true;
}

void add(CommandLine& line, const options::option& option) {
  const std::string& name = option.string_key;
  // To Boost, an operand is an option without a name.
  if (name.empty()) return add_operand(line, option.value.front());
  const auto* const flag = std::ranges::find(flags, name, &Flag::name);
  if (flag != flags.end()) return add_flag(line, *flag, option);
  if (const config::Setting* const setting = config::find_setting(name))
    add_setting(line, *setting, option.value.front());
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

CommandLine parse_command_line(std::span<const char* const> arguments) {
  CommandLine line;
  const auto dashes = std::ranges::find(arguments, std::string_view("--"));
  for (const options::option& option : parse({arguments.begin(), dashes}).options)
    add(line, option);
  if (dashes == arguments.end()) return line;
  line.verbatim = line.operands.size();
  for (const char* const argument : Arguments(dashes + 1, arguments.end()))
    add_operand(line, argument);
  return line;
}

}  // namespace sase::cli
