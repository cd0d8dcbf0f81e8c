// SPDX-License-Identifier: Apache-2.0
#include "helper/environment.hpp"

namespace sase {

std::optional<std::string_view> Environment::find(std::string_view name) const noexcept {
  for (const char* const* entry = entries_; *entry != nullptr; ++entry) {
    // The first letter decides nearly always; only then is the length of the entry worth counting.
    if (**entry != name.front()) continue;
    const std::string_view text(*entry);
    if (text.size() <= name.size() || text[name.size()] != '=' || !text.starts_with(name)) continue;
    const std::string_view value = text.substr(name.size() + 1);
    if (value.empty()) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

}  // namespace sase
