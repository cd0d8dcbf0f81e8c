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

  /// Nothing if the variable is unset or empty.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
    for (const char* const* entry = entries_; *entry != nullptr; ++entry) {
      // The first letter excludes most entries without a call.
      if (**entry != name.front() || std::strncmp(*entry, name.data(), name.size()) != 0) continue;
      const char* const rest = *entry + name.size();
      if (*rest == '=') return rest[1] == '\0' ? std::nullopt : std::optional<std::string_view>(rest + 1);
    }
    return std::nullopt;
  }

  [[nodiscard]] const char* const* entries() const noexcept { return entries_; }

 private:
  const char* const* entries_;
};

}  // namespace sase
