// SPDX-License-Identifier: Apache-2.0
#include "helper/profiles/region.hpp"

namespace sase::helper {

std::string authorize_url(std::string_view origin, Api api) {
  return std::string(origin) + (api == Api::v1 ? "/api/v1/auth/authorize" : "/v3/auth/authorize");
}

std::string rest_url(std::string_view origin, Api api) {
  return std::string(origin) + (api == Api::v1 ? "/api/rest" : "");
}

}  // namespace sase::helper
