// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/diagnose/report.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sase::diagnose {

namespace {

using namespace std::chrono_literals;
using protocol::CheckState;
using tests::contains;

constexpr std::chrono::sys_seconds now(std::chrono::seconds(1'800'000'000));

config::Profile profile_in(std::string_view origin, config::Api api = config::Api::v1) {
  config::Profile profile;
  profile.name = "default";
  profile.api = api;
  profile.authorize_url = std::string(origin).append(config::api_generation(api).authorize_path);
  return profile;
}

CheckResult check(const config::Profile& profile, const Environment& environment) {
  std::optional<api_key::ApiKey> key;
  return check_key(profile, environment, [&]() -> const api_key::ApiKey& {
    return key.emplace(api_key::read_key(*api_key::find_source(profile, environment), environment,
                                         std::chrono::steady_clock::now() + 5s));
  });
}

}  // namespace

TEST_CASE("warns of a key whose claims say that it has expired or expires soon", "[key_check]") {
  struct Row {
    std::string name;
    std::chrono::seconds left;
    CheckState state;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {"long ago", -24h, CheckState::warning, "its claims say that it expired on 2027-01-14T08:00:00Z"},
      {"this second", 0s, CheckState::warning, "expired on 2027-01-15T08:00:00Z"},
      {"tomorrow", 24h, CheckState::warning, "it expires on 2027-01-16T08:00:00Z (24h left)"},
      {"in a fortnight", short_key_life, CheckState::ok, "(14 days left)"},
  }));
  DYNAMIC_SECTION(row.name) {
    const auto check = check_expiry(now + row.left, now);
    CHECK(check.state == row.state);
    CHECK(contains(check.what, row.words));
    CHECK(check.remedy.empty() == (row.state == CheckState::ok));
    CHECK(check.code == ExitCode::success);
  }
}

TEST_CASE("shows the key source and the variables that are not used", "[key_check]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=hunter2", "HARMONYSASE_API_KEY=hunter3"};
  CHECK(check(profile_in("https://a.test"), *environment).what ==
        "from SASE_API_KEY; HARMONYSASE_API_KEY is set but not used");
}

TEST_CASE("warns of a key that looks odd", "[key_check]") {
  for (const auto& [key, what] :
       {std::pair("hunter2\\", "it ends with a backslash, as a line of a script does"),
        std::pair("hun ter2", "it has a blank in it"),
        std::pair("ZXlKaHVudGVyMg==", "it begins like the base64 text of a key")}) {
    const tests::EnvironmentList environment{std::string("SASE_API_KEY=") + key};
    const CheckResult odd = check(profile_in("https://a.test"), *environment);
    CHECK(odd.state == CheckState::warning);
    CHECK(odd.what == std::string("from SASE_API_KEY; ") + what);
    CHECK(odd.remedy == "copy it from the console: Settings > API Support");
  }
}

TEST_CASE("shows the age and mode of a key file", "[key_check]") {
  const tests::TemporaryDirectory root;
  config::Profile profile = profile_in("https://a.test");
  profile.key_source =
      config::ApiKeySource{.kind = config::ApiKeySource::Kind::file, .value = root.path("key")};
  const tests::EnvironmentList environment{"A=b"};

  CHECK(check(profile, *environment).is_failed());
  root.write("key", "hunter2");
  CHECK(check(profile, *environment).what ==
        "from the file '" + root.path("key") + "', changed 0s ago, mode 600");
}

TEST_CASE("fails if there is no key", "[key_check]") {
  const tests::EnvironmentList environment{"A=b"};
  const CheckResult result = check(profile_in("https://a.test"), *environment);
  CHECK(result.code == ExitCode::invalid_settings);
  CHECK(contains(result.what, "no API key"));
  CHECK(contains(result.remedy, "SASE_API_KEY"));
}

}  // namespace sase::diagnose
