// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_edit.hpp"

#include <algorithm>

namespace sase::config {

namespace {

/// Whether a line of a profile gives the setting, by the rules of ProfileText.
bool gives(std::string_view line, std::string_view name) noexcept {
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return false;
  line.remove_prefix(first);
  if (!line.starts_with(name)) return false;
  const auto next = line.find_first_not_of(" \t\r", name.size());
  return next != std::string_view::npos && line[next] == '=';
}

void append_lines(std::string& text, std::string_view name, std::span<const std::string_view> values) {
  for (const std::string_view value : values)
    text.append(name).append(" = ").append(value).append("\n");
}

}  // namespace

std::string with_setting(std::string_view text, const Setting& setting,
                         std::span<const std::string_view> values) {
  std::string changed;
  bool is_written = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!gives(line, setting.name)) {
      changed.append(line).append("\n");
      continue;
    }
    if (!is_written) append_lines(changed, setting.name, values);
    is_written = true;
  }
  if (!is_written) append_lines(changed, setting.name, values);
  return changed;
}

}  // namespace sase::config
