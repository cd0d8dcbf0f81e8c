// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_draft.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sase::config {

namespace {

using Flags = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view head = "# Made by 'sase-credential login'.\n";

/// A login: its flags and variables, and the existing profile.
struct Situation {
  Flags flags = {};
  std::vector<std::string> variables = {};
  std::string text = "";  ///< of the profile's file; empty: no file

  template <typename Ask>
  auto ask(const Ask& question) const {
    const tests::TemporaryDirectory home;
    if (!text.empty()) home.write(".config/sase-credential/profiles/work.conf", text);
    std::vector<std::string> entries = variables;
    entries.push_back("HOME=" + home.path());
    const tests::EnvironmentList environment(entries);
    std::vector<Assignment> settings;
    for (const auto& [name, value] : flags)
      settings.push_back({.setting = find_setting(name), .value = value, .layer = Layer::flag});
    return question(read_draft(*environment, settings, "work"));
  }

  [[nodiscard]] std::string new_text() const { return ask(format_profile); }
  [[nodiscard]] bool lacks_service() const {
    return ask([](const ProfileDraft& draft) { return !draft.values.has(Role::service_address); });
  }
  [[nodiscard]] Failure failure() const {
    return tests::catch_failure([this] { (void)new_text(); });
  }
};

}  // namespace

TEST_CASE("a new profile contains the settings of flags and the service of variables", "[profile_draft]") {
  struct Row {
    const char* name;
    Flags flags;
    std::vector<std::string> variables;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing", {}, {}, ""},
      {"flags, in the table's order",
       {{"min-ttl", "5m"}, {"region", "eu"}},
       {},
       "region = eu\nmin-ttl = 5m\n"},
      {"the last of a repeated flag", {{"region", "eu"}, {"region", "au"}}, {}, "region = au\n"},
      {"a repeatable flag", {{"host", "a.test"}, {"host", "b.test"}}, {}, "host = a.test\nhost = b.test\n"},
      {"variables of the service",
       {},
       {"SASE_URL=https://s.test", "SASE_API=v3", "SASE_HOST=a.test,b.test"},
       "api = v3\nurl = https://s.test\nhost = a.test\nhost = b.test\n"},
      {"other variables", {}, {"SASE_MIN_TTL=5m", "SASE_CA_FILE=/ca.pem", "SASE_PROXY=http://p"}, ""},
      {"not the region of a provider's variable, which is for another key",
       {},
       {"HARMONYSASE_API_KEY=k", "HARMONYSASE_REGION=eu"},
       ""},
      {"a flag over a variable", {{"region", "eu"}}, {"SASE_REGION=us"}, "region = eu\n"},
      {"the trace of this call", {{"trace", "1"}}, {}, ""},
      {"an empty list", {{"no-proxy", ""}}, {}, ""},
      {"a list of several lines", {{"no-proxy", "a.test\nb.test"}}, {}, "no-proxy = a.test b.test\n"},
  }));

  DYNAMIC_SECTION(row.name) {
    const Situation login{.flags = row.flags, .variables = row.variables};
    CHECK(login.new_text() == std::string(head) + row.expected);
  }
}

TEST_CASE("changes only the given settings of an existing profile", "[profile_draft]") {
  const Situation login{.flags = {{"region", "au"}},
                        .variables = {"SASE_API=v3"},
                        .text = "# comment\nregion = eu\n\nmin-ttl = 5m\n"};

  CHECK(login.new_text() == "# comment\nregion = au\n\nmin-ttl = 5m\napi = v3\n");
}

TEST_CASE("asks for the service only if no setting selects it", "[profile_draft]") {
  CHECK(Situation{}.lacks_service());
  CHECK(Situation{.flags = {{"min-ttl", "5m"}}, .text = "cache = none\n"}.lacks_service());
  CHECK_FALSE(Situation{.flags = {{"region", "us"}}}.lacks_service());
  CHECK_FALSE(Situation{.variables = {"SASE_URL=https://s.test"}}.lacks_service());
  CHECK_FALSE(Situation{.text = "region = in\n"}.lacks_service());
}

TEST_CASE("the chosen region is written and selects the service", "[profile_draft]") {
  const tests::EnvironmentList environment{"HOME=/nonexistent"};
  ProfileDraft draft = read_draft(*environment, {}, "work");

  set_region(draft.values, *find_region("au"));

  CHECK(format_profile(draft) == std::string(head) + "region = au\n");
  CHECK(make_profile("work", draft.values).authorize_url ==
        "https://api.au.sase.checkpoint.com/api/v1/auth/authorize");
}

TEST_CASE("rejects a login to a profile that names another key source", "[profile_draft]") {
  struct Row {
    const char* name;
    Situation login;
    ExitCode code;
    const char* what;
  };
  const auto row = GENERATE(values<Row>({
      {"by its file",
       {.text = "region = eu\napi-key-file = /key\n"},
       ExitCode::invalid_settings,
       "work.conf:2: the profile"},
      {"by a variable",
       {.variables = {"SASE_API_KEY_COMMAND=pass show x"}},
       ExitCode::invalid_settings,
       "SASE_API_KEY_COMMAND: the profile 'work' reads its key from 'api-key-command'"},
      {"by a flag", {.flags = {{"api-key-env", "A"}}}, ExitCode::usage_error, "--api-key-env: the profile"},
  }));

  DYNAMIC_SECTION(row.name) {
    const Failure failure = row.login.failure();
    CHECK(failure.code == row.code);
    CHECK(tests::contains(failure.what(), row.what));
  }
}

TEST_CASE("a new service address replaces the other one of the file", "[profile_draft]") {
  CHECK(Situation{.flags = {{"region", "eu"}}, .text = "url = https://s.test\nmin-ttl = 5m\n"}.new_text() ==
        "min-ttl = 5m\nregion = eu\n");
  CHECK(Situation{.flags = {{"url", "https://s.test"}}, .text = "region = eu\n"}.new_text() ==
        "url = https://s.test\n");
}

TEST_CASE("rejects a login to a profile with an invalid file", "[profile_draft]") {
  CHECK(tests::contains(Situation{.text = "regoin = eu\n"}.failure().what(),
                        "work.conf:1: unknown setting 'regoin'"));
}

TEST_CASE("with_setting() changes one setting and keeps all other lines", "[profile_draft]") {
  struct Row {
    const char* name;
    const char* text;
    const char* setting;
    std::vector<std::string> values;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"in an empty text", "", "region", {"eu"}, "region = eu\n"},
      {"not there yet", "# mine\napi = v3\n", "region", {"eu"}, "# mine\napi = v3\nregion = eu\n"},
      {"there already", "region = us # no comment\napi = v3\n", "region", {"eu"}, "region = eu\napi = v3\n"},
      {"written without blanks", "region=us\n", "region", {"eu"}, "region = eu\n"},
      {"indented, with a tab", " \tregion\t= us\n", "region", {"eu"}, "region = eu\n"},
      {"with lines that end as on Windows",
       "region = us\r\napi = v3\r\n",
       "region",
       {"eu"},
       "region = eu\napi = v3\r\n"},
      {"in a comment", "# region = us\n", "region", {"eu"}, "# region = us\nregion = eu\n"},
      {"the beginning of another's name", "api-key-env = A\n", "api", {"v3"}, "api-key-env = A\napi = v3\n"},
      {"the end of another's name",
       "no-proxy = a\n",
       "proxy",
       {"http://p"},
       "no-proxy = a\nproxy = http://p\n"},
      {"without a last line end", "api = v3", "region", {"eu"}, "api = v3\nregion = eu\n"},
      {"empty lines", "\n\napi = v3\n\n", "api", {"v1"}, "\n\napi = v1\n\n"},
      {"several values",
       "host = a\napi = v3\nhost = b\n",
       "host",
       {"c", "d", "e"},
       "host = c\nhost = d\nhost = e\napi = v3\n"},
      {"no value", "host = a\napi = v3\nhost = b\n", "host", {}, "api = v3\n"},
      {"no value of what is not there", "api = v3\n", "host", {}, "api = v3\n"},
  }));

  DYNAMIC_SECTION(row.name) {
    CHECK(with_setting(row.text, *find_setting(row.setting), row.values) == row.expected);
  }
}

TEST_CASE("certificates are for the url beside them, and go with it", "[profile_draft]") {
  struct Row {
    const char* name;
    Flags flags;
    const char* text;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"a region in place of a url",
       {{"region", "eu"}},
       "url = https://s.test\nca-file = /ca.pem\nclient-cert = /c.pem\nclient-key = /k.pem\ncache = none\n",
       "cache = none\nregion = eu\n"},
      {"another url",
       {{"url", "https://t.test"}},
       "url = https://s.test\nca-file = /ca.pem\n",
       "url = https://t.test\n"},
      {"another url with its own",
       {{"url", "https://t.test"}, {"ca-file", "/t.pem"}},
       "url = https://s.test\nca-file = /ca.pem\n",
       "url = https://t.test\nca-file = /t.pem\n"},
      {"the same url",
       {{"url", "https://s.test"}},
       "ca-file = /ca.pem\nurl = https://s.test\n",
       "ca-file = /ca.pem\nurl = https://s.test\n"},
      {"the same url with a slash",
       {{"url", "https://s.test/"}},
       "url = https://s.test\nca-file = /ca.pem\n",
       "url = https://s.test/\nca-file = /ca.pem\n"},
      {"the same url in upper case, in blanks",
       {{"url", " HTTPS://S.TEST "}},
       "url = https://s.test\nca-file = /ca.pem\n",
       "url = HTTPS://S.TEST\nca-file = /ca.pem\n"},
      {"the same url with the vendor's path and the port",
       {{"url", "https://s.test:443/api/rest"}},
       "url = https://s.test\nca-file = /ca.pem\n",
       "url = https://s.test:443/api/rest\nca-file = /ca.pem\n"},
      {"the beginning of the url, without its port",
       {{"url", "https://s.test"}},
       "url = https://s.test:8443\nca-file = /ca.pem\n",
       "url = https://s.test\n"},
      {"the beginning of the port",
       {{"url", "https://s.test:844"}},
       "url = https://s.test:8443\nca-file = /ca.pem\n",
       "url = https://s.test:844\n"},
      {"a url that only a comment has",
       {{"url", "https://t.test"}},
       "# was https://t.test\nurl = https://s.test\nca-file = /ca.pem\n",
       "# was https://t.test\nurl = https://t.test\n"},
      {"hosts of another service",
       {{"region", "eu"}},
       "region = us\nhost = a.test\nhost = b.test\n",
       "region = eu\n"},
      {"no service is given",
       {{"cache", "none"}},
       "ca-file = /ca.pem\nurl = https://s.test\n",
       "ca-file = /ca.pem\nurl = https://s.test\ncache = none\n"},
      {"another region, behind a proxy with certificates of its own",
       {{"region", "eu"}},
       "region = us\nca-file = /ca.pem\n",
       "region = eu\nca-file = /ca.pem\n"},
      {"a first service",
       {{"url", "https://s.test"}},
       "ca-file = /ca.pem\n",
       "ca-file = /ca.pem\nurl = https://s.test\n"},
  }));

  DYNAMIC_SECTION(row.name) {
    const Situation login{.flags = row.flags, .text = row.text};
    CHECK(login.new_text() == row.expected);
    CHECK(login.ask([](const ProfileDraft& draft) {
      return draft.values.find(SettingId::ca_file) != nullptr;
    }) == tests::contains(row.expected, "ca-file"));
  }
}

}  // namespace sase::config
