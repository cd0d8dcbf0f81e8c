// SPDX-License-Identifier: Apache-2.0

#include "helper/config/settings.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/memory_file.hpp"

#include <string>

namespace sase::config {

namespace {

std::string collect_messages(const tests::EnvironmentList& list) {
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());
  IgnoredVariables(*list, diagnostics).warn();
  return error.text();
}

}  // namespace

TEST_CASE("warns about a variable that is one typing mistake away from a known one", "[ignored_variables]") {
  struct Row {
    std::string name, meant;
  };
  const auto row = GENERATE(values<Row>({
      {"SASE_REGOIN", "SASE_REGION"},
      {"SASE_REGIO", "SASE_REGION"},
      {"SASE_REGIONS", "SASE_REGION"},
      {"SASE_MIN-TTL", "SASE_MIN_TTL"},
      {"SASE_API_KYE", "SASE_API_KEY"},
      {"SASE_PROFLE", "SASE_PROFILE"},
      {"SASE_region", "SASE_REGION"},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(collect_messages({row.name + "=hunter2"}) ==
          "sase-credential: warning: " + row.name + " is not known; did you mean " + row.meant + "?\n");
  }
}

TEST_CASE("does not warn about other variables", "[ignored_variables]") {
  for (const std::string name :
       {"SASE_", "SASE_X", "SASE_URI", "SASE_APP", "SASE_BUILD", "SASE_REGNIO", "SASE_REGION_CODE",
        "ASE_REGION", "XSASE_REGION", "sase_region", "SASE_TOKEN", "REGION", "SASE_ACCESS_TOKEN",
        "SASE_ACCESS_TOKEN_EXPIRES", "SASE_PROFILE", "SASE_API_KEY", "CHECKPOINT_SASE_API_KYE"}) {
    INFO(name);
    CHECK(collect_messages({name + "=eu"}).empty());
  }
  CHECK(collect_messages({"SASE_REGOIN"}) ==
        "sase-credential: warning: SASE_REGOIN is not known; did you mean SASE_REGION?\n");
  CHECK(collect_messages({"SASE_" + std::string(1'000'000, 'R') + "=eu"}).empty());
}

TEST_CASE("no variable of a setting counts as misspelled", "[ignored_variables]") {
  for (const Setting& setting : settings)
    CHECK(collect_messages({std::string(setting.variable) + "=x"}).empty());
}

TEST_CASE("warns about a proxy and a base URL that are for other programs", "[ignored_variables]") {
  CHECK(collect_messages({"ALL_PROXY=socks5://p"}) ==
        "sase-credential: warning: ALL_PROXY is ignored: only http:// proxies are supported\n");
  CHECK(collect_messages({"ALL_PROXY=socks5://p", "HTTPS_PROXY=http://p"}).empty());
  CHECK(collect_messages({"all_proxy=SOCKS5h://p", "SASE_PROXY=http://p"}).empty());
  CHECK(collect_messages({"ALL_PROXY=http://p"}).empty());

  const std::string key = "CHECKPOINT_SASE_API_KEY=k";
  CHECK(collect_messages({key, "BASE_URL=https://hunter2.test"}) ==
        "sase-credential: warning: BASE_URL is ignored: it selects no region; to use its service, set "
        "SASE_URL\n");
  CHECK(collect_messages({"PERIMETER81_API_KEY=k", "BASE_URL=https://api.eu.sase.checkpoint.com/api/rest"}) ==
        collect_messages({key, "BASE_URL=https://hunter2.test"}));
  CHECK(collect_messages({"SASE_API_KEY=k", "BASE_URL=https://a.test"}).empty());
  CHECK(collect_messages({key, "BASE_URL=https://api.eu.sase.checkpoint.com"}).empty());
  CHECK(collect_messages({key, "BASE_URL=https://a.test", "SASE_URL=https://a.test"}).empty());
  CHECK(collect_messages({"BASE_URL=https://a.test"}).empty());
}

TEST_CASE("warns once about misspelled variables, and escapes their names", "[ignored_variables]") {
  const tests::EnvironmentList list{"SASE_REGION\x1b=eu", "SASE_PROXI=p"};
  const tests::MemoryFile error;
  const Diagnostics diagnostics(error.fd());
  IgnoredVariables variables(*list, diagnostics);

  variables.warn();
  variables.warn();

  CHECK(error.text() ==
        "sase-credential: warning: SASE_REGION\\x1b is not known; did you mean SASE_REGION?\n"
        "sase-credential: warning: SASE_PROXI is not known; did you mean SASE_PROXY?\n");
}

}  // namespace sase::config
