// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/profile_tokens.hpp"

#include "helper/cache/file_cache.hpp"
#include "helper/cache/keyring_cache.hpp"
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
  static CachedToken token() {
    return {.token = protocol::BearerToken(protocol::Secret("a-token")),
            .expiry = Expiry::after(ClockReading::now(), 3600s)};
  }
};

}  // namespace

TEST_CASE("all tokens of a profile go, whatever their key, and no other's", "[profile_tokens]") {
  State state;
  state.cache.store(State::identity("work"), State::token());
  state.cache.store(State::identity("work", "an older key"), State::token());
  state.cache.store(State::identity("work.two"), State::token());
  state.cache.store(State::identity("wor"), State::token());

  CHECK(remove_tokens_of("work", *state.environment) == 2);

  CHECK_FALSE(state.cache.find(State::identity("work")));
  CHECK(state.cache.find(State::identity("work.two")));
  CHECK(state.cache.find(State::identity("wor")));
  CHECK(remove_tokens_of("work", *state.environment) == 0);
}

TEST_CASE("locks and ledgers stay, and what a killed writer left goes", "[profile_tokens]") {
  State state;
  state.cache.store(State::identity("work"), State::token());
  const std::string stem = state.directory + '/' + State::identity("work").file_stem();
  (void)state.root.write("sase-credential/0123.ledger", "");
  (void)state.root.write("sase-credential/0123.lock", "");
  REQUIRE(::rename((stem + ".token").c_str(), (stem + ".token.new").c_str()) == 0);

  CHECK(remove_tokens_of("work", *state.environment) == 0);

  CHECK_FALSE(tests::exists(stem + ".token.new"));
  CHECK(tests::exists(state.directory + "/0123.ledger"));
  CHECK(tests::exists(state.directory + "/0123.lock"));
}

TEST_CASE("without a directory there is nothing to remove", "[profile_tokens]") {
  const tests::TemporaryDirectory root;
  const tests::EnvironmentList environment{"XDG_CACHE_HOME=" + root.path()};

  CHECK(remove_tokens_of("work", *environment) == 0);
  CHECK(remove_tokens_of("work", *tests::EnvironmentList{"HOME=relative"}) == 0);
}

TEST_CASE("a directory that is open to others is a system error", "[profile_tokens]") {
  State state;
  state.cache.store(State::identity("work"), State::token());
  REQUIRE(::chmod(state.directory.c_str(), 0755) == 0);

  CHECK_THROWS_AS(remove_tokens_of("work", *state.environment), std::system_error);
}

TEST_CASE("tokens in the keyring go too, each counted once", "[profile_tokens][keyring]") {
  if (!tests::has_keyring()) return;
  State state;
  KeyringCache keyring;
  // Of a name that no profile of the user has.
  const std::string profile = "profile-tokens-test-" + std::to_string(::getpid());
  const std::string neighbour = profile + ".2";
  keyring.store(State::identity(profile), State::token());
  keyring.store(State::identity(neighbour), State::token());

  CHECK(remove_tokens_of(profile, *state.environment) == 1);

  CHECK_FALSE(keyring.find(State::identity(profile)));
  CHECK(keyring.find(State::identity(neighbour)));
  CHECK(remove_tokens_of(neighbour, *state.environment) == 1);
}

}  // namespace sase::cache
