// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/source.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"

#include <string>
#include <vector>

namespace sase::helper {

namespace {

KeySource source_of(const std::string& name, const std::string& value) {
  Settings values;
  const Assignment given{.setting = find_setting(name),
                         .value = value,
                         .layer = Layer::user_file,
                         .file = "/p/default.conf",
                         .line = 3};
  values.add(std::vector{given});
  return key_source_of(values);
}

}  // namespace

TEST_CASE("a profile names at most one place of its key", "[key_source]") {
  struct Row {
    const char* name;
    KeyKind kind;
    const char* value;
  };
  const auto row = GENERATE(values<Row>({
      {"api-key-env", KeyKind::variable, "MY_KEY"},
      {"api-key-file", KeyKind::file, "/run/key"},
      {"api-key-command", KeyKind::command, "pass show sase | head -n 1"},
      {"api-key-credential", KeyKind::credential, "sase.key"},
      {"api-key-credential", KeyKind::credential, "..."},
      {"api-key-keyring", KeyKind::keyring, "sase: a key"},
  }));

  const KeySource source = source_of(row.name, row.value);

  CHECK(source.kind == row.kind);
  CHECK(source.value == row.value);
  CHECK(key_source_of(Settings()).kind == KeyKind::standard);
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
    CHECK(failure.code == ExitCode::settings);
    CHECK(std::string(failure.what()).starts_with("/p/default.conf:3: "));
    CHECK_FALSE(tests::contains(failure.what() + failure.hint, "hunter2"));
  }
}

}  // namespace sase::helper
