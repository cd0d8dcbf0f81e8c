// SPDX-License-Identifier: Apache-2.0
// Tokens that are too large for one keyring entry.
#include "tests/contracts/keyring_place.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"

#include <algorithm>
#include <string>

namespace sase::cache {

namespace {

using tests::has_room_for_the_largest;
using Place = tests::KeyringPlace;

}  // namespace

TEST_CASE("the additional entries of a large token are stored and removed with it",
          "[keyring_cache][keyring]") {
  if (!tests::has_keyring() || !has_room_for_the_largest()) return;
  const Place place;
  const std::string large(protocol::BearerToken::max_size, 'l');

  place.store(large);
  CHECK(place.found() == large);
  CHECK(place.keys.serials().size() == 3);
  place.store(large);
  CHECK(place.found() == large);
  CHECK(place.keys.serials().size() == 3);
  place.store("small");
  CHECK(place.found() == "small");
  CHECK(place.keys.serials().size() == 1);
  place.store(large);
  place.cache().remove(place.identity);
  CHECK(place.found() == "(none)");
  CHECK(place.keys.serials().empty());
}

TEST_CASE("finds a token that fills its entries to the last byte", "[keyring_cache][keyring]") {
  if (!tests::has_keyring() || !has_room_for_the_largest()) return;
  const Place place;
  const std::size_t around = TokenCipher::head_size + TokenCipher::tag_size;
  for (const std::size_t sealed : {32766U, 32767U, 32768U, 65533U, 65534U, 65535U}) {
    const std::string text(sealed - around, 'f');
    place.store(text);
    CHECK(place.bytes().size() == std::min<std::size_t>(sealed, 32767));
    CHECK(place.found() == text);
  }
}

TEST_CASE("a large token with a missing or foreign part is a miss", "[keyring_cache][keyring]") {
  if (!tests::has_keyring() || !has_room_for_the_largest()) return;
  const Place place;
  place.store(std::string(protocol::BearerToken::max_size, 'l'));
  const std::string first =
      place.identity.file_stem() + '#' + std::to_string(os::UserKeyring::read_serial(place.name));
  SECTION("the second is missing") { REQUIRE(os::UserKeyring::remove(place.keys.name(first + ".1"))); }
  SECTION("the third is missing") { REQUIRE(os::UserKeyring::remove(place.keys.name(first + ".2"))); }
  SECTION("the second is foreign") {
    REQUIRE(os::UserKeyring::remove(place.keys.name(first + ".1")));
    (void)place.keys.plant(first + ".1", std::string(32767, 'x'));
  }
  SECTION("the first is foreign") {
    REQUIRE(os::UserKeyring::remove(place.name));
    (void)place.keys.plant(place.identity.file_stem(), std::string(32767, 'x'));
  }

  CHECK(place.found() == "(none)");
}

TEST_CASE("readers find a complete token while another process writes large ones",
          "[keyring_cache][keyring]") {
  if (!tests::has_keyring() || !has_room_for_the_largest()) return;
  const Place place;
  const std::string one(60000, 'a');
  const std::string other(65000, 'b');
  place.store(one);
  const pid_t writer = tests::start_child([&] {
    for (int i = 0; i < 100; ++i)
      place.store(i % 2 == 0 ? other : one);
    return 0;
  });

  int strange = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string text = place.found();
    if (text != one && text != other) ++strange;
  }

  CHECK(tests::wait_for_child(writer) == 0);
  CHECK(strange == 0);
}

}  // namespace sase::cache
