// SPDX-License-Identifier: Apache-2.0
#include "helper/environment.hpp"

#include <cstring>

namespace sase {

std::optional<std::string_view> Environment::find(std::string_view name) const noexcept {
  for (const char* const* entry = entries_; *entry != nullptr; ++entry) {
    // The first letter excludes most entries without a call.
    if (**entry != name.front() || std::strncmp(*entry, name.data(), name.size()) != 0) continue;
    if ((*entry)[name.size()] != '=') continue;
    const std::string_view value(*entry + name.size() + 1);
    if (value.empty()) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

}  // namespace sase
