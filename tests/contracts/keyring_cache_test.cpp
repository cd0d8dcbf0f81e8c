// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/token_cache.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "tests/contracts/keyring_place.hpp"
#include "tests/contracts/token_cache_contract.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/test_keys.hpp"

#include <keyutils.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

namespace sase::cache {

namespace {

using namespace std::chrono_literals;

using tests::authorize_url;
using Place = tests::KeyringPlace;

}  // namespace

TEST_CASE("the keyring cache fulfils the contract of caches", "[keyring_cache][keyring][contract]") {
  if (!tests::has_keyring()) return;
  const Place place;
  SECTION("an empty cache finds nothing") { tests::an_empty_cache_finds_nothing(place.open()); }
  SECTION("a stored token is found whole") { tests::a_stored_token_is_found_whole(place.open()); }
  SECTION("a stored token is found by another process") {
    tests::a_stored_token_is_found_by_another_process(place.open());
  }
  SECTION("a token is kept whether it is fresh or not") {
    tests::a_token_is_kept_whether_it_is_fresh_or_not(place.open());
  }
  SECTION("a token of any length is kept") {
    if (tests::has_room_for_the_largest()) tests::a_token_of_any_length_is_kept(place.open());
  }
  SECTION("a later token takes the place of the one before") {
    tests::a_later_token_takes_the_place_of_the_one_before(place.open());
  }
  SECTION("a removed token is gone") { tests::a_removed_token_is_gone(place.open()); }
  SECTION("removing what is not there is no error") {
    tests::removing_what_is_not_there_is_no_error(place.open());
  }
  SECTION("identities do not mix") { tests::identities_do_not_mix(place.open()); }
  SECTION("readers beside a writer find a whole token") {
    tests::readers_beside_a_writer_find_a_whole_token(place.open());
  }
}

TEST_CASE("each identity has exactly one keyring entry", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  place.store();
  place.store("another");

  CHECK(place.keys.serials().size() == 1);
  CHECK(os::UserKeyring::read_serial(place.name) == place.keys.serials().at(0));
}

TEST_CASE("the description of an entry consists of the program and the identity",
          "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Identity identity("default", authorize_url, "a-test-api-key-" + std::to_string(::getpid()));
  KeyringCache cache;
  cache.store(identity, {.bearer = protocol::BearerToken(protocol::Secret("t")),
                         .expiry = Expiry::after(ClockReading::now(), 5s)});

  CHECK(os::UserKeyring::remove("sase-credential:" + identity.file_stem()));
}

TEST_CASE("the entry reveals nothing without the API key", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  place.store("hunter2-token");

  CHECK_FALSE(tests::contains(place.bytes(), "hunter2"));
  CHECK_FALSE(tests::contains(place.bytes(), "a-test-api-key"));
}

TEST_CASE("the kernel removes an expired token", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  place.store("short-lived", 2s);
  CHECK(place.found() == "short-lived");

  for (const auto end = std::chrono::steady_clock::now() + 5s;
       os::UserKeyring::find(place.name) && std::chrono::steady_clock::now() < end;)
    ::usleep(20'000);
  CHECK(place.found() == "(none)");

  place.store("the-next");
  CHECK(place.found() == "the-next");
}

TEST_CASE("an expired token does not stay forever", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  place.store("dead", -5s);
  CHECK(place.found() == "dead");

  CHECK(tests::read_time_left(os::UserKeyring::read_serial(place.name)) != "perm");
}

TEST_CASE("a damaged entry is a miss", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  place.store();
  const std::string whole = place.bytes();
  const auto replace = [&place](std::string_view bytes) {
    (void)os::UserKeyring::remove(place.name);
    (void)place.keys.plant(place.identity.file_stem(), bytes);
  };

  for (std::size_t size = 1; size < whole.size(); ++size) {
    replace(whole.substr(0, size));
    INFO("cut to " << size << " bytes");
    CHECK(place.found() == "(none)");
  }
  for (const std::string& bytes : {whole + "x", std::string(whole.size(), '\0'), std::string("planted")}) {
    replace(bytes);
    CHECK(place.found() == "(none)");
  }
  replace(whole);
  CHECK(place.found() == "to.ken==");
}

TEST_CASE("replaces an entry of another program", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  const int planted = place.keys.plant(place.identity.file_stem(), "not a token");
  SECTION("as it is") { CHECK(place.found() == "(none)"); }
  SECTION("revoked") {
    REQUIRE(::keyctl_revoke(planted) == 0);
    CHECK(place.found() == "(none)");
  }
  SECTION("closed to us") {
    REQUIRE(::keyctl_setperm(planted, KEY_USR_VIEW) == 0);
    CHECK(tests::contains(tests::catch_message([&place] { (void)place.found(); }), "Permission denied"));
  }

  place.store();

  CHECK(place.found() == "to.ken==");
  CHECK(place.keys.serials().size() == 1);
}

TEST_CASE("an entry with the name of another identity does not decrypt", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  place.store();
  const Identity other("work", authorize_url, "a-test-api-key");
  (void)place.keys.plant(other.file_stem(), place.bytes());

  CHECK_FALSE(place.cache().find(other));
}

TEST_CASE("a keyring error names the remedy", "[keyring_cache][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;
  const auto says = [&place](int error, const std::vector<long>& calls, std::string_view words) {
    return tests::exit_code_in_child([&] {
      tests::deny_calls(calls, error);
      const std::string trouble = tests::catch_message([&place] { place.store(); });
      return tests::contains(trouble, words) && tests::contains(trouble, "'cache = file'") ? 0 : 1;
    });
  };
  for (const int error : {EPERM, ENOSYS, EACCES}) {
    CHECK(says(error, {SYS_keyctl, SYS_add_key}, "the kernel keyring cannot be used") == 0);
    CHECK(says(error, {SYS_keyctl}, "the kernel keyring cannot be used") == 0);
  }
  CHECK(says(EDQUOT, {SYS_add_key}, "the kernel keyring is full for this user") == 0);
}

}  // namespace sase::cache
