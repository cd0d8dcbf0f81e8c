// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <optional>
#include <string_view>

namespace sase {

/// The environment variables as a value, which tests can replace.
class Environment {
 public:
  /// `entries` is a null-terminated array of `NAME=value`, as main() receives it, and must outlive this.
  explicit Environment(const char* const* entries) noexcept : entries_(entries) {}

  /// Nothing if the variable is unset or empty. A CR at the end, of a file that was written on Windows, is
  /// not part of the value.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const char* const* entry = entries_; *entry != nullptr; ++entry) {
      // The first letter excludes most entries without a call.
      if (**entry != name.front() || std::strncmp(*entry, name.data(), name.size()) != 0) continue;
      std::string_view value(*entry + name.size());
      if (!value.starts_with('=')) continue;
      value.remove_prefix(1);
      if (value.ends_with('\r')) value.remove_suffix(1);
      return value.empty() ? std::nullopt : std::optional(value);
    }
    return std::nullopt;
  }

  [[nodiscard]] const char* const* entries() const noexcept { return entries_; }

 private:
  const char* const* entries_;
};

}  // namespace sase
