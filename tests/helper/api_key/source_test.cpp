// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include <unistd.h>

namespace sase::api_key {

namespace {

using namespace std::chrono_literals;
using Kind = ApiKeySource::Kind;

config::Profile without_source() {
  config::Profile profile;
  profile.name = "work";
  return profile;
}

config::Profile with_source(Kind kind, std::string value) {
  config::Profile profile = without_source();
  profile.key_source = ApiKeySource{.kind = kind, .value = std::move(value)};
  return profile;
}

/// `KIND VALUE`, or `(none)`.
std::string found(const config::Profile& profile, const Environment& environment) {
  static constexpr std::array<std::string_view, 5> names = {"variable", "file", "command", "credential",
                                                            "keyring"};
  const auto source = find_source(profile, environment);
  if (!source) return "(none)";
  return std::string(names.at(static_cast<std::size_t>(source->kind))) + ' ' + source->value;
}

std::string described(const config::Profile& profile, const Environment& environment) {
  return describe(find_source(profile, environment).value());
}

std::string key_from(const config::Profile& profile, const Environment& environment) {
  const auto source = find_source(profile, environment);
  if (!source) throw no_key(profile, environment);
  return std::string(read_key(*source, environment, std::chrono::steady_clock::now() + 10s).reveal());
}

const config::Profile no_source = without_source();
const config::Profile a_variable = with_source(Kind::variable, "MY_KEY");

}  // namespace

TEST_CASE("the standard sources have the documented order", "[api_key_source]") {
  const tests::TemporaryDirectory directory;
  const std::string credential = directory.write("credentials/sase-api-key", "");
  const std::string login = directory.write("config/sase-credential/keys/work", "");
  const std::string credentials = "CREDENTIALS_DIRECTORY=" + directory.path("credentials");
  const std::string config = "XDG_CONFIG_HOME=" + directory.path("config");

  const tests::EnvironmentList all{"HARMONYSASE_API_KEY=x",
                                   "PERIMETER81_API_KEY=x",
                                   "CHECKPOINT_SASE_API_KEY=x",
                                   "SASE_API_KEY=x",
                                   credentials,
                                   config};
  const tests::EnvironmentList last_variable{"HARMONYSASE_API_KEY=x", "SASE_API_KEY=", credentials, config};
  const tests::EnvironmentList no_variable{credentials, config};
  const tests::EnvironmentList login_alone{"CREDENTIALS_DIRECTORY=" + directory.path("none"), config};
  const tests::EnvironmentList nothing{"CREDENTIALS_DIRECTORY=credentials", "HOME=" + directory.path()};

  CHECK(found(no_source, *all) == "variable SASE_API_KEY");
  CHECK(found(no_source, *last_variable) == "variable HARMONYSASE_API_KEY");
  CHECK(found(no_source, *no_variable) == "credential " + credential);
  CHECK(found(no_source, *login_alone) == "file " + login);
  CHECK(found(no_source, *nothing) == "(none)");
}

TEST_CASE("reads the first standard variable that is set", "[api_key_source]") {
  const tests::EnvironmentList all{"HARMONYSASE_API_KEY=4", "PERIMETER81_API_KEY=3",
                                   "CHECKPOINT_SASE_API_KEY=2", "SASE_API_KEY=1"};
  const tests::EnvironmentList last_three{"HARMONYSASE_API_KEY=4", "PERIMETER81_API_KEY=3",
                                          "CHECKPOINT_SASE_API_KEY=2"};
  const tests::EnvironmentList last_two{"HARMONYSASE_API_KEY=4", "PERIMETER81_API_KEY=3"};
  const tests::EnvironmentList last{"HARMONYSASE_API_KEY=4"};
  const tests::EnvironmentList first_is_empty{"SASE_API_KEY=", "PERIMETER81_API_KEY=3"};

  CHECK(key_from(no_source, *all) == "1");
  CHECK(key_from(no_source, *last_three) == "2");
  CHECK(key_from(no_source, *last_two) == "3");
  CHECK(key_from(no_source, *last) == "4");
  CHECK(key_from(no_source, *first_is_empty) == "3");
}

TEST_CASE("does not use the key that 'login' stored for another profile", "[api_key_source]") {
  const tests::TemporaryDirectory directory;
  (void)directory.write("sase-credential/keys/other", "");
  const tests::EnvironmentList config{"XDG_CONFIG_HOME=" + directory.path()};

  CHECK(found(no_source, *config) == "(none)");
}

TEST_CASE("a named source is used, whatever standard sources exist", "[api_key_source]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=x", "CREDENTIALS_DIRECTORY=/run/credentials/it"};
  const tests::EnvironmentList no_service{"SASE_API_KEY=x"};

  CHECK(found(with_source(Kind::variable, "MINE"), *environment) == "variable MINE");
  CHECK(found(with_source(Kind::file, "/k"), *environment) == "file /k");
  CHECK(found(with_source(Kind::command, "pass x"), *environment) == "command pass x");
  CHECK(found(with_source(Kind::keyring, "a key"), *environment) == "keyring a key");
  CHECK(found(with_source(Kind::credential, "c"), *environment) == "credential /run/credentials/it/c");
  CHECK(found(with_source(Kind::credential, "c"), *no_service) == "credential c");
}

TEST_CASE("reads the key from the named source", "[api_key_source]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("key", "from the file\n");
  (void)directory.write("credential", "from systemd\n");
  const tests::EnvironmentList environment{"SASE_API_KEY=standard", "MY_KEY=mine", "PATH=/usr/bin:/bin",
                                           "CREDENTIALS_DIRECTORY=" + directory.path()};

  CHECK(key_from(a_variable, *environment) == "mine");
  CHECK(key_from(with_source(Kind::file, path), *environment) == "from the file");
  CHECK(key_from(with_source(Kind::command, "echo from the command"), *environment) == "from the command");
  CHECK(key_from(with_source(Kind::credential, "credential"), *environment) == "from systemd");
}

TEST_CASE("a description contains no value that may be a key", "[api_key_source]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=x", "CREDENTIALS_DIRECTORY=/run/credentials"};
  for (const Kind kind : {Kind::variable, Kind::command, Kind::credential, Kind::keyring}) {
    const std::string text = described(with_source(kind, "hunter2"), *environment);
    CHECK(tests::contains(text, "'api-key-"));
    CHECK_FALSE(tests::contains(text, "hunter2"));
  }

  CHECK(described(with_source(Kind::file, "/a\nb"), *environment) == "the file '/a\\x0ab'");
}

TEST_CASE("the standard sources are described by their names", "[api_key_source]") {
  const tests::TemporaryDirectory directory;
  (void)directory.write("c/sase-api-key", "");
  const std::string login = directory.write("sase-credential/keys/work", "");
  const tests::EnvironmentList variable{"SASE_API_KEY=x"};
  const tests::EnvironmentList credential{"CREDENTIALS_DIRECTORY=" + directory.path("c")};
  const tests::EnvironmentList config{"XDG_CONFIG_HOME=" + directory.path()};

  CHECK(described(no_source, *variable) == "SASE_API_KEY");
  CHECK(described(no_source, *credential) == "the systemd credential 'sase-api-key'");
  CHECK(described(no_source, *config) == "the file of 'login', '" + login + "'");
}

TEST_CASE("only the file of 'login' counts as removed by 'logout'", "[api_key_source]") {
  const tests::TemporaryDirectory directory;
  const std::string existing = directory.write("existing", "");
  const std::string removed = directory.path("removed");
  const auto standard = [](Kind kind, const std::string& value) {
    return ApiKeySource{.kind = kind, .value = value, .is_named = false};
  };

  CHECK(is_removed_by_logout(standard(Kind::file, removed)));
  CHECK_FALSE(is_removed_by_logout(standard(Kind::file, existing)));
  CHECK_FALSE(is_removed_by_logout({.kind = Kind::file, .value = removed}));
  CHECK_FALSE(is_removed_by_logout(standard(Kind::variable, "SASE_API_KEY")));
}

TEST_CASE("a named source without a key is an error, although a standard source has one",
          "[api_key_source]") {
  const tests::TemporaryDirectory directory;
  const tests::EnvironmentList environment{"SASE_API_KEY=standard", "MY_KEY="};
  const config::Profile a_file = with_source(Kind::file, directory.path("missing"));

  const Failure variable = tests::catch_failure([&] { (void)key_from(a_variable, *environment); });
  const Failure file = tests::catch_failure([&] { (void)key_from(a_file, *environment); });

  CHECK(variable.code == ExitCode::invalid_settings);
  CHECK(std::string(variable.what()) == "the variable that 'api-key-env' names is not set");
  CHECK(file.code == ExitCode::invalid_settings);
}

TEST_CASE("without any source there is a settings error with a remedy", "[api_key_source]") {
  const tests::EnvironmentList environment{"API_KEY=x", "SASE_API_KEY_FILE=x"};

  const Failure failure = tests::catch_failure([&] { (void)key_from(no_source, *environment); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(std::string(failure.what()) == "no API key for the profile 'work'");
  CHECK(tests::contains(failure.hint, "SASE_API_KEY"));
}

TEST_CASE("inside 'exec' the failure says what removed the key", "[api_key_source]") {
  const tests::EnvironmentList environment{"SASE_EXEC_REMOVED=SASE_API_KEY"};

  const Failure failure = tests::catch_failure([&] { (void)key_from(no_source, *environment); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(
      failure.what(), "'sase-credential exec' or 'watch --exec' removed SASE_API_KEY from the environment"));
  CHECK(tests::contains(failure.hint, "--pass-api-key"));
}

TEST_CASE("the hint names the credential where a unit has others", "[api_key_source]") {
  const tests::EnvironmentList environment{"CREDENTIALS_DIRECTORY=/run/credentials/other.service"};
  const Failure failure = tests::catch_failure([&] { (void)key_from(no_source, *environment); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(failure.hint.ends_with("or set SASE_API_KEY, or add 'LoadCredential=sase-api-key:FILE' to the unit"));
}

TEST_CASE("the hint for a pipe without a key says that it can be read once", "[api_key_source]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[1]);
  const tests::EnvironmentList environment{"A=b"};

  const Failure failure = tests::catch_failure(
      [&] { (void)key_from(with_source(Kind::file, "/dev/fd/" + std::to_string(ends[0])), *environment); });
  ::close(ends[0]);

  CHECK(tests::contains(failure.what(), "it is empty"));
  CHECK(failure.hint == "a pipe can be read once: name a file, or use 'api-key-command'");
}

TEST_CASE("an invalid key in a variable: names the variable and shows no byte of the value",
          "[api_key_source]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=hunter2\nhunter2", "MY_KEY=hunter2\x1b"};

  for (const config::Profile& profile : {no_source, a_variable}) {
    const Failure failure = tests::catch_failure([&] { (void)key_from(profile, *environment); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(tests::contains(failure.what(), profile.key_source ? "'api-key-env'" : "SASE_API_KEY"));
    CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
    CHECK(failure.hint == "it must be the key alone, in one line");
  }
}

TEST_CASE("an invalid key in the first variable is an error, although a second one is valid",
          "[api_key_source]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=a\tb", "PERIMETER81_API_KEY=good"};

  CHECK_THROWS_AS(key_from(no_source, *environment), Failure);
}

}  // namespace sase::api_key
