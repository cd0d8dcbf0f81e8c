// SPDX-License-Identifier: Apache-2.0
#include "helper/config/settings.hpp"

#include "tests/helper/config/found_values.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"

#include <string>
#include <vector>

namespace sase::config {

namespace {

Assignment given(std::string_view name, std::string_view value, Layer layer, unsigned line = 0) {
  return {
      .setting = find_setting(name), .value = value, .layer = layer, .file = "/p/default.conf", .line = line};
}

}  // namespace

TEST_CASE("flags, variables and files share one vocabulary", "[settings]") {
  for (const Setting& setting : settings) {
    INFO(setting.name);
    std::string variable = "SASE_" + std::string(setting.name);
    for (char& c : variable)
      c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);

    CHECK(setting.variable == variable);
    CHECK(find_setting(setting.name) == &setting);
    CHECK_FALSE(setting.meaning.empty());
    CHECK_FALSE(setting.argument.empty());
  }
}

TEST_CASE("the table contains the documented settings", "[settings]") {
  for (const char* const name : {"region", "api", "url", "host", "api-key-env", "api-key-file",
                                 "api-key-command", "api-key-credential", "min-ttl", "timeout", "cache",
                                 "ca-file", "client-cert", "client-key", "proxy", "no-proxy"})
    CHECK(find_setting(name) != nullptr);
}

TEST_CASE("find_setting() rejects unknown names", "[settings]") {
  for (const char* const name : {"", "Region", "region ", "regio", "regions", "min_ttl", "api-key"})
    CHECK(find_setting(name) == nullptr);
}

TEST_CASE("a higher layer overrides a lower one, setting by setting", "[settings]") {
  const std::vector flags = {given("region", "flag", Layer::flag)};
  const std::vector variables = {given("region", "variable", Layer::variable),
                                 given("api", "variable", Layer::variable)};
  const std::vector user = {given("api", "user", Layer::user_file), given("cache", "user", Layer::user_file)};
  const std::vector system = {given("cache", "system", Layer::system_file),
                              given("timeout", "system", Layer::system_file)};
  Settings values;
  for (const auto& layer : {flags, variables, user, system})
    values.add(layer);

  CHECK(find_value(values, SettingId::region) == "flag");
  CHECK(find_value(values, SettingId::api) == "variable");
  CHECK(find_value(values, SettingId::cache) == "user");
  CHECK(find_value(values, SettingId::timeout) == "system");
  CHECK(values.find(SettingId::url) == nullptr);
}

TEST_CASE("the last of a repeated flag wins", "[settings]") {
  Settings values;
  values.add(std::vector{given("region", "us", Layer::flag), given("region", "eu", Layer::flag)});

  CHECK(find_value(values, SettingId::region) == "eu");
}

TEST_CASE("rejects a repeated setting in a file", "[settings]") {
  Settings values;
  const std::vector layer = {given("region", "us", Layer::user_file, 3),
                             given("region", "eu", Layer::user_file, 7)};

  const Failure failure = tests::catch_failure([&] { values.add(layer); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(std::string(failure.what()) == "/p/default.conf:7: 'region' is given twice");
}

TEST_CASE("rejects a repeated setting in a file, even one that a flag has given", "[settings]") {
  Settings values;
  values.add(std::vector{given("region", "in", Layer::flag)});
  const std::vector layer = {given("region", "us", Layer::user_file, 3),
                             given("region", "eu", Layer::user_file, 7)};

  CHECK_THROWS_AS(values.add(layer), Failure);
}

TEST_CASE("both files may give the same setting", "[settings]") {
  Settings values;
  values.add(std::vector{given("region", "us", Layer::user_file)});
  values.add(std::vector{given("region", "eu", Layer::system_file)});

  CHECK(find_value(values, SettingId::region) == "us");
}

TEST_CASE("all hosts come from the highest layer that has any", "[settings]") {
  Settings values;
  values.add({});
  values.add(std::vector{given("host", "a", Layer::user_file), given("host", "b", Layer::user_file)});
  values.add(std::vector{given("host", "c", Layer::system_file)});

  CHECK(find_hosts(values) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("rejects two key sources in one layer", "[settings]") {
  struct Row {
    const char* name;
    std::vector<Assignment> layer;
    ExitCode code;
  };
  const auto row = GENERATE(values<Row>({
      {"two flags",
       {given("api-key-env", "A", Layer::flag), given("api-key-file", "/k", Layer::flag)},
       ExitCode::usage_error},
      {"two variables",
       {given("api-key-env", "A", Layer::variable), given("api-key-file", "/k", Layer::variable)},
       ExitCode::invalid_settings},
      {"two lines of a file",
       {given("api-key-file", "/k", Layer::user_file), given("api-key-env", "A", Layer::user_file)},
       ExitCode::invalid_settings},
      {"the same in two lines of a file",
       {given("api-key-file", "/k", Layer::user_file), given("api-key-file", "/l", Layer::user_file)},
       ExitCode::invalid_settings},
  }));

  DYNAMIC_SECTION(row.name) {
    Settings values;
    CHECK(tests::catch_failure([&] { values.add(row.layer); }).code == row.code);
  }
}

TEST_CASE("rejects each pair of key sources in one layer", "[settings]") {
  for (const KeySourceRow& row : key_sources)
    for (const KeySourceRow& other : key_sources)
      for (const Layer layer : {Layer::flag, Layer::variable, Layer::user_file, Layer::system_file}) {
        if (row.id == other.id) continue;
        const std::string_view first = settings[static_cast<std::size_t>(row.id)].name;
        const std::string_view second = settings[static_cast<std::size_t>(other.id)].name;
        Settings values;
        const Failure failure = tests::catch_failure([&] {
          values.add(std::vector{given(first, "/a", layer), given(second, "/b", layer)});
        });
        CHECK(failure.code == (layer == Layer::flag ? ExitCode::usage_error : ExitCode::invalid_settings));
        CHECK(
            tests::contains(failure.what(), "a second source of the API key beside '" + std::string(first)));
      }
}

TEST_CASE("the key source is that of the highest layer that has one", "[settings]") {
  Settings values;
  values.add(std::vector{given("api-key-env", "A", Layer::variable)});
  values.add(std::vector{given("api-key-file", "/k", Layer::user_file)});

  CHECK(find_value(values, SettingId::api_key_env) == "A");
  CHECK(values.find(SettingId::api_key_file) == nullptr);
}

TEST_CASE("rejects two key sources in a lower layer that a higher one overrides", "[settings]") {
  Settings values;
  values.add(std::vector{given("api-key-env", "A", Layer::flag)});
  const std::vector layer = {given("api-key-file", "/k", Layer::user_file),
                             given("api-key-env", "B", Layer::user_file)};

  CHECK_THROWS_AS(values.add(layer), Failure);
}

TEST_CASE("the last of a repeated key source flag wins", "[settings]") {
  Settings values;
  values.add(std::vector{given("api-key-file", "/k", Layer::flag), given("api-key-file", "/l", Layer::flag)});

  CHECK(find_value(values, SettingId::api_key_file) == "/l");
}

TEST_CASE("the service address is that of the highest layer that has one", "[settings]") {
  struct Row {
    const char* name;
    Assignment higher;
    Assignment lower;
  };
  const auto row = GENERATE(values<Row>({
      {"region over url", given("region", "eu", Layer::flag),
       given("url", "https://a.test", Layer::user_file)},
      {"url over region", given("url", "https://a.test", Layer::flag),
       given("region", "eu", Layer::variable)},
      {"in files", given("region", "eu", Layer::user_file),
       given("url", "https://a.test", Layer::system_file)},
  }));

  DYNAMIC_SECTION(row.name) {
    Settings values;
    values.add(std::vector{row.higher});
    values.add(std::vector{row.lower});

    CHECK(values.find(row.higher.setting->id) != nullptr);
    CHECK(values.find(row.lower.setting->id) == nullptr);
  }
}

TEST_CASE("api does not override the url of a lower layer", "[settings]") {
  Settings values;
  values.add(std::vector{given("api", "v3", Layer::flag)});
  values.add(std::vector{given("url", "https://a.test", Layer::user_file)});

  CHECK(find_value(values, SettingId::url) == "https://a.test");
}

TEST_CASE("rejects region and url in one layer, even if a higher layer overrides both", "[settings]") {
  const Layer layer = GENERATE(Layer::flag, Layer::variable, Layer::user_file, Layer::system_file);
  Settings values;
  if (layer != Layer::flag) values.add(std::vector{given("region", "us", Layer::flag)});

  const Failure failure = tests::catch_failure([&] {
    values.add(std::vector{given("region", "eu", layer), given("url", "https://a.test", layer, 2)});
  });

  CHECK(failure.code == (layer == Layer::flag ? ExitCode::usage_error : ExitCode::invalid_settings));
  CHECK(tests::contains(failure.what(), ": a second service beside 'region'"));
  CHECK(failure.hint == "keep one of the two");
}

TEST_CASE("a message names where a value was given", "[settings]") {
  CHECK(given("min-ttl", "x", Layer::flag).source() == "--min-ttl");
  CHECK(given("min-ttl", "x", Layer::variable).source() == "SASE_MIN_TTL");
  CHECK(given("min-ttl", "x", Layer::user_file, 3).source() == "/p/default.conf:3");
  CHECK(given("min-ttl", "x", Layer::system_file, 12).source() == "/p/default.conf:12");
  CHECK(read_common_variables(*tests::EnvironmentList{"HTTPS_PROXY=p"}).front().source() == "HTTPS_PROXY");
}

TEST_CASE("an invalid value is a usage error in a flag and a settings error elsewhere", "[settings]") {
  CHECK(given("api", "x", Layer::flag).failure("bad").code == ExitCode::usage_error);
  CHECK(given("api", "x", Layer::variable).failure("bad").code == ExitCode::invalid_settings);
  CHECK(given("api", "x", Layer::user_file).failure("bad").code == ExitCode::invalid_settings);
  CHECK(given("api", "x", Layer::system_file).failure("bad").code == ExitCode::invalid_settings);
  CHECK(std::string(given("api", "x", Layer::variable).failure("bad").what()) == "SASE_API: bad");
}

TEST_CASE("exactly the api-key settings have the role of a key source, and each has a row", "[settings]") {
  for (const Setting& setting : settings) {
    INFO(setting.name);
    const bool is_source = setting.name.starts_with("api-key-");
    CHECK((setting.role == Role::key_source) == is_source);
    CHECK((std::ranges::find(key_sources, setting.id, &KeySourceRow::id) != key_sources.end()) == is_source);
  }
}

}  // namespace sase::config
