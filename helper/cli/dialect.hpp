// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/names.hpp"

#include <array>
#include <span>
#include <string_view>

namespace sase::cli {

/// The protocol in which `get` reads its request and writes its reply.
enum class Dialect { git, bazel };

inline constexpr std::array<std::string_view, 4> git_operations = {"get", "store", "erase", "capability"};
inline constexpr std::array<std::string_view, 1> bazel_operations = {"get"};

struct DialectName {
  Dialect dialect;
  std::string_view name;
  std::string_view meaning;                      ///< one line for help
  std::string_view program;                      ///< the program name that selects it
  std::span<const std::string_view> operations;  ///< the commands that its callers run
};

/// The table of dialects. The first one is the default.
inline constexpr std::array dialects = {
    DialectName{Dialect::git, "git", "the lines of git's credential protocol", "git-credential-sase",
                git_operations},
    DialectName{Dialect::bazel, "bazel", "JSON, as Bazel and compatible tools write it",
                "bazel-credential-sase", bazel_operations},
};

/// The values of the flag `dialect`.
[[nodiscard]] std::span<const NamedValue> dialect_values() noexcept;

/// Null if no dialect has the name.
[[nodiscard]] const DialectName* find_dialect(std::string_view name) noexcept;

/// The dialect that the program's name or path selects; null for any other name.
[[nodiscard]] const DialectName* find_dialect_by_program(std::string_view path) noexcept;

/// Whether a command is an operation of another dialect only.
[[nodiscard]] bool is_foreign_operation(const DialectName& dialect, std::string_view command) noexcept;

}  // namespace sase::cli
