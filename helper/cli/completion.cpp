// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help.hpp"

#include <array>
#include <optional>
#include <utility>

namespace sase::cli {

namespace {

/// The argument of a flag or a setting.
struct Value {
  std::string_view argument;
  std::span<const NamedValue> values;
};

/// Nothing if the flag is unknown or takes no value.
std::optional<Value> find_value(std::string_view flag) {
  if (!flag.starts_with("--")) return std::nullopt;
  const std::string_view name = flag.substr(2);
  for (const Flag& known : command_flags())
    if (known.name == name && !known.argument.empty() && known.implied.empty())
      return Value{known.argument, known.values};
  if (const config::Setting* const setting = config::find_setting(name))
    return Value{setting->argument, setting->values};
  return std::nullopt;
}

/// What the arguments before the last one determine.
struct Context {
  std::vector<std::string_view> operands;  ///< the command first
  bool after_dashes = false;               ///< after '--'
  std::optional<Value> pending;            ///< of the flag whose value is the next argument
};

Context parse_context(std::span<const std::string> arguments) {
  Context context;
  for (const std::string_view argument : arguments) {
    if (std::exchange(context.pending, std::nullopt)) continue;
    if (context.after_dashes || !argument.starts_with('-'))
      context.operands.push_back(argument);
    else if (argument == "--")
      context.after_dashes = true;
    else
      context.pending = find_value(argument);
  }
  return context;
}

/// The candidates for an argument that consists of `fixed`, such as `--region=`, and the beginning of a word.
class Candidates {
 public:
  Candidates(std::string_view fixed, std::string_view begun) : fixed_(fixed), begun_(begun) {}

  void add(std::string_view name, std::string_view meaning) {
    if (name.starts_with(begun_)) text_.append(fixed_).append(name).append("\t").append(meaning).append("\n");
  }
  void add_files() { text_.append(":files\n"); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string_view fixed_, begun_;
  std::string text_;
};

void add_values(Candidates& candidates, const Value& value, const config::ProfileFiles& profiles) {
  for (const NamedValue& known : value.values)
    candidates.add(known.name, known.meaning);
  if (value.argument == "PROFILE") {
    for (const std::string& name : profiles.names())
      candidates.add(name, "a profile");
  } else if (value.argument.ends_with("FILE")) {
    candidates.add_files();
  }
}

/// All flags if the command is unknown.
void add_flags(Candidates& candidates, const Command* command) {
  for (const Flag& flag : command_flags())
    if (command == nullptr || command->accepts(flag))
      candidates.add("--" + std::string(flag.name), flag.meaning);
  for (const config::Setting& setting : config::settings)
    candidates.add("--" + std::string(setting.name), setting.meaning);
}

void add_commands(Candidates& candidates, Commands commands) {
  for (const Command& command : commands)
    candidates.add(command.name, command.meaning);
}

void add_operands(Candidates& candidates, Commands commands, const Context& context) {
  if (context.operands.empty()) return add_commands(candidates, commands);
  const Command* const command = find_command(commands, context.operands.front());
  if (command == nullptr || context.operands.size() > 1) return;
  if (command->operands == file_operand) return candidates.add_files();
  if (command->operands != topic_operand) return;
  add_commands(candidates, commands);
  for (const Topic& topic : topics())
    candidates.add(topic.name, topic.meaning);
}

}  // namespace

std::string list_candidates(Commands commands, std::span<const std::string> arguments,
                            const config::ProfileFiles& profiles) {
  if (arguments.empty()) return list_candidates(commands, std::array{std::string()}, profiles);
  const std::string_view last = arguments.back();
  const Context context = parse_context(arguments.first(arguments.size() - 1));
  const auto equals = context.pending || context.after_dashes ? std::string_view::npos : last.find('=');
  const std::size_t begin = equals + 1;  // 0 without '='
  Candidates candidates(last.substr(0, begin), last.substr(begin));
  if (const auto value = begin > 0 ? find_value(last.substr(0, equals)) : context.pending) {
    add_values(candidates, *value, profiles);
    return candidates.text();
  }
  if (!last.starts_with('-')) add_operands(candidates, commands, context);
  const bool has_only_flags = last.empty() && candidates.text().empty();
  if (begin == 0 && !context.after_dashes && (last.starts_with('-') || has_only_flags))
    add_flags(candidates,
              context.operands.empty() ? nullptr : find_command(commands, context.operands.front()));
  return candidates.text();
}

}  // namespace sase::cli
