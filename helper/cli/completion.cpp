// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help.hpp"

#include <optional>

namespace sase::cli {

namespace {

/// The argument of a flag or a setting.
struct Value {
  std::string_view argument;
  std::span<const NamedValue> (*values)() = nullptr;
};

std::optional<Value> find_value(std::string_view flag) {
  if (!flag.starts_with("--")) return std::nullopt;
  const std::string_view name = flag.substr(2);
  for (const Flag& known : command_flags())
    if (known.name == name) return Value{known.implied.empty() ? known.argument : "", known.values};
  if (const config::Setting* const setting = config::find_setting(name))
    return Value{setting->argument, setting->values};
  return std::nullopt;
}

/// What the arguments before the last one determine.
struct Context {
  const Command* command = nullptr;
  bool has_command = false;  ///< known or not
  bool has_operand = false;
  bool after_dashes = false;     ///< after '--'
  std::optional<Value> pending;  ///< the flag whose value is the next argument
};

void add(Context& context, Commands commands, std::string_view argument) {
  if (context.pending) return context.pending.reset();
  if (!context.after_dashes && argument == "--") {
    context.after_dashes = true;
  } else if (!context.after_dashes && argument.starts_with('-')) {
    const auto value = find_value(argument);
    if (value && !value->argument.empty()) context.pending = value;
  } else if (!context.has_command) {
    context.has_command = true;
    context.command = find_command(commands, argument);
  } else {
    context.has_operand = true;
  }
}

/// The candidates for an argument that consists of `fixed`, such as `--region=`, and the beginning of a word.
class Candidates {
 public:
  Candidates(std::string_view fixed, std::string_view begun) : fixed_(fixed), begun_(begun) {}

  void add(std::string_view name, std::string_view meaning) {
    if (name.starts_with(begun_)) text_.append(fixed_).append(name).append("\t").append(meaning).append("\n");
  }
  void add_files() { text_.append(files_candidate).append("\n"); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string_view fixed_, begun_;
  std::string text_;
};

void add_values(Candidates& candidates, const Value& value, const config::ProfileFiles& profiles) {
  if (value.values != nullptr)
    for (const NamedValue& known : value.values())
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
    if (command.visibility == Visibility::people) candidates.add(command.name, command.meaning);
}

void add_operands(Candidates& candidates, Commands commands, const Context& context) {
  if (!context.has_command) return add_commands(candidates, commands);
  if (context.command == nullptr || context.has_operand) return;
  if (context.command->operands == file_operand) return candidates.add_files();
  if (context.command->operands != topic_operand) return;
  add_commands(candidates, commands);
  for (const Topic& topic : topics())
    candidates.add(topic.name, topic.meaning);
}

}  // namespace

std::string list_candidates(Commands commands, std::span<const std::string> arguments,
                            const config::ProfileFiles& profiles) {
  const std::string_view last = arguments.empty() ? std::string_view() : std::string_view(arguments.back());
  Context context;
  for (const std::string& argument : arguments.first(arguments.empty() ? 0 : arguments.size() - 1))
    add(context, commands, argument);

  const auto equals = context.pending || context.after_dashes ? std::string_view::npos : last.find('=');
  const auto value = equals == std::string_view::npos ? context.pending : find_value(last.substr(0, equals));
  const std::size_t begin = equals == std::string_view::npos ? 0 : equals + 1;
  Candidates candidates(last.substr(0, begin), last.substr(begin));
  if (value) {
    add_values(candidates, *value, profiles);
    return candidates.text();
  }
  if (!last.starts_with('-')) add_operands(candidates, commands, context);
  const bool has_only_flags = last.empty() && candidates.text().empty();
  if (!context.after_dashes && (last.starts_with('-') || has_only_flags))
    add_flags(candidates, context.command);
  return candidates.text();
}

}  // namespace sase::cli
