// SPDX-License-Identifier: Apache-2.0
#include "helper/config/region.hpp"

#include <algorithm>

namespace sase::config {

namespace {

constexpr std::array the_region_words = [] {
  std::array<NamedValue, regions.size()> all;
  std::ranges::transform(regions, all.begin(), [](const Region& region) {
    return NamedValue{region.name, host_of(region.v1.empty() ? region.v3 : region.v1)};
  });
  return all;
}();

constexpr std::array the_api_words = [] {
  std::array<NamedValue, apis.size()> all;
  std::ranges::transform(apis, all.begin(), [](const ApiName& api) {
    return NamedValue{api.name, api.meaning};
  });
  return all;
}();

}  // namespace

std::span<const NamedValue> region_words() noexcept {
  return the_region_words;
}

const Region* find_region(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(regions, name, &Region::name);
  return found == regions.end() ? nullptr : found;
}

std::span<const NamedValue> api_words() noexcept {
  return the_api_words;
}

std::string authorize_url(std::string_view origin, Api api) {
  return std::string(origin) + (api == Api::v1 ? "/api/v1/auth/authorize" : "/v3/auth/authorize");
}

std::string rest_url(std::string_view origin, Api api) {
  return std::string(origin) + (api == Api::v1 ? "/api/rest" : "");
}

}  // namespace sase::config
