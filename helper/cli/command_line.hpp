// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"
#include "helper/failure.hpp"
#include "helper/names.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sase::commands {
struct Call;
}
namespace sase::cli {

/// The protocol in which `get` reads its request and writes its reply.
enum class Dialect { git, bazel };

struct DialectName {
  Dialect dialect;
  std::string_view name;
  std::string_view meaning;  ///< one line for help
  std::string_view program;  ///< the program name that selects it
};

/// The table of dialects. The first one is the default.
inline constexpr std::array dialects = {
    DialectName{Dialect::git, "git", "the lines of git's credential protocol", "git-credential-sase"},
    DialectName{Dialect::bazel, "bazel", "JSON, as Bazel and compatible tools write it",
                "bazel-credential-sase"},
};

inline constexpr auto dialect_values = to_named_values(dialects);

/// Null if no dialect has the name.
[[nodiscard]] const DialectName* find_dialect(std::string_view name) noexcept;

/// The dialect that the program's name or path selects; null for any other name.
[[nodiscard]] const DialectName* find_dialect_by_program(std::string_view path) noexcept;

struct Flag;

/// The parsed arguments of the program.
struct CommandLine {
  std::optional<std::string> command;
  std::vector<std::string> operands;         ///< the arguments after the command
  std::optional<std::size_t> verbatim;       ///< the number of operands before '--', if there is one
  std::vector<config::Assignment> settings;  ///< the layer of flags; refers to `values`
  std::deque<std::string> values;            ///< a deque, because growing it moves no element
  std::vector<const Flag*> flags;            ///< those that are not settings, in order
  std::optional<std::string> profile;
  std::optional<std::string> format;
  std::optional<std::string> dialect;
  std::optional<std::string> mode;
  std::optional<std::string> group;
  std::optional<std::string> pass_api_key;
  std::optional<std::string> exec;
  bool no_prompt = false;
  bool no_verify = false;
  bool from_stdin = false;
  bool once = false;
  bool json = false;
  bool check = false;
  bool help = false;
  bool version = false;
};

/// The commands that accept a flag.
enum class FlagScope {
  listed,  ///< those whose row in the table of commands lists it
  all,
};

/// One row of the table of flags that are not settings. Parser, help and completion read it.
struct Flag {
  std::string_view name;
  std::string_view argument;  ///< empty if it takes none; PROFILE is completed with the names of profiles
  std::string_view meaning;   ///< one line for help
  std::variant<bool CommandLine::*, std::optional<std::string> CommandLine::*> member;
  FlagScope scope = FlagScope::listed;
  std::span<const NamedValue> values = {};  ///< empty if any value is valid
  std::string_view implied = {};            ///< the value if there is no '='
};

[[nodiscard]] std::span<const Flag> command_flags() noexcept;

/// The synopsis of `exec`, for hints.
inline constexpr const char* exec_form = "write: sase-credential exec -- CMD ARG...";

/// Parses the arguments after the program's name. Flags may precede or follow the command, as `--name value`
/// or `--name=value`; abbreviations are rejected, except `-h` for `--help`. After the first `--`, each
/// argument is an operand. Does not check whether the command accepts its flags. Throws Failure (usage) whose
/// hint names the nearest flag.
[[nodiscard]] CommandLine parse_command_line(std::span<const char* const> arguments);

inline constexpr const char* see_overview = "see: sase-credential --help";

/// For a key on the command line, which every user of the machine can read.
inline constexpr const char* where_a_key_goes =
    "no argument takes a key: put it into SASE_API_KEY, or enter it at the prompt of 'sase-credential login'";

/// The usage error whose hint names the nearest flag, or else `otherwise`.
[[nodiscard]] Failure unknown_flag(std::string_view flag, const char* otherwise = see_overview);

/// The names of all flags, settings included, without their dashes.
[[nodiscard]] std::vector<std::string_view> flag_names();

/// One row of the table of commands. Dispatch, help, completion and the tests of the documents read it.
struct Command {
  std::string_view name;
  std::string_view operands;     ///< as help shows them; empty if it takes none
  std::string_view meaning;      ///< one line for help
  std::string_view flags;        ///< flags with FlagScope::listed that it accepts, separated by blanks
  std::string_view description;  ///< a few lines for its help page, of at most 78 columns
  std::string_view examples;     ///< one or two lines of the same width
  ExitCode (*run)(const commands::Call&);

  [[nodiscard]] bool accepts(const Flag& flag) const noexcept;
};

using Commands = std::span<const Command>;

/// How operands are written that completion knows.
inline constexpr std::string_view file_operand = "FILE";
inline constexpr std::string_view topic_operand = "[COMMAND|TOPIC]";

/// Null if no command has the name.
[[nodiscard]] const Command* find_command(Commands commands, std::string_view name) noexcept;

[[nodiscard]] std::vector<std::string_view> to_names(Commands commands);

/// The usage error for an unknown command. Its hint names the nearest command, format or flag.
[[nodiscard]] Failure unknown_command(Commands commands, std::string_view name);

/// Throws Failure (usage) if an argument before `--` begins or ends with a dash or a quotation mark that a
/// text program has put in place of ASCII.
void reject_typography(std::span<const char* const> arguments);

/// Throws Failure (usage) if the line has operands or flags that the command does not accept.
void reject_unsupported_arguments(Commands commands, const Command& command, const CommandLine& line);

}  // namespace sase::cli
