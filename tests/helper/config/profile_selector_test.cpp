// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_selector.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sase::config {

namespace {

/// The profiles of one user: each name with the text of its file.
using Profiles = std::vector<std::pair<std::string, std::string>>;

/// One call, and the profiles of its user.
struct Situation {
  Profiles profiles;
  std::optional<std::string> flag = std::nullopt;  ///< `--profile`
  std::string variable = "";                       ///< SASE_PROFILE
  std::vector<std::pair<std::string, std::string>> flags = {};

  template <typename Ask>
  auto ask(const Ask& question) const {
    const tests::TemporaryDirectory home;
    for (const auto& [name, text] : profiles)
      home.write(".config/sase-credential/profiles/" + name + ".conf", text);
    const tests::EnvironmentList environment{"HOME=" + home.path(), "SASE_PROFILE=" + variable};
    std::vector<Assignment> settings;
    for (const auto& [name, value] : flags)
      settings.push_back({.setting = find_setting(name), .value = value, .layer = Layer::flag});
    return question(ProfileSelector(*environment, settings, named_profile(*environment, flag)));
  }

  /// The name of the profile that is selected for a host; `(none)` if no profile owns it.
  [[nodiscard]] std::string for_host(std::string_view host, std::string_view username = "") const {
    return ask([host, username](const ProfileSelector& choice) -> std::string {
      const auto profile = choice.for_host(protocol::Host::parse(host).value(), username);
      return profile ? profile->name : "(none)";
    });
  }

  [[nodiscard]] std::string without_host() const {
    return ask([](const ProfileSelector& choice) { return choice.without_host().name; });
  }
};

const Profiles nothing = {};
const Profiles one = {{"work", "url = https://work.test\n"}};
const Profiles two = {{"default", "url = https://default.test\n"}, {"work", "url = https://work.test\n"}};
const Profiles no_default = {{"home", "url = https://home.test\nhost = shared.test\n"},
                             {"work", "url = https://work.test\nhost = shared.test\n"}};
const Profiles shared = {{"default", "url = https://default.test\nhost = shared.test\n"},
                         {"work", "url = https://work.test\nhost = shared.test\n"}};

}  // namespace

TEST_CASE("selects the profile of a request in the documented order", "[profile_selector]") {
  struct Row {
    const char* name;
    Situation situation;
    std::string host, username, expected;
  };
  const auto row = GENERATE(values<Row>({
      {"without any file there is a default", {nothing}, "api.perimeter81.com", "", "default"},
      {"without any file, a foreign host", {nothing}, "evil.test", "", "(none)"},
      {"without any file, 'default' may be named", {nothing}, "api.perimeter81.com", "default", "default"},
      {"without any file, another user", {nothing}, "api.perimeter81.com", "other", "(none)"},
      {"the default, if it owns the host", {two}, "default.test", "", "default"},
      {"else the one that does", {two}, "work.test", "", "work"},
      {"none that does", {two}, "evil.test", "", "(none)"},
      {"a file that is there makes no default for the region us", {one}, "api.perimeter81.com", "", "(none)"},
      {"one profile that owns the host", {one}, "work.test", "", "work"},
      {"one of several without a default", {no_default}, "home.test", "", "home"},
      {"the default wins where several own the host", {shared}, "shared.test", "", "default"},
      {"the request's user name", {shared}, "shared.test", "work", "work"},
      {"the user name of a profile that does not own the host", {two}, "default.test", "work", "(none)"},
      {"a user name that names none", {two}, "default.test", "other", "(none)"},
      {"a user name that cannot name one", {two}, "default.test", "a\x1b[2J", "(none)"},
      {"a user name that leads out of the directory", {two}, "default.test", "../profiles/work", "(none)"},
      {"a user name in capitals", {two}, "work.test", "WORK", "(none)"},
      {"the variable", {shared, std::nullopt, "work"}, "shared.test", "", "work"},
      {"the variable's profile does not own the host",
       {two, std::nullopt, "work"},
       "default.test",
       "",
       "(none)"},
      {"the user name before the variable",
       {shared, std::nullopt, "work"},
       "shared.test",
       "default",
       "default"},
      {"the flag", {shared, "work"}, "shared.test", "", "work"},
      {"the flag before the variable", {shared, "work", "default"}, "shared.test", "", "work"},
      {"the flag before the user name", {shared, "work"}, "shared.test", "default", "work"},
      {"the flag before a user name that names none", {shared, "work"}, "shared.test", "other", "work"},
      {"the flag's profile does not own the host", {two, "work"}, "default.test", "", "(none)"},
      {"a good flag although the variable is wrong", {two, "work", "bogus"}, "work.test", "", "work"},
      {"a host's own port", {two}, "work.test:443", "", "work"},
      {"another port", {two}, "work.test:8443", "", "(none)"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(row.situation.for_host(row.host, row.username) == row.expected); }
}

TEST_CASE("selects the profile of a call without a host in the documented order", "[profile_selector]") {
  struct Row {
    const char* name;
    Situation situation;
    std::string expected;
  };
  const auto row = GENERATE(values<Row>({
      {"without any file there is a default", {nothing}, "default"},
      {"the default", {two}, "default"},
      {"exactly one is meant", {one}, "work"},
      {"the variable", {two, std::nullopt, "work"}, "work"},
      {"the flag", {two, "work"}, "work"},
      {"the flag before the variable", {two, "work", "default"}, "work"},
  }));

  DYNAMIC_SECTION(row.name) { CHECK(row.situation.without_host() == row.expected); }
}

TEST_CASE("several owners of a host without a default are a settings error that names them",
          "[profile_selector]") {
  const Failure failure = tests::catch_failure([] { (void)Situation{no_default}.for_host("shared.test"); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(std::string(failure.what()) == "several profiles own 'shared.test': home, work");
  // Other hosts than git cannot name one in the URL.
  CHECK(tests::contains(failure.hint, "in git's dialect also with the URL's user name"));
}

TEST_CASE("several owners are an error if the default does not own the host", "[profile_selector]") {
  Profiles profiles = no_default;
  profiles.emplace_back("default", "url = https://default.test\n");

  CHECK(tests::catch_failure([&] { (void)Situation{profiles}.for_host("shared.test"); }).code ==
        ExitCode::invalid_settings);
}

TEST_CASE("key_variables() are those of all profiles", "[profile_selector]") {
  const Profiles profiles = {{"default", "api-key-env = OF_DEFAULT\n"},
                             {"work", "bogus\napi-key-file = /key\napi-key-env = OF_WORK\n"},
                             {"none", "url = https://none.test\n"}};
  const Situation situation{profiles, "work", "", {{"api-key-env", "A"}, {"api-key-env", "B"}}};

  CHECK(situation.ask([](const ProfileSelector& choice) { return choice.key_variables(); }) ==
        std::vector<std::string>{"A", "B", "OF_DEFAULT", "OF_WORK"});
  CHECK(Situation{nothing}.ask([](const ProfileSelector& choice) { return choice.key_variables(); }).empty());
}

TEST_CASE("several profiles without a default are a settings error for a call without a host",
          "[profile_selector]") {
  const Failure failure = tests::catch_failure([] { (void)Situation{no_default}.without_host(); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.hint, "home, work"));
}

TEST_CASE("an error about an unknown profile names where the profile was given", "[profile_selector]") {
  struct Row {
    const char* name;
    Situation situation;
    ExitCode code;
    std::string what, hint;
  };
  const auto row = GENERATE(values<Row>({
      {"by the flag",
       {two, "wrok"},
       ExitCode::usage_error,
       "--profile: there is no profile 'wrok'",
       "did you mean 'work'?"},
      {"nearly by the flag",
       {two, "works"},
       ExitCode::usage_error,
       "--profile: there is no profile 'works'",
       "did you mean 'work'?"},
      {"by the variable",
       {two, std::nullopt, "other"},
       ExitCode::invalid_settings,
       "SASE_PROFILE: there is no profile 'other'",
       "there are: default, work"},
      {"without any profile",
       {nothing, "work"},
       ExitCode::usage_error,
       "--profile: there is no profile 'work'",
       "none has been made yet"},
      {"the default, where there are others",
       {one, "default"},
       ExitCode::usage_error,
       "--profile: there is no profile 'default'",
       "there are: work"},
  }));

  DYNAMIC_SECTION(row.name) {
    const Failure for_host = tests::catch_failure([&row] { (void)row.situation.for_host("work.test"); });
    CHECK(for_host.code == row.code);
    CHECK(for_host.what() == row.what);
    CHECK(for_host.hint == row.hint);
    CHECK(tests::catch_failure([&row] { (void)row.situation.without_host(); }).code == row.code);
  }
}

TEST_CASE("an invalid profile name opens no file", "[profile_selector]") {
  for (const std::string name : {"", "../work", "/etc/passwd", "A", "a\nb", "."}) {
    INFO(name);
    const Failure failure = tests::catch_failure([&name] { (void)Situation{two, name}.without_host(); });
    CHECK(failure.code == ExitCode::usage_error);
    CHECK(tests::contains(failure.what(), "cannot name a profile"));
    CHECK_FALSE(tests::contains(failure.what(), "\n"));
  }
}

TEST_CASE("an invalid profile does not affect a call that uses another one", "[profile_selector]") {
  Profiles profiles = two;
  profiles.emplace_back("broken", "bogus\n");

  CHECK(Situation{profiles}.for_host("default.test") == "default");
  CHECK(Situation{profiles}.for_host("work.test") == "work");
  CHECK(Situation{profiles}.for_host("work.test", "work") == "work");
  CHECK(Situation{profiles}.without_host() == "default");
}

TEST_CASE("reports an invalid profile that is needed", "[profile_selector]") {
  Profiles profiles = two;
  profiles.emplace_back("broken", "bogus\n");

  CHECK(tests::catch_failure([&] {
          (void)Situation{profiles, "broken"}.without_host();
        }).code == ExitCode::invalid_settings);
  CHECK(tests::catch_failure([&] { (void)Situation{profiles}.for_host("work.test", "broken"); }).code ==
        ExitCode::invalid_settings);
}

TEST_CASE("flags and variables override the profile file, setting by setting", "[profile_selector]") {
  const Situation situation{
      .profiles = {{"default", "url = https://default.test\nmin-ttl = 5m\ntimeout = 5s\n"}},
      .flags = {{"min-ttl", "7m"}}};

  situation.ask([](const ProfileSelector& choice) {
    const Profile profile = choice.without_host();
    CHECK(profile.authorize_url == "https://default.test/api/v1/auth/authorize");
    CHECK(profile.min_ttl == std::chrono::minutes(7));
    CHECK(profile.timeout == std::chrono::seconds(5));
    return 0;
  });
}

TEST_CASE("the region of a Terraform provider is for the key in its own variable", "[profile_selector]") {
  const tests::TemporaryDirectory home;
  const auto host = [&home](const std::string& variable) {
    const tests::EnvironmentList environment{"HOME=" + home.path(), "CHECKPOINT_SASE_API_KEY=k",
                                             "BASE_URL=https://api.eu.sase.checkpoint.com/api/rest",
                                             variable};
    return ProfileSelector(*environment, {}, std::nullopt).without_host().hosts.front().name;
  };

  CHECK(host("A=b") == "api.eu.sase.checkpoint.com");
  CHECK(host("SASE_API_KEY_FILE=/key") == "api.perimeter81.com");
  CHECK(host("SASE_API_KEY=k") == "api.perimeter81.com");
  CHECK(host("SASE_REGION=au") == "api.au.sase.checkpoint.com");
  CHECK(host("SASE_URL=https://a.test") == "a.test");
}

TEST_CASE("the environment alone defines a profile", "[profile_selector]") {
  const tests::TemporaryDirectory home;
  const tests::EnvironmentList environment{"HOME=" + home.path(), "SASE_REGION=eu", "SASE_MIN_TTL=2m"};

  const Profile profile = ProfileSelector(*environment, {}, std::nullopt).without_host();

  CHECK(profile.name == "default");
  CHECK(profile.authorize_url == "https://api.eu.sase.checkpoint.com/api/v1/auth/authorize");
  CHECK(profile.min_ttl == std::chrono::minutes(2));
}

}  // namespace sase::config
