// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace sase::api_key {

namespace {

/// As systemd lets a service's user read what is root's (acl(5)). False where the file system has no lists.
bool let_read(const std::string& path, uid_t user) {
  struct Entry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
  };
  struct {
    std::uint32_t version = 2;
    std::array<Entry, 5> entries;
  } list;
  constexpr std::uint32_t nobody_named = 0xffffffff;
  list.entries = {{{0x01, 4, nobody_named},
                   {0x02, 4, user},
                   {0x04, 0, nobody_named},
                   {0x10, 4, nobody_named},
                   {0x20, 0, nobody_named}}};
  return ::setxattr(path.c_str(), "system.posix_acl_access", &list, sizeof list, 0) == 0;
}

Failure catch_failure(const std::string& path) {
  return tests::catch_failure([&path] { (void)read_systemd_credential(path, {}); });
}

}  // namespace

TEST_CASE("a credential is in the directory that systemd names", "[systemd_credential]") {
  const tests::EnvironmentList given{"CREDENTIALS_DIRECTORY=/run/credentials/it.service"};
  const tests::EnvironmentList with_slash{"CREDENTIALS_DIRECTORY=/run/credentials/it.service/"};
  const tests::EnvironmentList relative{"CREDENTIALS_DIRECTORY=credentials"};
  const tests::EnvironmentList empty{"CREDENTIALS_DIRECTORY="};

  CHECK(credential_path(*given, "key") == "/run/credentials/it.service/key");
  CHECK(credential_path(*with_slash, "key") == "/run/credentials/it.service/key");
  CHECK_FALSE(credential_path(*relative, "key"));
  CHECK_FALSE(credential_path(*empty, "key"));
}

TEST_CASE("reads a credential as systemd creates it", "[systemd_credential]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("credentials/key", "from systemd\n", 0400);

  CHECK(read_systemd_credential(path, {}).reveal() == "from systemd");
}

TEST_CASE("reads root's credential in memory with an access list entry for the service's user",
          "[systemd_credential]") {
  const auto parent = tests::parent_in_memory();
  if (!parent || !tests::is_root()) return;
  const tests::TemporaryDirectory directory(*parent);
  (void)directory.make_directory("credentials", 0550);
  const std::string path = directory.write("credentials/key", "from systemd\n", 0440);

  CHECK(read_systemd_credential(path, {}).reveal() == "from systemd");
}

TEST_CASE("an access list entry for the service's user suffices", "[systemd_credential]") {
  const auto parent = tests::parent_in_memory();
  if (!parent || !tests::is_root()) return;
  const tests::TemporaryDirectory directory(*parent);
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
  (void)directory.make_directory("credentials", 0555);
  const std::string path = directory.write("credentials/key", "from systemd\n", 0400);
  if (!let_read(path, tests::another_user)) return;
  CHECK(tests::read_mode(path) == 0440);

  const int code = tests::exit_code_in_child([&path] {
    if (::setresgid(tests::another_user, tests::another_user, tests::another_user) != 0 ||
        ::setresuid(tests::another_user, tests::another_user, tests::another_user) != 0)
      return 2;
    return read_systemd_credential(path, {}).reveal() == "from systemd" ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("rejects a credential that others can write", "[systemd_credential]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("credentials/key", "from systemd\n", 0402);

  const Failure failure = catch_failure(path);

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(failure.hint == "chmod 600 " + path);
}

TEST_CASE("reports a missing credential without its name, which may be a key", "[systemd_credential]") {
  const tests::TemporaryDirectory directory;
  (void)directory.make_directory("credentials");

  const Failure missing = catch_failure(directory.path("credentials/hunter2"));
  const Failure no_service = catch_failure("hunter2");

  CHECK(missing.code == ExitCode::invalid_settings);
  CHECK(std::string(missing.what()) ==
        "the systemd credential that 'api-key-credential' names is not among those in '" +
            directory.path("credentials") + "'");
  CHECK(tests::contains(missing.hint, "LoadCredential="));
  CHECK(no_service.code == ExitCode::invalid_settings);
  CHECK(tests::contains(no_service.what(), "there is no CREDENTIALS_DIRECTORY"));
  CHECK_FALSE(tests::contains(no_service.what() + no_service.hint, "hunter2"));
}

}  // namespace sase::api_key
