// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/named_value.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace sase::config {

/// A generation of the service's API. Each has its own hosts and tokens.
enum class Api { v1, v3 };

/// Where the service of a region lives. `v1` is empty where that generation is not served.
struct Region {
  std::string_view name;
  std::string_view v1;  ///< origin of https://…/api/v1/auth/authorize
  std::string_view v3;  ///< origin of https://…/v3/auth/authorize
};

/// The first is the default. Sources: the vendor's pages "Authorize" and "Get an access token" (us, eu), its
/// Go SDKs' server lists (all).
inline constexpr std::array regions = {
    Region{"us", "https://api.perimeter81.com", "https://public-apigw.us.sase.checkpoint.com"},
    Region{"eu", "https://api.eu.sase.checkpoint.com", "https://public-apigw.eu.sase.checkpoint.com"},
    Region{"au", "https://api.au.sase.checkpoint.com", "https://public-apigw.au.sase.checkpoint.com"},
    Region{"in", "https://api.in.sase.checkpoint.com", "https://public-apigw.in.sase.checkpoint.com"},
    Region{"ca", "", "https://public-apigw.ca.sase.checkpoint.com"},
};

/// The host of an origin, which begins with `https://`.
[[nodiscard]] constexpr std::string_view host_of(std::string_view origin) noexcept {
  constexpr std::string_view scheme = "https://";
  return origin.substr(std::min(scheme.size(), origin.size()));
}

/// The region of a name, or nothing.
[[nodiscard]] const Region* find_region(std::string_view name) noexcept;

struct ApiName {
  Api api;
  std::string_view name;
  std::string_view meaning;  ///< one line for help
};

/// All of them. The first is the default where the region has it.
inline constexpr std::array apis = {
    ApiName{Api::v1, "v1", "authorizes at /api/v1/auth/authorize"},
    ApiName{Api::v3, "v3", "authorizes at /v3/auth/authorize"},
};

/// Both tables as words; a region's meaning is the host that it is served from.
[[nodiscard]] std::span<const NamedValue> region_words() noexcept;
[[nodiscard]] std::span<const NamedValue> api_words() noexcept;

/// Where an origin authorizes.
[[nodiscard]] std::string authorize_url(std::string_view origin, Api api);

/// Where an origin's resources begin, without a closing slash.
[[nodiscard]] std::string rest_url(std::string_view origin, Api api);

}  // namespace sase::config
