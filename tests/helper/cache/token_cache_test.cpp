// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_keys.hpp"

#include <chrono>
#include <string>
#include <system_error>

#include <sys/stat.h>
#include <unistd.h>

namespace sase::cache {

namespace {

using namespace std::chrono_literals;

struct State {
  tests::TemporaryDirectory root;
  tests::EnvironmentList environment{"XDG_CACHE_HOME=" + root.path()};
  std::string directory = root.path("sase-credential");
  FileCache cache{directory};

  static Identity identity(std::string_view profile, std::string_view key = "key") {
    return {profile, "https://api.example.test", key};
  }
  static Token token() {
    return {.bearer = protocol::BearerToken(protocol::Secret("a-token")),
            .expiry = Expiry::after(ClockReading::now(), 3600s)};
  }
};

}  // namespace

TEST_CASE("each kind of cache exists if it has a place", "[token_cache]") {
  CHECK(dynamic_cast<FileCache*>(make_token_cache(config::CacheKind::file, "/d").get()) != nullptr);
  CHECK(dynamic_cast<KeyringCache*>(make_token_cache(config::CacheKind::keyring, {}).get()) != nullptr);
  CHECK(make_token_cache(config::CacheKind::file, {}) == nullptr);
  CHECK(make_token_cache(config::CacheKind::none, "/d") == nullptr);
}

TEST_CASE("removes the tokens of a profile for any API key, and no others", "[token_cache]") {
  State state;
  state.cache.store(State::identity("work"), State::token());
  state.cache.store(State::identity("work", "an older key"), State::token());
  state.cache.store(State::identity("work.two"), State::token());
  state.cache.store(State::identity("wor"), State::token());

  CHECK(remove_profile_tokens("work", *state.environment) == 2);

  CHECK_FALSE(state.cache.find(State::identity("work")));
  CHECK(state.cache.find(State::identity("work.two")));
  CHECK(state.cache.find(State::identity("wor")));
  CHECK(remove_profile_tokens("work", *state.environment) == 0);
}

TEST_CASE("removes the leftovers of a killed writer, and keeps locks and request logs", "[token_cache]") {
  State state;
  state.cache.store(State::identity("work"), State::token());
  const std::string stem = state.directory + '/' + State::identity("work").file_stem();
  (void)state.root.write("sase-credential/0123.log", "");
  (void)state.root.write("sase-credential/0123.lock", "");
  REQUIRE(::rename((stem + ".token").c_str(), (stem + ".token.new").c_str()) == 0);

  CHECK(remove_profile_tokens("work", *state.environment) == 0);

  CHECK_FALSE(tests::exists(stem + ".token.new"));
  CHECK(tests::exists(state.directory + "/0123.log"));
  CHECK(tests::exists(state.directory + "/0123.lock"));
}

TEST_CASE("without a directory there is nothing to remove", "[token_cache]") {
  const tests::TemporaryDirectory root;
  const tests::EnvironmentList environment{"XDG_CACHE_HOME=" + root.path()};

  CHECK(remove_profile_tokens("work", *environment) == 0);
  CHECK(remove_profile_tokens("work", *tests::EnvironmentList{"HOME=relative"}) == 0);
}

TEST_CASE("rejects a directory that other users can open", "[token_cache]") {
  State state;
  state.cache.store(State::identity("work"), State::token());
  REQUIRE(::chmod(state.directory.c_str(), 0755) == 0);

  CHECK_THROWS_AS(remove_profile_tokens("work", *state.environment), std::system_error);
}

TEST_CASE("removes tokens in the keyring, and counts each once", "[token_cache][keyring]") {
  if (!tests::has_keyring()) return;
  State state;
  KeyringCache keyring;
  // A name that no profile of the user has.
  const std::string profile = "profile-tokens-test-" + std::to_string(::getpid());
  const std::string other = profile + ".2";
  keyring.store(State::identity(profile), State::token());
  keyring.store(State::identity(other), State::token());

  CHECK(remove_profile_tokens(profile, *state.environment) == 1);

  CHECK_FALSE(keyring.find(State::identity(profile)));
  CHECK(keyring.find(State::identity(other)));
  CHECK(remove_profile_tokens(other, *state.environment) == 1);
}

}  // namespace sase::cache
