// SPDX-License-Identifier: Apache-2.0
#include "helper/named_value.hpp"

namespace sase {

std::vector<std::string_view> to_names(std::span<const NamedValue> values) {
  std::vector<std::string_view> names;
  names.reserve(values.size());
  for (const NamedValue& value : values)
    names.push_back(value.name);
  return names;
}

std::string format_list(std::span<const NamedValue> values) {
  std::string list;
  for (const NamedValue& value : values)
    list.append(list.empty() ? "" : ", ").append(value.name);
  return list;
}

}  // namespace sase
