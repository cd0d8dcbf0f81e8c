// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/named_value.hpp"

#include <array>
#include <span>
#include <string_view>

namespace sase::cli {

/// In whose words `get` is asked and answers.
enum class Dialect { git, bazel };

inline constexpr std::array<std::string_view, 4> git_operations = {"get", "store", "erase", "capability"};
inline constexpr std::array<std::string_view, 1> bazel_operations = {"get"};

struct DialectName {
  Dialect dialect;
  std::string_view name;
  std::string_view meaning;                      ///< one line for help
  std::string_view program;                      ///< the name by which our program is called for it
  std::span<const std::string_view> operations;  ///< the commands that its hosts call
};

/// All of them. The first is what is meant where none is named.
inline constexpr std::array dialects = {
    DialectName{Dialect::git, "git", "lines of git's credential protocol", "git-credential-sase",
                git_operations},
    DialectName{Dialect::bazel, "bazel", "JSON, as Bazel and its kin write it", "bazel-credential-sase",
                bazel_operations},
};

[[nodiscard]] std::span<const NamedValue> dialect_words() noexcept;

/// The dialect of a name, or nothing.
[[nodiscard]] const DialectName* find_dialect(std::string_view name) noexcept;

/// The dialect that a program's name, which may be a path, chooses; null for our own name.
[[nodiscard]] const DialectName* dialect_of_program(std::string_view path) noexcept;

/// Whether a command is one that hosts call, but not those of this dialect.
[[nodiscard]] bool is_foreign_operation(const DialectName& dialect, std::string_view command) noexcept;

}  // namespace sase::cli
