// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/key_place.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>
#include <utility>

namespace sase::api_key {

namespace {

config::Profile profile_with(ApiKeySourceKind kind, std::string value) {
  config::Profile profile;
  profile.name = "work";
  profile.key_source = {.kind = kind, .value = std::move(value)};
  return profile;
}

/// `KIND NAME`, or what stands for nothing.
std::string found(const config::Profile& profile, const Environment& environment) {
  static constexpr std::array<std::string_view, 6> names = {"standard", "variable",   "file",
                                                            "command",  "credential", "keyring"};
  const auto place = find_api_key(profile, environment);
  if (!place) return "(none)";
  return std::string(names.at(static_cast<std::size_t>(place->kind))) + ' ' + place->name;
}

}  // namespace

TEST_CASE("the standard places are looked through in the contract's order", "[key_place]") {
  const tests::TemporaryDirectory directory;
  const std::string credential = directory.write("credentials/sase-api-key", "");
  const std::string login = directory.write("config/sase-credential/keys/work", "");
  const std::string credentials = "CREDENTIALS_DIRECTORY=" + directory.path("credentials");
  const std::string config = "XDG_CONFIG_HOME=" + directory.path("config");
  const config::Profile profile = profile_with(ApiKeySourceKind::standard, "");

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

  CHECK(found(profile, *all) == "variable SASE_API_KEY");
  CHECK(found(profile, *last_variable) == "variable HARMONYSASE_API_KEY");
  CHECK(found(profile, *no_variable) == "credential " + credential);
  CHECK(found(profile, *login_alone) == "file " + login);
  CHECK(found(profile, *nothing) == "(none)");
}

TEST_CASE("the key of a login is the profile's own", "[key_place]") {
  const tests::TemporaryDirectory directory;
  (void)directory.write("sase-credential/keys/other", "");
  const tests::EnvironmentList config{"XDG_CONFIG_HOME=" + directory.path()};

  CHECK(found(profile_with(ApiKeySourceKind::standard, ""), *config) == "(none)");
}

TEST_CASE("a named place is the one, whatever there is beside it", "[key_place]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=x", "CREDENTIALS_DIRECTORY=/run/credentials/it"};
  const tests::EnvironmentList no_service{"SASE_API_KEY=x"};

  CHECK(found(profile_with(ApiKeySourceKind::variable, "MINE"), *environment) == "variable MINE");
  CHECK(found(profile_with(ApiKeySourceKind::file, "/k"), *environment) == "file /k");
  CHECK(found(profile_with(ApiKeySourceKind::command, "pass x"), *environment) == "command pass x");
  CHECK(found(profile_with(ApiKeySourceKind::keyring, "a key"), *environment) == "keyring a key");
  CHECK(found(profile_with(ApiKeySourceKind::credential, "c"), *environment) ==
        "credential /run/credentials/it/c");
  CHECK(found(profile_with(ApiKeySourceKind::credential, "c"), *no_service) == "credential c");
}

TEST_CASE("a place is described without what may be a key", "[key_place]") {
  const tests::EnvironmentList environment{"SASE_API_KEY=x", "CREDENTIALS_DIRECTORY=/run/credentials"};
  for (const ApiKeySourceKind kind : {ApiKeySourceKind::variable, ApiKeySourceKind::command,
                                      ApiKeySourceKind::credential, ApiKeySourceKind::keyring}) {
    const std::string words = find_api_key(profile_with(kind, "hunter2"), *environment).value().describe();
    CHECK(tests::contains(words, "'api-key-"));
    CHECK_FALSE(tests::contains(words, "hunter2"));
  }

  CHECK(find_api_key(profile_with(ApiKeySourceKind::standard, ""), *environment).value().describe() ==
        "SASE_API_KEY");
  CHECK(find_api_key(profile_with(ApiKeySourceKind::file, "/a\nb"), *environment).value().describe() ==
        "the file '/a\\x0ab'");
}

TEST_CASE("only login's file can be one that logout has removed", "[key_place]") {
  const tests::TemporaryDirectory directory;
  const std::string there = directory.write("there", "");
  const std::string gone = directory.path("gone");
  const auto place = [](ApiKeySourceKind kind, const std::string& name, ApiKeySelection choice) {
    return ApiKeyLocation{.kind = kind, .name = name, .choice = choice};
  };

  CHECK(place(ApiKeySourceKind::file, gone, ApiKeySelection::standard).is_removed_by_logout());
  CHECK_FALSE(place(ApiKeySourceKind::file, there, ApiKeySelection::standard).is_removed_by_logout());
  CHECK_FALSE(place(ApiKeySourceKind::file, gone, ApiKeySelection::named).is_removed_by_logout());
  CHECK_FALSE(
      place(ApiKeySourceKind::variable, "SASE_API_KEY", ApiKeySelection::standard).is_removed_by_logout());
}

TEST_CASE("the standard places are described by their names", "[key_place]") {
  const tests::TemporaryDirectory directory;
  const config::Profile profile = profile_with(ApiKeySourceKind::standard, "");
  (void)directory.write("c/sase-api-key", "");
  const std::string login = directory.write("sase-credential/keys/work", "");
  const tests::EnvironmentList credential{"CREDENTIALS_DIRECTORY=" + directory.path("c")};
  const tests::EnvironmentList config{"XDG_CONFIG_HOME=" + directory.path()};

  CHECK(find_api_key(profile, *credential).value().describe() == "the systemd credential 'sase-api-key'");
  CHECK(find_api_key(profile, *config).value().describe() == "the file of 'login', '" + login + "'");
}

}  // namespace sase::api_key
