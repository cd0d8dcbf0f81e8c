// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_selector.hpp"
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sase::diagnose {

namespace {

struct Shown {
  explicit Shown(const tests::EnvironmentList& list)
      : choice(*list, {}, std::nullopt), given(choice.read_settings("default")) {
    rows = effective_settings(make_profile("default", given.values), given.values, *list);
  }
  [[nodiscard]] const EffectiveSetting& operator[](std::string_view name) const {
    return *std::ranges::find(rows, name, &EffectiveSetting::name);
  }
  config::ProfileSelector choice;
  config::ProfileSettings given;
  std::vector<EffectiveSetting> rows;
};

}  // namespace

TEST_CASE("shows each setting with its default", "[effective_setting]") {
  const tests::EnvironmentList environment{"HOME=/nonexistent"};
  const Shown shown(environment);
  REQUIRE(shown.rows.size() == config::settings.size());
  CHECK(shown["region"].value == "us");
  CHECK(shown["region"].from == "default");
  CHECK(shown["url"].value == "https://api.perimeter81.com");
  CHECK(shown["min-ttl"].value == "1m");
  CHECK(shown["proxy"].value.empty());
  CHECK(shown["api-key-file"].value.empty());
}

TEST_CASE("shows the origin of each setting", "[effective_setting]") {
  const tests::TemporaryDirectory root;
  const std::string file = root.write("sase-credential/profiles/default.conf",
                                      "region = eu\n# a word\nhost = a.test\nhost = b.test\n");
  const tests::EnvironmentList environment{"XDG_CONFIG_HOME=" + root.path(), "SASE_API=v3",
                                           "https_proxy=http://p.test:1", "NO_PROXY=c.test",
                                           "SSL_CERT_FILE=/ca.pem"};
  const Shown shown(environment);
  CHECK(shown["region"].from == file + ":1");
  CHECK(shown["url"].from == file + ":1");
  CHECK(shown["url"].value == "https://public-apigw.eu.sase.checkpoint.com");
  CHECK(shown["host"].value == "a.test, b.test");
  CHECK(shown["host"].from == file + ":3");
  CHECK(shown["api"].from == "SASE_API");
  CHECK(shown["proxy"].from == "https_proxy");
  CHECK(shown["no-proxy"].from == "NO_PROXY");
  CHECK(shown["ca-file"].value == "/ca.pem");
  CHECK(shown["ca-file"].from == "SSL_CERT_FILE");
}

TEST_CASE("a profile with only a url has no region", "[effective_setting]") {
  const tests::EnvironmentList environment{"HOME=/nonexistent", "SASE_URL=https://localhost:1"};
  CHECK(Shown(environment)["region"].value.empty());
}

TEST_CASE("does not show a value that may be a misplaced key", "[effective_setting]") {
  struct Row {
    std::string variable, name, value;
  };
  const auto row = GENERATE(values<Row>({
      {"SASE_API_KEY_FILE=/home/me/key", "api-key-file", "/home/me/key"},
      {"SASE_API_KEY_ENV=MY_KEY", "api-key-env", "MY_KEY"},
      {"SASE_API_KEY_ENV=hunter2", "api-key-env", "(not shown)"},
  }));
  const tests::EnvironmentList environment{"HOME=/nonexistent", "MY_KEY=hunter2", row.variable};
  CHECK(Shown(environment)[row.name].value == row.value);
}

TEST_CASE("does not show the value of a key source unless it names a file or a variable",
          "[effective_setting]") {
  for (const config::Setting& setting : config::settings) {
    if (setting.role != config::Role::key_source || setting.id == config::SettingId::api_key_file) continue;
    INFO(setting.name);
    const tests::EnvironmentList environment{"HOME=/nonexistent", std::string(setting.variable) + "=hunter2"};
    CHECK(Shown(environment)[std::string(setting.name)].value == "(not shown)");
  }
}

TEST_CASE("does not show a key within a list of hosts, a proxy or a path", "[effective_setting]") {
  const std::string key(40, 'k');
  struct Row {
    std::string variable, name, value;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"SASE_NO_PROXY=" + key, "no-proxy", "(not shown)"},
      {"SASE_NO_PROXY=localhost, " + key + ".a.test,10.0.0.0/8", "no-proxy",
       "localhost, (not shown),10.0.0.0/8"},
      {"SASE_NO_PROXY=.corp.test [::1]", "no-proxy", ".corp.test [::1]"},
      {"SASE_PROXY=http://" + key + ":3128", "proxy", "(not shown)"},
      {"SASE_PROXY=http://proxy.corp.test:3128", "proxy", "http://proxy.corp.test:3128"},
      {"SASE_HOST=a.test," + key + ".test", "host", "a.test, (not shown)"},
      {"SASE_URL=https://" + key + ".test", "url", "(not shown)"},
      {"SASE_CA_FILE=/etc/" + key, "ca-file", "(not shown)"},
      {"SASE_API_KEY_FILE=/etc/" + key, "api-key-file", "(not shown)"},
  }));
  const tests::EnvironmentList environment{"HOME=/nonexistent", row.variable};
  INFO(row.variable);
  CHECK(Shown(environment)[row.name].value == row.value);
}

TEST_CASE("shows a proxy without its credentials", "[effective_setting]") {
  CHECK(without_credentials("http://p.test:1") == "http://p.test:1");
  CHECK(without_credentials("http://a:b@p.test:1") == "http://***@p.test:1");
  CHECK(without_credentials("a:b@p.test") == "***@p.test");
  CHECK(without_credentials("a:b://c@d@p.test") == "a:b://***@p.test");
}

}  // namespace sase::diagnose
