// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/source.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>
#include <vector>

namespace sase::api_key {

namespace {

ApiKeySource source_of(const std::string& name, const std::string& value) {
  config::Settings values;
  const config::Assignment given{.setting = config::find_setting(name),
                                 .value = value,
                                 .layer = config::Layer::user_file,
                                 .file = "/p/default.conf",
                                 .line = 3};
  values.add(std::vector{given});
  return key_source_of(values);
}

}  // namespace

TEST_CASE("a profile names at most one place of its key", "[key_source]") {
  struct Row {
    const char* name;
    ApiKeySourceKind kind;
    const char* value;
  };
  const auto row = GENERATE(values<Row>({
      {"api-key-env", ApiKeySourceKind::variable, "MY_KEY"},
      {"api-key-file", ApiKeySourceKind::file, "/run/key"},
      {"api-key-command", ApiKeySourceKind::command, "pass show sase | head -n 1"},
      {"api-key-credential", ApiKeySourceKind::credential, "sase.key"},
      {"api-key-credential", ApiKeySourceKind::credential, "..."},
      {"api-key-keyring", ApiKeySourceKind::keyring, "sase: a key"},
  }));

  const ApiKeySource source = source_of(row.name, row.value);

  CHECK(source.kind == row.kind);
  CHECK(source.value == row.value);
  CHECK(key_source_of(config::Settings()).kind == ApiKeySourceKind::standard);
}

TEST_CASE("what cannot name a key's place is refused with its own, and not shown", "[key_source]") {
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
    const Failure failure = tests::failure_of([&row] { (void)source_of(row.name, row.value); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(std::string(failure.what()).starts_with("/p/default.conf:3: "));
    CHECK_FALSE(tests::contains(failure.what() + failure.hint, "hunter2"));
  }
}

}  // namespace sase::api_key
