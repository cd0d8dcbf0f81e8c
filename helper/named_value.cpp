// SPDX-License-Identifier: Apache-2.0
#include "helper/named_value.hpp"

namespace sase {

std::vector<std::string_view> names_of(std::span<const NamedValue> words) {
  std::vector<std::string_view> names;
  names.reserve(words.size());
  for (const NamedValue& word : words)
    names.push_back(word.name);
  return names;
}

std::string list_of(std::span<const NamedValue> words) {
  std::string list;
  for (const NamedValue& word : words)
    list.append(list.empty() ? "" : ", ").append(word.name);
  return list;
}

}  // namespace sase
