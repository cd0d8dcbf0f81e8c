// SPDX-License-Identifier: Apache-2.0
#include "helper/config/region.hpp"

#include <algorithm>

namespace sase::config {

std::span<const NamedValue> region_names() noexcept {
  static constexpr auto names = [] {
    std::array<NamedValue, regions.size()> all;
    std::ranges::transform(regions, all.begin(), [](const Region& region) {
      return NamedValue{region.name, host_in(region.origin(region.default_api()))};
    });
    return all;
  }();
  return names;
}

std::span<const NamedValue> api_names() noexcept {
  static constexpr auto names = [] {
    std::array<NamedValue, api_generations.size()> all;
    std::ranges::transform(api_generations, all.begin(), [](const ApiGeneration& generation) {
      return NamedValue{generation.name, generation.meaning};
    });
    return all;
  }();
  return names;
}

const Region* find_region(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(regions, name, &Region::name);
  return found == regions.end() ? nullptr : found;
}

std::string authorize_url(std::string_view origin, Api api) {
  return std::string(origin).append(api_generation(api).authorize_path);
}

std::string rest_url(std::string_view origin, Api api) {
  return std::string(origin).append(api_generation(api).rest_path);
}

}  // namespace sase::config
