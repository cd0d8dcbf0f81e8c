// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace sase {

/// The environment variables as a value, which tests can replace.
class Environment {
 public:
  /// `entries` is a null-terminated array of `NAME=value`, as main() receives it, and must outlive this.
  explicit Environment(const char* const* entries) noexcept : entries_(entries) {}

  /// Nothing if the variable is unset or empty.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

  [[nodiscard]] const char* const* entries() const noexcept { return entries_; }

 private:
  const char* const* entries_;
};

}  // namespace sase
