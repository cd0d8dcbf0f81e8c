// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/reader.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace sase::api_key {

namespace {

using namespace std::chrono_literals;

std::string key_of(const config::Profile& profile, const Environment& environment) {
  const auto place = find_api_key(profile, environment);
  if (!place) throw no_key(profile);
  return std::string(read_key(*place, environment, std::chrono::steady_clock::now() + 10s).reveal());
}

config::Profile without_source() {
  config::Profile profile;
  profile.name = "work";
  return profile;
}

config::Profile with_variable(std::string name) {
  config::Profile profile = without_source();
  profile.key_source = {.kind = ApiKeySourceKind::variable, .value = std::move(name)};
  return profile;
}

config::Profile with_file(std::string path) {
  config::Profile profile = without_source();
  profile.key_source = {.kind = ApiKeySourceKind::file, .value = std::move(path)};
  return profile;
}

const config::Profile no_source = without_source();
const config::Profile a_variable = with_variable("MY_KEY");

}  // namespace

TEST_CASE("of the standard variables the first that is set counts", "[key_reading]") {
  const tests::EnvironmentList all{"HARMONYSASE_API_KEY=4", "PERIMETER81_API_KEY=3",
                                   "CHECKPOINT_SASE_API_KEY=2", "SASE_API_KEY=1"};
  const tests::EnvironmentList without_ours{"HARMONYSASE_API_KEY=4", "PERIMETER81_API_KEY=3",
                                            "CHECKPOINT_SASE_API_KEY=2"};
  const tests::EnvironmentList last_two{"HARMONYSASE_API_KEY=4", "PERIMETER81_API_KEY=3"};
  const tests::EnvironmentList last{"HARMONYSASE_API_KEY=4"};
  const tests::EnvironmentList first_is_empty{"SASE_API_KEY=", "PERIMETER81_API_KEY=3"};

  CHECK(key_of(no_source, *all) == "1");
  CHECK(key_of(no_source, *without_ours) == "2");
  CHECK(key_of(no_source, *last_two) == "3");
  CHECK(key_of(no_source, *last) == "4");
  CHECK(key_of(no_source, *first_is_empty) == "3");
}

TEST_CASE("a profile that names a variable uses that one", "[key_reading]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=standard", "MY_KEY=mine"};

  CHECK(key_of(a_variable, *environment) == "mine");
}

TEST_CASE("a profile that names a file uses that one", "[key_reading]") {
  const tests::TemporaryDirectory directory;
  const config::Profile profile = with_file(directory.write("key", "from the file\n"));
  const tests::EnvironmentList environment{"SASE_API_KEY=standard"};

  CHECK(key_of(profile, *environment) == "from the file");
}

TEST_CASE("a named source that gives nothing is an error and not a reason to look elsewhere",
          "[key_reading]") {
  const tests::TemporaryDirectory directory;
  const tests::EnvironmentList environment{"SASE_API_KEY=standard", "MY_KEY="};
  const config::Profile a_file = with_file(directory.path("missing"));

  const Failure variable = tests::failure_of([&] { (void)key_of(a_variable, *environment); });
  const Failure file = tests::failure_of([&] { (void)key_of(a_file, *environment); });

  CHECK(variable.code == ExitCode::invalid_settings);
  CHECK(std::string(variable.what()) == "the variable that 'api-key-env' names is not set");
  CHECK(file.code == ExitCode::invalid_settings);
}

TEST_CASE("without any key there is a settings error with a way out", "[key_reading]") {
  const tests::EnvironmentList environment{"API_KEY=x", "SASE_API_KEY_FILE=x"};

  const Failure failure = tests::failure_of([&] { (void)key_of(no_source, *environment); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(std::string(failure.what()) == "no API key for the profile 'work'");
  CHECK(tests::contains(failure.hint, "SASE_API_KEY"));
}

TEST_CASE("a variable whose text cannot be a key is named, and the text is not", "[key_reading]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=hunter2\nhunter2", "MY_KEY=hunter2\x1b"};

  for (const config::Profile& profile : {no_source, a_variable}) {
    const Failure failure = tests::failure_of([&] { (void)key_of(profile, *environment); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(tests::contains(failure.what(),
                          profile.key_source.kind == ApiKeySourceKind::standard ? "SASE_API_KEY" : "MY_KEY"));
    CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
    CHECK(failure.hint == "set it to the key alone, in one line");
  }
}

TEST_CASE("a bad key in the first variable is an error, although a second one is good", "[key_reading]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=a\tb", "PERIMETER81_API_KEY=good"};

  CHECK_THROWS_AS(key_of(no_source, *environment), Failure);
}

}  // namespace sase::api_key
