// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/completion.hpp"

#include "helper/cli/help_topic.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace sase::cli {

namespace {

/// What a flag or a setting takes.
struct Value {
  std::string_view argument;
  std::span<const NamedValue> (*words)() = nullptr;
};

/// Nothing for a word that is no flag of ours.
std::optional<Value> value_of(std::string_view flag) {
  if (!flag.starts_with("--")) return std::nullopt;
  const std::string_view name = flag.substr(2);
  for (const Flag& known : command_flags())
    if (known.name == name) return Value{known.argument, known.words};
  if (const config::Setting* const setting = config::find_setting(name))
    return Value{setting->argument, setting->words};
  return std::nullopt;
}

/// The words before the one that is completed, as far as they matter.
struct Before {
  const Command* command = nullptr;
  bool has_command = false;     ///< known or not
  bool has_operand = false;     ///< behind the command
  bool flags_are_over = false;  ///< behind '--'
  std::optional<Value> open;    ///< of a flag whose value comes next
};

void take(Before& before, Commands commands, std::string_view word) {
  if (before.open) return before.open.reset();
  if (!before.flags_are_over && word == "--") {
    before.flags_are_over = true;
  } else if (!before.flags_are_over && word.starts_with('-')) {
    const auto value = value_of(word);
    if (value && !value->argument.empty()) before.open = value;
  } else if (!before.has_command) {
    before.has_command = true;
    before.command = find_command(commands, word);
  } else {
    before.has_operand = true;
  }
}

/// The lines for one word, `begun`, of which `prefix` stays as it is.
class Lines {
 public:
  Lines(std::string_view prefix, std::string_view begun) : prefix_(prefix), begun_(begun) {}

  void add(std::string_view name, std::string_view meaning) {
    if (name.starts_with(begun_))
      text_.append(prefix_).append(name).append("\t").append(meaning).append("\n");
  }
  void add_files() { text_.append(files_candidate).append("\n"); }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string_view prefix_, begun_;
  std::string text_;
};

void add_values(Lines& lines, const Value& value, const config::ProfileFiles& profiles) {
  if (value.words != nullptr)
    for (const NamedValue& word : value.words())
      lines.add(word.name, word.meaning);
  if (value.argument == "PROFILE") {
    for (const std::string& name : profiles.names())
      lines.add(name, "a profile");
  } else if (value.argument.ends_with("FILE")) {
    lines.add_files();
  }
}

/// All flags where it is not known yet for which command.
void add_flags(Lines& lines, const Command* command) {
  for (const Flag& flag : command_flags())
    if (command == nullptr || command->accepts(flag)) lines.add("--" + std::string(flag.name), flag.meaning);
  for (const config::Setting& setting : config::settings)
    lines.add("--" + std::string(setting.name), setting.meaning);
}

void add_commands(Lines& lines, Commands commands) {
  for (const Command& command : commands)
    if (command.visibility == Visibility::people) lines.add(command.name, command.meaning);
}

void add_words(Lines& lines, Commands commands, const Before& before) {
  if (!before.has_command) return add_commands(lines, commands);
  if (before.command != nullptr && before.command->operands == file_operand && !before.has_operand)
    return lines.add_files();
  if (before.command == nullptr || before.command->operands != topic_operand || before.has_operand) return;
  add_commands(lines, commands);
  for (const Topic& topic : topics())
    lines.add(topic.name, topic.meaning);
}

}  // namespace

std::string candidates(Commands commands, std::span<const std::string> words,
                       const config::ProfileFiles& profiles) {
  const std::string_view last = words.empty() ? std::string_view() : std::string_view(words.back());
  Before before;
  for (const std::string& word : words.first(words.empty() ? 0 : words.size() - 1))
    take(before, commands, word);

  const auto equals = before.open || before.flags_are_over ? std::string_view::npos : last.find('=');
  const auto value = equals == std::string_view::npos ? before.open : value_of(last.substr(0, equals));
  const std::size_t begin = equals == std::string_view::npos ? 0 : equals + 1;
  Lines lines(last.substr(0, begin), last.substr(begin));
  if (value) {
    add_values(lines, *value, profiles);
    return lines.text();
  }
  if (!last.starts_with('-')) add_words(lines, commands, before);
  // Where no word can follow, an empty one may become a flag.
  const bool may_be_flag = last.starts_with('-') || (last.empty() && lines.empty());
  if (may_be_flag && !before.flags_are_over) add_flags(lines, before.command);
  return lines.text();
}

}  // namespace sase::cli
