// SPDX-License-Identifier: Apache-2.0
#include "helper/keys/credential_key.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>

namespace sase::helper {

namespace {

Failure failure_of(const std::string& path) {
  return tests::failure_of([&path] { (void)read_credential_key(path); });
}

}  // namespace

TEST_CASE("a credential is in the folder that systemd names", "[credential_key]") {
  const tests::EnvironmentList given{"CREDENTIALS_DIRECTORY=/run/credentials/it.service"};
  const tests::EnvironmentList with_slash{"CREDENTIALS_DIRECTORY=/run/credentials/it.service/"};
  const tests::EnvironmentList relative{"CREDENTIALS_DIRECTORY=credentials"};
  const tests::EnvironmentList empty{"CREDENTIALS_DIRECTORY="};

  CHECK(credential_path(*given, "key") == "/run/credentials/it.service/key");
  CHECK(credential_path(*with_slash, "key") == "/run/credentials/it.service/key");
  CHECK_FALSE(credential_path(*relative, "key"));
  CHECK_FALSE(credential_path(*empty, "key"));
}

TEST_CASE("a credential is read as systemd makes it", "[credential_key]") {
  const tests::TemporaryDirectory folder;
  const std::string path = folder.write("credentials/key", "from systemd\n", 0400);

  CHECK(read_credential_key(path).reveal() == "from systemd");
}

TEST_CASE("root's own with an entry for the service's user is read where it is in memory",
          "[credential_key]") {
  const auto parent = tests::parent_in_memory();
  if (!parent || ::geteuid() != 0) return;
  const tests::TemporaryDirectory folder(*parent);
  (void)folder.make_folder("credentials", 0550);
  const std::string path = folder.write("credentials/key", "from systemd\n", 0440);

  CHECK(read_credential_key(path).reveal() == "from systemd");
}

TEST_CASE("a credential that others can write is refused", "[credential_key]") {
  const tests::TemporaryDirectory folder;
  const std::string path = folder.write("credentials/key", "from systemd\n", 0460);

  const Failure failure = failure_of(path);

  CHECK(failure.code == ExitCode::settings);
  CHECK(failure.hint == "chmod 600 " + path);
}

TEST_CASE("a credential that is not there is told without its name, which may be a key", "[credential_key]") {
  const tests::TemporaryDirectory folder;
  (void)folder.make_folder("credentials");

  const Failure missing = failure_of(folder.path("credentials/hunter2"));
  const Failure no_service = failure_of("hunter2");

  CHECK(missing.code == ExitCode::settings);
  CHECK(std::string(missing.what()) ==
        "the systemd credential that 'api-key-credential' names is not among those in '" +
            folder.path("credentials") + "'");
  CHECK(tests::contains(missing.hint, "LoadCredential="));
  CHECK(no_service.code == ExitCode::settings);
  CHECK(tests::contains(no_service.what(), "there is no CREDENTIALS_DIRECTORY"));
  CHECK_FALSE(tests::contains(no_service.what() + no_service.hint, "hunter2"));
}

}  // namespace sase::helper
