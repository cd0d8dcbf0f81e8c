// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sase::diagnose {

namespace {

using protocol::ErrorKind;
using tests::contains;

/// The failed check with its advice, for a profile with these settings.
CheckResult advised(const std::vector<std::pair<std::string_view, std::string_view>>& given, config::Api api,
                    ErrorKind kind, std::optional<unsigned> status) {
  std::vector<config::Assignment> layer;
  for (const auto& [name, value] : given)
    layer.push_back({.setting = config::find_setting(name),
                     .value = value,
                     .layer = config::Layer::variable,
                     .file = {}});
  config::Settings values;
  values.add(layer);
  config::Profile profile;
  profile.api = api;
  profile.authorize_url = "https://where.test/x";
  CheckResult check{
      .name = "authorize", .state = protocol::CheckState::broken, .what = "no", .remedy = "general"};
  add_advice(check, {.kind = kind, .what = "no", .hint = {}, .retry_after = {}}, status, profile, values);
  return check;
}

}  // namespace

TEST_CASE("a rejection shows the request and its most likely remedy", "[connectivity_check]") {
  struct Row {
    std::string name;
    std::vector<std::pair<std::string_view, std::string_view>> given;
    config::Api api;
    unsigned status;
    std::string what, remedy;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing is set",
       {},
       config::Api::v1,
       401,
       "the region 'us', the default, api v1",
       "set region to the tenant's"},
      {"a region",
       {{"region", "eu"}},
       config::Api::v1,
       401,
       "the region 'eu', api v1",
       "console of the region 'eu'"},
      {"v3",
       {{"region", "eu"}, {"api", "v3"}},
       config::Api::v3,
       401,
       "the region 'eu', api v3",
       "remove api"},
      {"ca is v3 by itself",
       {{"region", "ca"}},
       config::Api::v3,
       401,
       "the region 'ca', api v3",
       "console of the region 'ca'"},
      {"another service",
       {{"url", "https://where.test"}},
       config::Api::v1,
       401,
       "the request used api v1",
       "set api accordingly"},
      {"a v3 path", {{"region", "eu"}}, config::Api::v3, 403, "api v3", "v3 sends this response"},
      {"a permission", {{"region", "eu"}}, config::Api::v1, 403, "api v1", "permissions"},
  }));
  DYNAMIC_SECTION(row.name) {
    const CheckResult check = advised(row.given, row.api, ErrorKind::rejected, row.status);
    CHECK(contains(check.what, row.what));
    CHECK(contains(check.what, "at 'https://where.test/x'"));
    CHECK(contains(check.remedy, row.remedy));
  }
}

TEST_CASE("a remembered rejection has the same remedy", "[connectivity_check]") {
  CHECK(contains(advised({}, config::Api::v1, ErrorKind::rejected, std::nullopt).remedy, "set region"));
}

TEST_CASE("other statuses have their own remedies", "[connectivity_check]") {
  CHECK(contains(advised({}, config::Api::v1, ErrorKind::invalid_response, 302).remedy, "captive portal"));
  CHECK(contains(advised({}, config::Api::v1, ErrorKind::unreachable, 503).remedy, "try again later"));
  CHECK(advised({}, config::Api::v1, ErrorKind::unreachable, std::nullopt).remedy == "general");
  CHECK(advised({}, config::Api::v1, ErrorKind::invalid_response, 404).remedy == "general");
  CHECK(advised({}, config::Api::v1, ErrorKind::invalid_response, 404).what == "no");
}

}  // namespace sase::diagnose
