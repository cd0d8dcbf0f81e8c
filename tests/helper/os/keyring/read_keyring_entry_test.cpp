// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/user_keyring.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/test_keys.hpp"

#include <keyutils.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace sase::os {

namespace {

/// The error that reading ends with; 0 where it does not.
int describe_error(const std::string& description) {
  try {
    (void)read_keyring_entry(description, 100);
    return 0;
  } catch (const std::system_error& error) {
    return error.code().value();
  }
}

}  // namespace

TEST_CASE("reads a complete key, up to the limit", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("key", "0123456789");

  CHECK(read_keyring_entry(keys.name("key"), 10).reveal() == "0123456789");
  CHECK_THROWS_AS(read_keyring_entry(keys.name("key"), 9), std::length_error);
}

TEST_CASE("reports why a key cannot be read", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = keys.plant("revoked", "bytes");
  REQUIRE(::keyctl_revoke(serial) == 0);

  CHECK(describe_error(keys.name("missing")) == ENOKEY);
  CHECK(describe_error(keys.name("revoked")) == EKEYREVOKED);
}

TEST_CASE("starts no program that creates a missing key", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  // request-key(8) would leave a negative key behind, which takes up the quota.
  CHECK(describe_error(keys.name("missing")) == ENOKEY);

  CHECK(keys.serials().empty());
}

TEST_CASE("does not link the user keyring to the session", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("key", "bytes");
  const int code = tests::exit_code_in_child([&keys] {
    if (::keyctl_join_session_keyring(nullptr) < 0) return 2;
    if (read_keyring_entry(keys.name("key"), 100).reveal() != "bytes") return 3;
    return ::keyctl_search(KEY_SPEC_SESSION_KEYRING, "user", keys.name("key").c_str(), 0) < 0 ? 0 : 1;
  });

  CHECK(code == 0);
}

}  // namespace sase::os
