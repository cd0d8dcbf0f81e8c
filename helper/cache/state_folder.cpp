// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/state_folder.hpp"

namespace sase::helper {

namespace {

constexpr const char* own_name = "/sase-credential";

}  // namespace

std::optional<std::string> state_folder(const Environment& environment) {
  for (const std::string_view variable : {"XDG_RUNTIME_DIR", "XDG_CACHE_HOME"})
    if (const auto base = environment.find(variable); base && base->starts_with('/'))
      return std::string(*base) + own_name;
  if (const auto home = environment.find("HOME"); home && home->starts_with('/'))
    return std::string(*home) + "/.cache" + own_name;
  return std::nullopt;
}

}  // namespace sase::helper
