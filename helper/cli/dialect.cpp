// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/dialect.hpp"

#include <algorithm>

namespace sase::cli {

namespace {

constexpr std::array values = [] {
  std::array<NamedValue, dialects.size()> all;
  std::ranges::transform(dialects, all.begin(), [](const DialectName& dialect) {
    return NamedValue{dialect.name, dialect.meaning};
  });
  return all;
}();

bool has(const DialectName& dialect, std::string_view command) noexcept {
  return std::ranges::find(dialect.operations, command) != dialect.operations.end();
}

}  // namespace

std::span<const NamedValue> dialect_values() noexcept {
  return values;
}

const DialectName* find_dialect(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(dialects, name, &DialectName::name);
  return found == dialects.end() ? nullptr : found;
}

const DialectName* find_dialect_by_program(std::string_view path) noexcept {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  const auto* const found = std::ranges::find(dialects, name, &DialectName::program);
  return found == dialects.end() ? nullptr : found;
}

bool is_foreign_operation(const DialectName& dialect, std::string_view command) noexcept {
  return !has(dialect, command) &&
         std::ranges::any_of(dialects, [command](const DialectName& other) { return has(other, command); });
}

}  // namespace sase::cli
