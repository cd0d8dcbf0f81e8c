// SPDX-License-Identifier: Apache-2.0
#include "helper/cache/encryption.hpp"
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

  [[nodiscard]] WrappingKey key(const std::string& key_id = "key-id") const {
    return {key_id, directory, keys.prefix()};
  }
  [[nodiscard]] std::string file() const { return root.path("state/key-id.wrapping-key"); }
};

std::string text(const std::optional<protocol::Secret>& bytes) {
  return bytes ? std::string(bytes->reveal()) : "(none)";
}

/// As the seccomp profile of containers does.
void forbid_keyrings() { tests::deny_calls({SYS_add_key, SYS_keyctl, SYS_request_key}, EPERM); }

}  // namespace

TEST_CASE("creates one key for each id", "[wrapping_key]") {
  const Place place;
  CHECK(text(place.key().find()) == "(none)");

  const std::string created(place.key().get_or_create().reveal());

  CHECK(created.size() == WrappingKey::size);
  CHECK(text(place.key().find()) == created);
  CHECK(place.key().get_or_create().reveal() == created);
  CHECK(text(place.key("other").find()) == "(none)");
  CHECK(place.key("other").get_or_create().reveal() != created);
}

TEST_CASE("in the kernel's keyring it has the lifetime of a token", "[wrapping_key][keyring]") {
  if (!tests::has_keyring()) return;
  const Place place;

  (void)place.key().get_or_create();

  REQUIRE(place.keys.serials().size() == 1);
  CHECK(tests::read_time_left(place.keys.serials().front()) == "1h");
  CHECK(tests::read_description(place.keys.serials().front()).ends_with("wrapping-key:key-id"));
  CHECK_FALSE(tests::exists(place.file()));
}

TEST_CASE("if the keyring is forbidden, it is a file that only this user can read", "[wrapping_key]") {
  const Place place;
  const int code = tests::exit_code_in_child([&place] {
    forbid_keyrings();
    const std::string created(place.key().get_or_create().reveal());
    const bool found = text(place.key().find()) == created && place.key().get_or_create().reveal() == created;
    return found && place.key().has_place() ? 0 : 1;
  });

  CHECK(code == 0);
  CHECK(tests::read_mode(place.file()) == 0600);
  CHECK(tests::text_of_file(place.file()).size() == WrappingKey::size);
  // A process that may use the keyring uses the key of the file.
  CHECK(text(place.key().find()) == tests::text_of_file(place.file()));
  CHECK(place.key().get_or_create().reveal() == tests::text_of_file(place.file()));
}

TEST_CASE("without a keyring and a directory there is no place, and get_or_create() fails",
          "[wrapping_key]") {
  Place place;
  place.directory.reset();
  const int code = tests::exit_code_in_child([&place] {
    forbid_keyrings();
    if (place.key().has_place() || place.key().find()) return 1;
    try {
      (void)place.key().get_or_create();
    } catch (const std::system_error&) {
      return 0;
    }
    return 2;
  });

  CHECK(code == 0);
}

TEST_CASE("ignores a file that is damaged or open to others", "[wrapping_key]") {
  const Place place;
  SECTION("too short") { (void)place.root.write("state/key-id.wrapping-key", std::string(31, 's')); }
  SECTION("too long") { (void)place.root.write("state/key-id.wrapping-key", std::string(33, 's')); }
  SECTION("empty") { (void)place.root.write("state/key-id.wrapping-key", ""); }
  SECTION("open to others") {
    (void)place.root.write("state/key-id.wrapping-key", std::string(32, 's'), 0644);
  }

  CHECK(text(place.key().find()) == "(none)");
}

}  // namespace sase::cache
