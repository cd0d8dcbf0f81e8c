// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/test_keys.hpp"

#include <keyutils.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include <sys/syscall.h>

namespace sase::api_key {

namespace {

std::string read(const std::string& description) {
  const ApiKeySource source{.kind = ApiKeySource::Kind::keyring, .value = description};
  return std::string(read_key(source, *tests::EnvironmentList{}, {}).reveal());
}

Failure catch_failure(const std::string& description) {
  return tests::catch_failure([&description] { (void)read(description); });
}

/// 0 if the message names the reason after these system calls failed.
int reports(const std::vector<long>& calls, int error, const char* reason) {
  return tests::exit_code_in_child([&] {
    tests::deny_calls(calls, error);
    const Failure failure = catch_failure("sase");
    return failure.code == ExitCode::invalid_settings && tests::contains(failure.what(), reason) &&
                   tests::contains(failure.hint, "api-key-file")
               ? 0
               : 1;
  });
}

}  // namespace

TEST_CASE("reads a key of the user keyring by its description", "[keyring_source][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("a key", "from the keyring\n");

  CHECK(read(keys.name("a key")) == "from the keyring");
}

TEST_CASE("finds the key of the session keyring first", "[keyring_source][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("key", "of the user");
  const int code = tests::exit_code_in_child([&keys] {
    if (::keyctl_join_session_keyring(nullptr) < 0) return 2;
    if (::keyctl_link(KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING) != 0) return 3;
    if (::add_key("user", keys.name("key").c_str(), "of the session", 14, KEY_SPEC_SESSION_KEYRING) < 0)
      return 4;
    return read(keys.name("key")) == "of the session" ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE(
    "reads the user's key from a session that is not linked to the user keyring, as in cron and services",
    "[keyring_source][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("key", "of the user");
  const int code = tests::exit_code_in_child([&keys] {
    if (::keyctl_join_session_keyring(nullptr) < 0) return 2;
    return read(keys.name("key")) == "of the user" ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("reports a revoked, expired or removed key without its description", "[keyring_source][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = keys.plant("hunter2", "bytes");
  const char* reason = "there is no such key";
  SECTION("revoked") {
    REQUIRE(::keyctl_revoke(serial) == 0);
    reason = "it was revoked";
  }
  SECTION("expired") {
    REQUIRE(::keyctl_set_timeout(serial, 1) == 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    reason = "it has expired";
  }
  SECTION("removed") { REQUIRE(::keyctl_unlink(serial, KEY_SPEC_USER_KEYRING) == 0); }

  const Failure failure = catch_failure(keys.name("hunter2"));

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.what(), reason));
  CHECK(tests::contains(failure.hint, "keyctl padd user NAME @u <FILE"));
  CHECK_FALSE(tests::contains(failure.what() + failure.hint, "hunter2"));
}

TEST_CASE("reports a key that this user may not read", "[keyring_source][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = keys.plant("key", "bytes");
  REQUIRE(::keyctl_setperm(serial, KEY_POS_VIEW | KEY_USR_VIEW | KEY_USR_SETATTR) == 0);

  const Failure failure = catch_failure(keys.name("key"));

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.what(), "its permissions do not let this user read it"));
  CHECK(tests::contains(failure.hint, "keyctl setperm"));
}

TEST_CASE("rejects a keyring entry that is not a key", "[keyring_source][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  (void)keys.plant("lines", "hunter2\nhunter2\n");
  (void)keys.plant("end", "\n");

  CHECK(tests::contains(catch_failure(keys.name("lines")).what(), "it has more than one line"));
  CHECK_FALSE(tests::contains(catch_failure(keys.name("lines")).what(), "hunter2"));
  CHECK(tests::contains(catch_failure(keys.name("end")).what(), "it is empty"));
  if (tests::key_quota() < 18000) return;
  (void)keys.plant("long", std::string(16387, 'k'));
  CHECK(tests::contains(catch_failure(keys.name("long")).what(), "it is longer than 16 KiB"));
}

TEST_CASE("reports a missing or forbidden keyring with an alternative", "[keyring_source]") {
  const std::vector<long> all = {SYS_add_key, SYS_keyctl, SYS_request_key};

  CHECK(reports(all, EPERM, "the kernel's keyring is forbidden here") == 0);
  CHECK(reports(all, ENOSYS, "this kernel has no keyring") == 0);
}

}  // namespace sase::api_key
