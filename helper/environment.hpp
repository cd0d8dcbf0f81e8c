// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace sase {

/// The environment as a value: the only place that looks at it, and what tests put in its stead.
class Environment {
 public:
  /// `entries` is a null-terminated array of `NAME=value`, as main() gets it, and must outlive this.
  explicit Environment(const char* const* entries) noexcept : entries_(entries) {}

  /// The value of a variable; nothing where it is not set or empty.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

  [[nodiscard]] const char* const* entries() const noexcept { return entries_; }

 private:
  const char* const* entries_;
};

}  // namespace sase
