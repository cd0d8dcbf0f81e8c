// SPDX-License-Identifier: Apache-2.0
#include "helper/os/keyring/user_keyring.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/denied_calls.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_keys.hpp"

#include <keyutils.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

namespace sase::os {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::string found(const std::string& name) {
  const auto key = UserKeyring::find(name);
  return key ? std::string(key->bytes.reveal()) : "(none)";
}

int commit(const std::string& name, std::string_view bytes, std::chrono::seconds lifetime = 60s) {
  const KeyringEntry key(name, bytes, lifetime);
  key.commit();
  return key.serial();
}

/// Whether the key can be read by its serial alone.
bool can_read(int serial) {
  std::array<char, 16> bytes{};
  return ::keyctl_read(serial, bytes.data(), bytes.size()) >= 0;
}

/// Whether the kernel removes a key, which it does a moment after the last reference to it is gone.
bool is_removed(int serial) {
  for (const auto end = steady_clock::now() + 5s; can_read(serial); std::this_thread::sleep_for(1ms))
    if (steady_clock::now() > end) return false;
  return true;
}

/// The operations that succeed on a key, as bits.
int rights_over(int serial) {
  return (can_read(serial) ? 1 : 0) | (!tests::read_description(serial).empty() ? 2 : 0) |
         (::keyctl_update(serial, "x", 1) == 0 ? 4 : 0) |
         (::keyctl_setperm(serial, KEY_POS_ALL) == 0 ? 8 : 0) |
         (::keyctl_set_timeout(serial, 0) == 0 ? 16 : 0);
}

}  // namespace

TEST_CASE("an entry is visible only after its commit", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const KeyringEntry key(keys.name(), "bytes", 60s);
  CHECK(found(keys.name()) == "(none)");

  key.commit();

  CHECK(found(keys.name()) == "bytes");
  CHECK(UserKeyring::read_serial(keys.name()) == key.serial());
}

TEST_CASE("an entry without a commit is removed, a committed one stays", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int left = KeyringEntry(keys.name(), "left", 60s).serial();
  CHECK(is_removed(left));

  const int kept = commit(keys.name(), "kept");
  CHECK(can_read(kept));
  CHECK(found(keys.name()) == "kept");
}

TEST_CASE("replaces the previous entry of any creator", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  SECTION("one of this program") { commit(keys.name(), "before"); }
  SECTION("one of another program's") { (void)keys.plant("key", "before"); }
  SECTION("one without permissions") {
    REQUIRE(::keyctl_setperm(keys.plant("key", "before"), KEY_USR_VIEW) == 0);
  }
  SECTION("one that was revoked") { REQUIRE(::keyctl_revoke(keys.plant("key", "before")) == 0); }

  commit(keys.name(), "after");

  CHECK(found(keys.name()) == "after");
  CHECK(keys.serials().size() == 1);
}

TEST_CASE("the kernel removes an expired entry", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = commit(keys.name(), "bytes", 2s);
  CHECK(found(keys.name()) == "bytes");

  CHECK(is_removed(serial));
  CHECK(found(keys.name()) == "(none)");
  commit(keys.name(), "again");
  CHECK(found(keys.name()) == "again");
}

TEST_CASE("only the user may view, find, read and link an entry", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const int serial = commit(keys.name(), "bytes");

  CHECK(tests::read_description(serial) ==
        "user;" + std::to_string(::getuid()) + ';' + std::to_string(::getgid()) + ";001b0000;" + keys.name());
  CHECK(rights_over(serial) == 3);
}

TEST_CASE("entries are shared between sessions", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  commit(keys.name("first"), "bytes");

  CHECK(tests::exit_code_in_child([&keys] {
          if (::keyctl_join_session_keyring(nullptr) < 0 || ::setsid() < 0) return 1;
          commit(keys.name("second"), "of another session");
          return found(keys.name("first")) == "bytes" && found(keys.name("second")) == "of another session"
                     ? 0
                     : 2;
        }) == 0);
  CHECK(found(keys.name("second")) == "of another session");
}

TEST_CASE("another user has no access to an entry, even with possession of the keyring",
          "[keyring_entry][keyring]") {
  if (!tests::has_keyring() || !tests::is_root()) return;
  const tests::TestKeys keys;
  const int serial = commit(keys.name(), "bytes");
  const int planted = keys.plant("planted", "bytes");

  CHECK(tests::exit_code_in_child([serial, planted] {
          tests::become_another_user_with_our_keys();
          // A key with the permissions that the kernel gives by itself shows that it is within reach.
          if (!can_read(planted)) return 99;
          return rights_over(serial);
        }) == 0);
}

TEST_CASE("a user other than root can store entries", "[keyring_entry][keyring]") {
  if (!tests::has_keyring() || !tests::is_root()) return;
  const tests::TestKeys keys;

  CHECK(tests::exit_code_in_child([&keys] {
          tests::become_another_user_with_our_keys();
          commit(keys.name(), "of another user");
          const int code =
              found(keys.name()) == "of another user" && UserKeyring::remove(keys.name()) ? 0 : 1;
          return found(keys.name()) == "(none)" ? code : 2;
        }) == 0);
  CHECK(found(keys.name()) == "(none)");
}

TEST_CASE("replacing an entry many times does not exceed the quota", "[keyring_entry][keyring]") {
  // The kernel frees a replaced key a moment later; until then it counts. Root's quota is too large to
  // show it, and another run of the tests may use that of a fixed user.
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;
  const auto user = static_cast<uid_t>(64000 + ::getpid() % 100);

  CHECK(tests::exit_code_in_child([&keys, user] {
          if (::geteuid() == 0) tests::become_another_user_with_our_keys(user);
          for (int i = 0; i < 50; ++i)
            commit(keys.name(), std::string(3000, 'k'));
          return UserKeyring::remove(keys.name()) ? 0 : 1;
        }) == 0);
}

TEST_CASE("waits a limited time for a full quota", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  CHECK(tests::exit_code_in_child([] {
          tests::deny_calls({SYS_add_key}, EDQUOT);
          const auto start = steady_clock::now();
          try {
            const KeyringEntry key("sase-credential-test:full", "bytes", 1s);
          } catch (const std::system_error& error) {
            const auto took = steady_clock::now() - start;
            return error.code().value() == EDQUOT && took >= 100ms && took < 2s ? 0 : 1;
          }
          return 2;
        }) == 0);
}

TEST_CASE("an empty or too long entry is a system error", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  const tests::TestKeys keys;

  CHECK_THROWS_AS(KeyringEntry(keys.name(), "", 60s), std::system_error);
  CHECK_THROWS_AS(KeyringEntry(keys.name(), std::string(UserKeyring::largest_key + 1, 'x'), 60s),
                  std::system_error);
  CHECK(keys.serials().empty());
}

TEST_CASE("removes an entry whose timeout or permissions cannot be set", "[keyring_entry][keyring]") {
  if (!tests::has_keyring()) return;
  for (const int operation : {KEYCTL_SET_TIMEOUT, KEYCTL_SETPERM, KEYCTL_LINK}) {
    const tests::TestKeys keys;
    CHECK(tests::exit_code_in_child([&keys, operation] {
            tests::deny_keyctl(operation, EPERM);
            try {
              commit(keys.name(), "bytes");
              return 1;
            } catch (const std::system_error&) {
              return ::keyctl_search(KEY_SPEC_THREAD_KEYRING, "user", keys.name().c_str(), 0) < 0 ? 0 : 2;
            }
          }) == 0);
    CHECK(keys.serials().empty());
  }
}

}  // namespace sase::os
