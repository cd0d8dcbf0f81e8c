// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/command_line.hpp"

#include "helper/config/region.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>

#include <algorithm>

namespace sase::cli {

namespace {

namespace options = boost::program_options;

constexpr auto format_values = to_named_values(protocol::token_formats);

constexpr std::array flags = {
    Flag{"profile", "PROFILE", "the profile to use", &CommandLine::profile, FlagScope::all},
    Flag{"format", "FORMAT", "how the token is written", &CommandLine::format, FlagScope::listed,
         format_values},
    Flag{"dialect", "DIALECT", "the protocol of the caller", &CommandLine::dialect, FlagScope::listed,
         dialect_values},
    Flag{"mode", "MODE", "permissions of the file: 600, 640, 400 or 440", &CommandLine::mode},
    Flag{"group", "GROUP", "the group of the file, by name or number", &CommandLine::group},
    Flag{"pass-api-key",
         "NAME",
         "pass the API key itself in a variable, by default CHECKPOINT_SASE_API_KEY",
         &CommandLine::pass_api_key,
         FlagScope::listed,
         {},
         "CHECKPOINT_SASE_API_KEY"},
    Flag{"exec", "CMD", "run a shell command after each new token", &CommandLine::exec},
    Flag{"once", "", "write the file once and exit", &CommandLine::once},
    Flag{"no-prompt", "", "on failure, stop git from prompting the user", &CommandLine::no_prompt},
    Flag{"json", "", "write the report as JSON", &CommandLine::json},
    Flag{"check", "", "exit with the code that 'token' would have now", &CommandLine::check},
    Flag{"stdin", "", "read the API key from standard input instead of asking for it",
         &CommandLine::from_stdin},
    Flag{"no-verify", "", "store the key without verifying it at the service", &CommandLine::no_verify},
    Flag{"help", "", "show help, also as -h", &CommandLine::help, FlagScope::all},
    Flag{"version", "", "show the version", &CommandLine::version, FlagScope::all},
};

using Arguments = std::span<const std::string>;

bool is_mentioned(std::string_view name, Arguments arguments) noexcept {
  return std::ranges::any_of(arguments, [name](std::string_view argument) {
    return argument.starts_with("--") && argument.substr(2).starts_with(name);
  });
}

/// Describes to Boost the flags that occur among the arguments. Describing one costs as much as decrypting a
/// token.
options::options_description describe_flags(Arguments arguments) {
  options::options_description description;
  auto add = description.add_options();
  const auto add_mentioned = [&](std::string_view name, bool has_value, std::string_view implied = {}) {
    if (!is_mentioned(name, arguments)) return;
    if (!has_value) {
      add(name.data(), "");
      return;
    }
    auto* const value = options::value<std::string>();
    add(name.data(), implied.empty() ? value : value->implicit_value(std::string(implied), ""), "");
  };
  for (const Flag& flag : flags)
    add_mentioned(flag.name, !flag.argument.empty(), flag.implied);
  for (const config::Setting& setting : config::settings)
    add_mentioned(setting.name, true);
  return description;
}

/// Translates Boost's errors, which would quote the value of a flag unescaped.
[[noreturn]] void reject(const options::error_with_option_name& error, Arguments arguments) {
  std::string flag = error.get_option_name();
  flag.erase(0, std::min(flag.find_first_not_of('-'), flag.size()));
  flag = "--" + flag.substr(0, flag.find('='));
  // If '--' after `exec` is missing, the unknown flag belongs to CMD.
  const bool is_exec = std::ranges::find(arguments, "exec") != arguments.end();
  if (dynamic_cast<const options::unknown_option*>(&error) != nullptr)
    throw unknown_flag(flag, is_exec ? exec_form : see_overview);
  const auto* const syntax = dynamic_cast<const options::invalid_command_line_syntax*>(&error);
  const bool has_value = syntax != nullptr && syntax->kind() == options::invalid_syntax::extra_parameter;
  throw Failure(ExitCode::usage_error,
                "the flag '" + protocol::escape(flag) + (has_value ? "' takes no value" : "' needs a value"));
}

std::vector<options::option> parse(const std::vector<std::string>& arguments) try {
  using options::command_line_style::style_t;
  const options::options_description description = describe_flags(arguments);
  return options::command_line_parser(arguments)
      .options(description)
      .style(style_t::allow_long | style_t::long_allow_adjacent | style_t::long_allow_next)
      .run()
      .options;
} catch (const options::error_with_option_name& error) {
  reject(error, arguments);
}

void add_operand(CommandLine& line, const std::string& argument) {
  if (!line.command)
    line.command = argument;
  else
    line.operands.push_back(argument);
}

void add_flag(CommandLine& line, const Flag& flag, const std::vector<std::string>& value) {
  line.flags.push_back(&flag);
  if (const auto* const text = std::get_if<std::optional<std::string> CommandLine::*>(&flag.member))
    line.** text = value.empty() ? std::string(flag.implied) : value.front();
  else
    line.*std::get<bool CommandLine::*>(flag.member) = true;
}

void add(CommandLine& line, const options::option& option) {
  const std::string& name = option.string_key;
  // To Boost, an operand is an option without a name.
  if (name.empty()) return add_operand(line, option.value.front());
  const auto* const flag = std::ranges::find(flags, name, &Flag::name);
  if (flag != flags.end()) return add_flag(line, *flag, option.value);
  line.settings.push_back({.setting = config::find_setting(name),
                           .value = line.values.emplace_back(option.value.front()),
                           .layer = config::Layer::flag});
}

/// A character that text programs put in place of ASCII.
struct Typography {
  std::string_view bytes;
  const char* name;
  const char* original;
};

constexpr std::array typography = {
    Typography{"\xe2\x80\x94", "an em dash (U+2014)", "--"},
    Typography{"\xe2\x80\x93", "an en dash (U+2013)", "--"},
    Typography{"\xe2\x80\x91", "a non-breaking hyphen (U+2011)", "-"},
    Typography{"\xe2\x88\x92", "a minus sign (U+2212)", "-"},
    Typography{"\xe2\x80\x9c", "a quotation mark (U+201C)", "\""},
    Typography{"\xe2\x80\x9d", "a quotation mark (U+201D)", "\""},
    Typography{"\xe2\x80\x98", "a quotation mark (U+2018)", "'"},
    Typography{"\xe2\x80\x99", "a quotation mark (U+2019)", "'"},
};

std::string list_commands_that_accept(const Flag& flag, Commands commands) {
  std::vector<std::string_view> names;
  for (const Command& command : commands)
    if (command.accepts(flag)) names.push_back(command.name);
  return join(names);
}

/// The hint for a format whose flag is missing, if the command has formats; else empty.
std::string suggest_format(const Command& command, std::string_view word) {
  if (command.flags.find("format") == std::string_view::npos || protocol::find_token_format(word) == nullptr)
    return {};
  return "did you mean '--format " + std::string(word) + "'?";
}

/// The hint for the operands of a command that takes none. An unknown one may be a key.
std::string advise(const Command& command, const std::vector<std::string>& operands) {
  for (const std::string& word : operands) {
    if (std::string hint = suggest_format(command, word); !hint.empty()) return hint;
    if (config::find_region(word) != nullptr) return "did you mean '--region " + word + "'?";
  }
  const bool may_be_key = command.name == "login" || quote_if_short(operands.front()).empty();
  return may_be_key ? where_a_key_goes : "see: sase-credential help " + std::string(command.name);
}

}  // namespace

const DialectName* find_dialect(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(dialects, name, &DialectName::name);
  return found == dialects.end() ? nullptr : found;
}

const DialectName* find_dialect_by_program(std::string_view path) noexcept {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const auto* const found = std::ranges::find(dialects, name, &DialectName::program);
  return found == dialects.end() ? nullptr : found;
}

std::span<const Flag> command_flags() noexcept { return flags; }

std::vector<std::string_view> flag_names() {
  std::vector<std::string_view> names = to_names(to_named_values(flags));
  for (const config::Setting& setting : config::settings)
    names.push_back(setting.name);
  return names;
}

Failure unknown_flag(std::string_view flag, const char* otherwise) {
  flag = flag.substr(0, flag.find('='));
  const std::string_view name = flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
  const std::vector<std::string_view> known = flag_names();
  std::string_view near = name == "o" ? "format" : nearest_name(name, known);  // kubectl, az: -o json
  for (const std::string_view each : known)  // `-f` stands for the first flag with this letter
    if (near.empty() && name.size() == 1 && each.starts_with(name)) near = each;
  if (otherwise == std::string_view(see_overview) && (name.ends_with("key") || name.ends_with("token")))
    otherwise = where_a_key_goes;
  return Failure(ExitCode::usage_error, "unknown flag" + quote_if_short(flag),
                 near.empty() ? otherwise : "did you mean '--" + std::string(near) + "'?");
}

CommandLine parse_command_line(std::span<const char* const> arguments) {
  CommandLine line;
  const auto dashes = std::ranges::find(arguments, std::string_view("--"));
  std::vector<std::string> flags_and_operands(arguments.begin(), dashes);
  std::ranges::replace(flags_and_operands, "-h", "--help");
  const auto is_flag = [](const std::string& argument) { return argument.starts_with('-'); };
  if (std::ranges::any_of(flags_and_operands, is_flag))
    for (const options::option& option : parse(flags_and_operands))
      add(line, option);
  else  // without Boost, which takes half as long as decrypting a token: host tools call `get` without flags
    for (const std::string& operand : flags_and_operands)
      add_operand(line, operand);
  if (dashes == arguments.end()) return line;
  line.verbatim = line.operands.size();
  for (const char* const argument :
       arguments.subspan(static_cast<std::size_t>(dashes - arguments.begin()) + 1))
    add_operand(line, argument);
  return line;
}

bool Command::accepts(const Flag& flag) const noexcept {
  if (flag.scope == FlagScope::all) return true;
  for (std::string_view rest = flags; !rest.empty();)
    if (protocol::next_part(rest, ' ') == flag.name) return true;
  return false;
}

const Command* find_command(Commands commands, std::string_view name) noexcept {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::vector<std::string_view> to_names(Commands commands) {
  std::vector<std::string_view> names(commands.size());
  std::ranges::transform(commands, names.begin(), &Command::name);
  return names;
}

Failure unknown_command(Commands commands, std::string_view name) {
  // `-region` lacks its second dash.
  if (name.starts_with('-') && name.find_first_not_of('-') != std::string_view::npos)
    return unknown_flag(name);
  const std::string what = "unknown command" + quote_if_short(name);
  if (protocol::find_token_format(name) != nullptr)
    return Failure(ExitCode::usage_error, what, "did you mean 'token --format " + std::string(name) + "'?");
  return Failure(ExitCode::usage_error, what, suggest(name, to_names(commands), see_overview));
}

void reject_typography(std::span<const char* const> arguments) {
  const auto end = std::ranges::find(arguments, std::string_view("--"));
  for (const std::string_view argument : std::span(arguments.begin(), end))
    for (const Typography& row : typography)
      if (argument.starts_with(row.bytes) || argument.ends_with(row.bytes))
        throw Failure(
            ExitCode::usage_error,
            "the argument" + quote_if_short(argument) + " has " + row.name + " in place of " + row.original,
            std::string("type ") + row.original + " instead of pasting it");
}

void reject_unsupported_arguments(Commands commands, const Command& command, const CommandLine& line) {
  const std::string name = "'" + std::string(command.name) + "'";
  if (command.operands.empty() && !line.operands.empty()) {
    const std::string& first = line.operands.front();
    if (line.operands.size() == 1 && first.starts_with('-')) {
      Failure failure = unknown_flag(first);
      if (std::string hint = suggest_format(command, first.substr(1)); !hint.empty()) failure.hint = hint;
      throw failure;  // `token -json`
    }
    throw Failure(ExitCode::usage_error, name + " takes no operand", advise(command, line.operands));
  }
  for (const Flag* const flag : line.flags)
    if (!command.accepts(*flag))
      throw Failure(ExitCode::usage_error,
                    name + " does not accept the flag '--" + std::string(flag->name) + "'",
                    "these do: " + list_commands_that_accept(*flag, commands));
}

}  // namespace sase::cli
