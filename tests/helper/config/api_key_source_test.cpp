// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>
#include <vector>

namespace sase::config {

namespace {

using Kind = ApiKeySource::Kind;

std::optional<ApiKeySource> parse(const std::string& name, const std::string& value) {
  Settings values;
  const Assignment given{.setting = find_setting(name),
                         .value = value,
                         .layer = Layer::user_file,
                         .file = "/p/default.conf",
                         .line = 3};
  values.add(std::vector{given});
  return parse_api_key_source(values);
}

}  // namespace

TEST_CASE("each api-key setting names a source of its kind", "[api_key_source]") {
  struct Row {
    const char* name;
    Kind kind;
    const char* value;
  };
  const auto row = GENERATE(values<Row>({
      {"api-key-env", Kind::variable, "MY_KEY"},
      {"api-key-file", Kind::file, "/run/key"},
      {"api-key-command", Kind::command, "pass show sase | head -n 1"},
      {"api-key-credential", Kind::credential, "sase.key"},
      {"api-key-credential", Kind::credential, "..."},
      {"api-key-keyring", Kind::keyring, "sase: a key"},
  }));

  const auto source = parse(row.name, row.value);

  REQUIRE(source);
  CHECK(source->kind == row.kind);
  CHECK(source->value == row.value);
  CHECK(source->is_named);
}

TEST_CASE("settings without a source of the key name none", "[api_key_source]") {
  CHECK_FALSE(parse_api_key_source(Settings()));
}

TEST_CASE("every setting with the role of a key source has a kind", "[api_key_source]") {
  for (const Setting& setting : settings)
    if (setting.role == Role::key_source) {
      INFO(setting.name);
      CHECK(parse(std::string(setting.name), setting.argument == "FILE" ? "/k" : "k"));
    }
}

TEST_CASE("rejects an invalid source without showing its value", "[api_key_source]") {
  struct Row {
    std::string name, value;
  };
  const auto row = GENERATE(values<Row>({
      {"api-key-env", "hunter2=x"},
      {"api-key-env", ""},
      {"api-key-file", "hunter2"},
      {"api-key-file", ""},
      {"api-key-command", ""},
      {"api-key-command", "  "},
      {"api-key-credential", ""},
      {"api-key-credential", "."},
      {"api-key-credential", ".."},
      {"api-key-credential", "/run/hunter2"},
      {"api-key-credential", "../hunter2"},
      {"api-key-credential", "hunter2/"},
      {"api-key-credential", "hunter2" + std::string(255, 'x')},
      {"api-key-keyring", ""},
      {"api-key-keyring", "hunter2" + std::string(4095, 'x')},
  }));

  DYNAMIC_SECTION(row.name << " = " << row.value.substr(0, 20)) {
    const Failure failure = tests::catch_failure([&row] { (void)parse(row.name, row.value); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(std::string(failure.what()).starts_with("/p/default.conf:3: "));
    CHECK_FALSE(tests::contains(failure.what() + failure.hint, "hunter2"));
  }
}

}  // namespace sase::config
