// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

inline std::string_view find_value(const Settings& values, SettingId id) {
  const Assignment* const found = values.find(id);
  return found == nullptr ? "(none)" : found->value;
}

inline std::vector<std::string> find_hosts(const Settings& values) {
  std::vector<std::string> hosts;
  for (const Assignment& host : values.hosts())
    hosts.emplace_back(host.value);
  return hosts;
}

}  // namespace sase::config
