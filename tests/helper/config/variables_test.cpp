// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_selector.hpp"
#include "helper/config/settings.hpp"
#include "tests/helper/config/found_values.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"

#include <string>
#include <vector>

namespace sase::config {

TEST_CASE("each setting is read from its variable", "[settings]") {
  for (const Setting& setting : settings) {
    const tests::EnvironmentList environment{"SASE=x", std::string(setting.variable) + "=value"};
    const auto layer = read_variables(*environment);

    REQUIRE(layer.size() == 1);
    CHECK(layer.front().setting == &setting);
    CHECK(layer.front().value == "value");
    CHECK(layer.front().layer == Layer::variable);
  }
}

TEST_CASE("ignores a setting whose variable is empty", "[settings]") {
  const tests::EnvironmentList environment{"SASE_REGION=", "SASE_HOST=", "SASE_API=v3"};
  const auto layer = read_variables(*environment);

  REQUIRE(layer.size() == 1);
  CHECK(layer.front().value == "v3");
}

TEST_CASE("SASE_HOST is a comma-separated list", "[settings]") {
  const tests::EnvironmentList environment{"SASE_HOST=a.test,b.test:8443,c.test"};
  Settings values;
  const auto layer = read_variables(*environment);
  values.add(layer);

  CHECK(find_hosts(values) == std::vector<std::string>{"a.test", "b.test:8443", "c.test"});
}

TEST_CASE("a CR at the end of a setting's variable is not part of its value", "[settings]") {
  const tests::EnvironmentList environment{"SASE_MIN_TTL=5m\r", "SASE_HOST=a.test,b.test\r",
                                           "SASE_REGION=\r"};
  Settings values;
  const auto layer = read_variables(*environment);
  values.add(layer);

  CHECK(find_value(values, SettingId::min_ttl) == "5m");
  CHECK(find_hosts(values) == std::vector<std::string>{"a.test", "b.test"});
  CHECK(values.find(SettingId::region) == nullptr);
}

TEST_CASE("a Terraform provider's variable selects the region for its own key", "[settings]") {
  struct Row {
    const char* name;
    std::vector<std::string> variables;
    const char* region;
  };
  const std::string key = "CHECKPOINT_SASE_API_KEY=k";
  const std::string other_key = "HARMONYSASE_API_KEY=k";
  const auto row = GENERATE_COPY(values<Row>({
      {"the host of a region", {key, "BASE_URL=https://api.eu.sase.checkpoint.com"}, "eu"},
      {"with the vendor's path", {key, "BASE_URL=https://api.au.sase.checkpoint.com/api/rest"}, "au"},
      {"with a slash, a port and capitals", {key, "BASE_URL=HTTPS://API.IN.sase.checkpoint.com:443/"}, "in"},
      {"the host of v3", {key, "BASE_URL=https://public-apigw.ca.sase.checkpoint.com"}, "ca"},
      {"another path", {key, "BASE_URL=https://api.eu.sase.checkpoint.com/x"}, ""},
      {"another port", {key, "BASE_URL=https://api.eu.sase.checkpoint.com:8443"}, ""},
      {"another scheme", {key, "BASE_URL=http://api.eu.sase.checkpoint.com"}, ""},
      {"another host", {key, "BASE_URL=https://eu.sase.checkpoint.com"}, ""},
      {"no URL", {key, "BASE_URL=/api"}, ""},
      {"a user name", {key, "BASE_URL=https://a@api.eu.sase.checkpoint.com"}, ""},
      {"no key", {"BASE_URL=https://api.eu.sase.checkpoint.com"}, ""},
      {"our own key", {"SASE_API_KEY=k", key, "BASE_URL=https://api.eu.sase.checkpoint.com"}, ""},
      {"the key of the other provider", {other_key, "BASE_URL=https://api.eu.sase.checkpoint.com"}, ""},
      {"the other provider's region", {other_key, "HARMONYSASE_REGION=EU"}, "eu"},
      {"an unknown region, which is rejected later", {other_key, "HARMONYSASE_REGION=mars"}, "mars"},
      {"the other provider's region for this key", {key, "HARMONYSASE_REGION=eu"}, ""},
  }));

  DYNAMIC_SECTION(row.name) {
    const tests::EnvironmentList environment(row.variables);
    const auto layer = read_provider_region(*environment);
    CHECK((layer.empty() ? "" : layer.front().value) == row.region);
  }
}

TEST_CASE("the variables of a fleet are read only by a call that needs them", "[variables]") {
  const tests::EnvironmentList environment{"SASE_FLEET=https://etcd1:2379", "SASE_FLEET_PREFIX=/x/",
                                           "SASE_MIN_TTL=5m"};

  CHECK(read_variables(*environment, FleetValues::skip).size() == 1);
  CHECK(read_variables(*environment).size() == 3);
  const auto fleet = read_fleet(*environment, {}, "default");
  REQUIRE(fleet);
  CHECK(fleet->prefix == "/x/");
}

TEST_CASE("an invalid variable of a fleet is an error for a call that needs it", "[variables]") {
  const tests::EnvironmentList environment{"SASE_FLEET=etcd1"};

  CHECK(tests::catch_failure([&] { (void)read_fleet(*environment, {}, "default"); }).code ==
        ExitCode::invalid_settings);
}

}  // namespace sase::config
