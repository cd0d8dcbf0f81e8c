// SPDX-License-Identifier: Apache-2.0
#include "helper/config/region.hpp"

#include "protocol/host.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>

namespace sase::config {

TEST_CASE("each region has the URLs that the vendor documents", "[region]") {
  struct Row {
    std::string region;
    Api api;
    std::string authorize, rest;
  };
  const auto row = GENERATE(values<Row>({
      {"us", Api::v1, "https://api.perimeter81.com/api/v1/auth/authorize",
       "https://api.perimeter81.com/api/rest"},
      {"eu", Api::v1, "https://api.eu.sase.checkpoint.com/api/v1/auth/authorize",
       "https://api.eu.sase.checkpoint.com/api/rest"},
      {"au", Api::v1, "https://api.au.sase.checkpoint.com/api/v1/auth/authorize",
       "https://api.au.sase.checkpoint.com/api/rest"},
      {"in", Api::v1, "https://api.in.sase.checkpoint.com/api/v1/auth/authorize",
       "https://api.in.sase.checkpoint.com/api/rest"},
      {"us", Api::v3, "https://public-apigw.us.sase.checkpoint.com/v3/auth/authorize",
       "https://public-apigw.us.sase.checkpoint.com"},
      {"eu", Api::v3, "https://public-apigw.eu.sase.checkpoint.com/v3/auth/authorize",
       "https://public-apigw.eu.sase.checkpoint.com"},
      {"au", Api::v3, "https://public-apigw.au.sase.checkpoint.com/v3/auth/authorize",
       "https://public-apigw.au.sase.checkpoint.com"},
      {"in", Api::v3, "https://public-apigw.in.sase.checkpoint.com/v3/auth/authorize",
       "https://public-apigw.in.sase.checkpoint.com"},
      {"ca", Api::v3, "https://public-apigw.ca.sase.checkpoint.com/v3/auth/authorize",
       "https://public-apigw.ca.sase.checkpoint.com"},
  }));

  DYNAMIC_SECTION(row.region << ' ' << api_generation(row.api).name) {
    const auto* const region = std::ranges::find(regions, row.region, &Region::name);
    REQUIRE(region != regions.end());
    const std::string_view origin = region->origin(row.api);
    CHECK(std::string(origin).append(api_generation(row.api).authorize_path) == row.authorize);
    CHECK(std::string(origin).append(api_generation(row.api).rest_path) == row.rest);
  }
}

TEST_CASE("there are five regions, and us is the default", "[region]") {
  CHECK(regions.size() == 5);
  CHECK(regions.front().name == "us");
}

TEST_CASE("the region ca is served by v3 only", "[region]") {
  for (const Region& region : regions)
    CHECK(region.origin(Api::v1).empty() == (region.name == "ca"));
}

TEST_CASE("each origin is https:// and a host", "[region]") {
  for (const Region& region : regions)
    for (const std::string_view origin : region.origins) {
      if (origin.empty()) continue;
      INFO(origin);
      const protocol::ParsedUrl url = protocol::parse_url(origin);
      CHECK(url.origin.text() == origin);
      CHECK(url.origin.scheme == "https");
      CHECK(url.rest.empty());
    }
}

}  // namespace sase::config
