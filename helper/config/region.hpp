// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sase::config {

/// A generation of the service's API. Each has its own hosts and tokens.
enum class Api { v1, v3 };

struct ApiGeneration {
  Api api;
  std::string_view name;
  std::string_view meaning;         ///< one line for help
  std::string_view authorize_path;  ///< exchanges the API key for a token
  std::string_view rest_path;       ///< common prefix of the resources
  std::string_view status_path;     ///< below rest_path: the resource that `doctor` reads
  std::string_view users_path;      ///< below rest_path: the resource of the example that `login` prints
};

/// In the order of Api. The first one that a region serves is the region's default.
inline constexpr std::array api_generations = {
    ApiGeneration{Api::v1, "v1", "authorizes at /api/v1/auth/authorize", "/api/v1/auth/authorize",
                  "/api/rest", "/v2.3/status", "/v1/users"},
    ApiGeneration{Api::v3, "v3", "authorizes at /v3/auth/authorize", "/v3/auth/authorize", "", "/v3/status",
                  "/v3/users"},
};

[[nodiscard]] constexpr const ApiGeneration& api_generation(Api api) noexcept {
  return api_generations[static_cast<std::size_t>(api)];
}

/// A data region of the service.
struct Region {
  std::string_view name;
  std::array<std::string_view, api_generations.size()> origins;  ///< by Api; empty: not served here

  [[nodiscard]] constexpr std::string_view origin(Api api) const noexcept {
    return origins[static_cast<std::size_t>(api)];
  }

  [[nodiscard]] constexpr Api default_api() const noexcept {
    for (const ApiGeneration& generation : api_generations)
      if (!origin(generation.api).empty()) return generation.api;
    return api_generations.front().api;
  }
};

/// The first is the default. Sources: the vendor's pages "Authorize" and "Get an access token" (us, eu), the
/// server lists of the vendor's Go SDKs (all).
inline constexpr std::array regions = {
    Region{"us", {"https://api.perimeter81.com", "https://public-apigw.us.sase.checkpoint.com"}},
    Region{"eu", {"https://api.eu.sase.checkpoint.com", "https://public-apigw.eu.sase.checkpoint.com"}},
    Region{"au", {"https://api.au.sase.checkpoint.com", "https://public-apigw.au.sase.checkpoint.com"}},
    Region{"in", {"https://api.in.sase.checkpoint.com", "https://public-apigw.in.sase.checkpoint.com"}},
    Region{"ca", {"", "https://public-apigw.ca.sase.checkpoint.com"}},
};

/// The host of an origin, which begins with `https://`.
[[nodiscard]] constexpr std::string_view host_in(std::string_view origin) noexcept {
  constexpr std::string_view scheme = "https://";
  return origin.starts_with(scheme) ? origin.substr(scheme.size()) : std::string_view();
}

/// The path of a base URL without its closing slash and without what the vendor's documentation appends,
/// since authorization has another path.
[[nodiscard]] constexpr std::string_view without_vendor_path(std::string_view path) noexcept {
  for (const std::string_view end : {"/", "/api/rest", "/api"})
    if (path.ends_with(end)) path.remove_suffix(end.size());
  return path;
}

/// Null if no region has this name.
[[nodiscard]] constexpr const Region* find_region(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(regions, name, &Region::name);
  return found == regions.end() ? nullptr : found;
}

/// The meaning of a region is its host.
inline constexpr auto region_names = [] {
  std::array<NamedValue, regions.size()> values;
  std::ranges::transform(regions, values.begin(), [](const Region& region) {
    return NamedValue{region.name, host_in(region.origin(region.default_api()))};
  });
  return values;
}();

inline constexpr auto api_names = to_named_values(api_generations);

}  // namespace sase::config
