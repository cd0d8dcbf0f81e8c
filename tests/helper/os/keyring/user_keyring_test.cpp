// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/user_keyring.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/test_keys.hpp"

#include <keyutils.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/syscall.h>

namespace sase::os {

namespace {

std::string found(const std::string& name) {
  const auto key = UserKeyring::find(name);
  return key ? std::string(key->bytes.reveal()) : "(none)";
}

}  // namespace

TEST_CASE("finds a key and its serial by its name", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = keys.plant("one", "bytes");

  const auto key = UserKeyring::find(keys.name("one"));

  REQUIRE(key);
  CHECK(key->bytes.reveal() == "bytes");
  CHECK(key->serial == serial);
  CHECK(UserKeyring::read_serial(keys.name("one")) == serial);
  CHECK(found(keys.name("on")) == "(none)");
  CHECK(UserKeyring::read_serial(keys.name("other")) == 0);
}

TEST_CASE("reads a key of any length", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  for (const std::size_t size : {1U, 4095U, 4096U, 4097U, 16000U, 32767U}) {
    if (2 * size > tests::key_quota()) continue;
    const std::string bytes(size, 'b');
    (void)keys.plant("sized", bytes);
    CHECK(found(keys.name("sized")) == bytes);
  }
}

TEST_CASE("a revoked, invalidated or unlinked key is absent", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = keys.plant("key", "bytes");
  SECTION("revoked") { REQUIRE(::keyctl_revoke(serial) == 0); }
  SECTION("invalidated") { REQUIRE(::keyctl_invalidate(serial) == 0); }
  SECTION("unlinked") { REQUIRE(::keyctl_unlink(serial, KEY_SPEC_USER_KEYRING) == 0); }

  CHECK(found(keys.name()) == "(none)");
  CHECK(UserKeyring::read_serial(keys.name()) == 0);
  CHECK_FALSE(UserKeyring::remove(keys.name()));
}

TEST_CASE("removing an absent key is not an error", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("key", "bytes");

  CHECK(UserKeyring::remove(keys.name()));
  CHECK(found(keys.name()) == "(none)");
  CHECK_FALSE(UserKeyring::remove(keys.name()));
}

TEST_CASE("a key without search permission is a system error", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  REQUIRE(::keyctl_setperm(keys.plant("key", "bytes"), KEY_USR_VIEW) == 0);

  CHECK_THROWS_AS(UserKeyring::find(keys.name()), std::system_error);
  CHECK_THROWS_AS(UserKeyring::remove(keys.name()), std::system_error);
}

TEST_CASE("a key without read permission is a system error", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  // The kernel's default permissions: a process that possesses the key may read it, its owner may not.
  REQUIRE(::keyctl_setperm(keys.plant("key", "bytes"), KEY_USR_SEARCH | KEY_USR_VIEW | KEY_POS_ALL) == 0);

  CHECK(tests::exit_code_in_child([&keys] {
          if (::keyctl_join_session_keyring(nullptr) < 0) return 1;
          try {
            (void)UserKeyring::find(keys.name());
          } catch (const std::system_error& error) {
            return error.code().value() == EACCES ? 0 : 2;
          }
          return 3;
        }) == 0);
}

TEST_CASE("forbidden keyring calls are a system error", "[user_keyring][keyring]") {
  if (!tests::has_keyring()) return;
  for (const int error : {EPERM, ENOSYS, EACCES}) {
    CHECK(tests::exit_code_in_child([error] {
            tests::deny_calls({SYS_keyctl, SYS_add_key, SYS_request_key}, error);
            try {
              (void)UserKeyring::find("sase-credential-test:forbidden");
            } catch (const std::system_error& failure) {
              return failure.code().value() == error && UserKeyring::read_serial("name") == 0 ? 0 : 1;
            }
            return 2;
          }) == 0);
  }
}

}  // namespace sase::os
