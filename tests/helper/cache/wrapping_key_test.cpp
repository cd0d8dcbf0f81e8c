// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/wrapping_key.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_keys.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/syscall.h>

namespace sase::cache {

namespace {

struct Place {
  tests::TestKeys keys;
  tests::TemporaryDirectory root;
  std::optional<std::string> directory = root.path("state");

  [[nodiscard]] WrappingKey seal(const std::string& key_id = "account") const {
    return {key_id, directory, keys.prefix()};
  }
  [[nodiscard]] std::string file() const { return root.path("state/account.seal"); }
};

std::string text_of(const std::optional<protocol::Secret>& bytes) {
  return bytes ? std::string(bytes->reveal()) : "(none)";
}

/// As containers do.
void forbid_keyrings() {
  tests::deny_calls({SYS_add_key, SYS_keyctl, SYS_request_key}, EPERM);
}

}  // namespace

TEST_CASE("what seals is made once for an account", "[random_seal]") {
  const Place place;
  CHECK(text_of(place.seal().find()) == "(none)");

  const std::string made(place.seal().get_or_create().reveal());

  CHECK(made.size() == WrappingKey::size);
  CHECK(text_of(place.seal().find()) == made);
  CHECK(place.seal().get_or_create().reveal() == made);
  CHECK(text_of(place.seal("other").find()) == "(none)");
  CHECK(place.seal("other").get_or_create().reveal() != made);
}

TEST_CASE("in the kernel's keyring it lasts for as long as a token may", "[random_seal][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;

  (void)place.seal().get_or_create();

  REQUIRE(place.keys.serials().size() == 1);
  CHECK(tests::time_left_of(place.keys.serials().front()) == "1h");
  CHECK(tests::description_of(place.keys.serials().front()).ends_with("seal:account"));
  CHECK_FALSE(tests::exists(place.file()));
}

TEST_CASE("where the keyring is forbidden it is a file in memory of this user alone", "[random_seal]") {
  const Place place;
  const int code = tests::exit_code_in_child([&place] {
    forbid_keyrings();
    const std::string made(place.seal().get_or_create().reveal());
    const bool found = text_of(place.seal().find()) == made && place.seal().get_or_create().reveal() == made;
    return found && place.seal().has_place() ? 0 : 1;
  });

  CHECK(code == 0);
  CHECK(tests::mode_of(place.file()) == 0600);
  CHECK(tests::text_of_file(place.file()).size() == WrappingKey::size);
  // And one who may use the keyring goes on with it.
  CHECK(text_of(place.seal().find()) == tests::text_of_file(place.file()));
  CHECK(place.seal().get_or_create().reveal() == tests::text_of_file(place.file()));
}

TEST_CASE("without any place there is none, and that is known beforehand", "[random_seal]") {
  Place place;
  place.directory.reset();
  const int code = tests::exit_code_in_child([&place] {
    forbid_keyrings();
    if (place.seal().has_place() || place.seal().find()) return 1;
    try {
      (void)place.seal().get_or_create();
    } catch (const std::system_error&) {
      return 0;
    }
    return 2;
  });

  CHECK(code == 0);
}

TEST_CASE("a file that is damaged or open to others is none", "[random_seal]") {
  const Place place;
  SECTION("too short") {
    (void)place.root.write("state/account.seal", std::string(31, 's'));
  }
  SECTION("too long") {
    (void)place.root.write("state/account.seal", std::string(33, 's'));
  }
  SECTION("empty") {
    (void)place.root.write("state/account.seal", "");
  }
  SECTION("open to others") {
    (void)place.root.write("state/account.seal", std::string(32, 's'), 0644);
  }

  CHECK(text_of(place.seal().find()) == "(none)");
}

}  // namespace sase::cache
