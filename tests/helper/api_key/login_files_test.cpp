// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_files.hpp"

#include "helper/os/files/file_lock.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::api_key {

namespace {

constexpr const char* eu = "https://eu.test/authorize";
constexpr const char* au = "https://au.test/authorize";

struct Home {
  tests::TemporaryDirectory directory;
  tests::EnvironmentList environment{"HOME=" + directory.path()};
  LoginFiles files{*environment, "work"};

  [[nodiscard]] std::string path(const std::string& name) const {
    return directory.path(".config/sase-credential/" + name);
  }
  [[nodiscard]] std::string key_for(const char* service) const {
    return std::string(read_login_key(path("keys/work"), service).reveal());
  }
  void write_key_file(std::string_view text) const {
    directory.write(".config/sase-credential/keys/work", text);
  }
};

}  // namespace

TEST_CASE("a key and its profile are kept where they are looked for, closed to others", "[login_files]") {
  const Home home;

  home.files.store("the-key", eu, "region = eu\n");

  CHECK(home.files.key() == home.path("keys/work"));
  CHECK(home.files.profile() == home.path("profiles/work.conf"));
  CHECK(tests::text_of_file(home.path("profiles/work.conf")) == "region = eu\n");
  CHECK(home.key_for(eu) == "the-key");
  CHECK(tests::read_mode(home.path("keys/work")) == 0600);
  CHECK(tests::read_mode(home.path("keys")) == 0700);
  CHECK(tests::read_mode(home.path("profiles/work.conf")) == 0600);
  CHECK(tests::read_mode(home.path("profiles")) == 0700);
}

TEST_CASE("another key takes the place of the one before", "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");

  home.files.store("another-key", au, "region = au\n");

  CHECK(home.key_for(au) == "another-key");
  CHECK(tests::text_of_file(home.path("profiles/work.conf")) == "region = au\n");
}

TEST_CASE("the stored key is read for its own service only", "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");

  const Failure failure = tests::catch_failure([&] { (void)home.key_for(au); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(failure.what() ==
        std::string("the key that 'login' stored is for 'https://eu.test/authorize', and not for "
                    "'https://au.test/authorize'"));
  CHECK(failure.hint ==
        "run 'sase-credential login --profile work', with the flags of this call that select the service");
}

TEST_CASE("a key file of 0.1.0, which names no service, is rejected", "[login_files]") {
  const Home home;
  for (const char* const text : {"the-key\n", "the-key", "the-key\nurl=https://eu.test/authorize\n",
                                 "the-key\nurl = https://eu.test/authorize\nanother-key\n"}) {
    INFO(text);
    home.write_key_file(text);
    const Failure failure = tests::catch_failure([&] { (void)home.key_for(eu); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(failure.hint ==
          "store this key again: sase-credential login --profile work --stdin <" + home.path("keys/work"));
  }
}

TEST_CASE("each service gets its own key while a login is stored", "[login_files]") {
  const Home home;
  home.write_key_file("new\nurl = https://au.test/authorize\nold\nurl = https://eu.test/authorize\n");
  CHECK(home.key_for(eu) == "old");
  CHECK(home.key_for(au) == "new");

  home.files.store("another-key", au, "region = au\n");
  CHECK(home.key_for(au) == "another-key");
  CHECK(tests::catch_failure([&] { (void)home.key_for(eu); }).code == ExitCode::invalid_settings);
}

TEST_CASE("a login or a logout removes the keys that a killed login left behind", "[login_files]") {
  const Home home;
  for (const bool is_login : {true, false}) {
    home.write_key_file("");
    const std::string leftover =
        home.directory.write(".config/sase-credential/keys/work.new-abcdef", "key\n");
    if (is_login)
      home.files.store("the-key", eu, "region = eu\n");
    else
      CHECK(home.files.remove_key());
    CHECK_FALSE(tests::exists(leftover));
  }
}

TEST_CASE("a profile that is a link to a file elsewhere stays one", "[login_files]") {
  const Home home;
  const std::string elsewhere = home.directory.write("settings/work", "region = us\n");
  (void)home.directory.make_directory(".config/sase-credential/profiles");
  REQUIRE(::symlink(elsewhere.c_str(), home.path("profiles/work.conf").c_str()) == 0);

  home.files.store("the-key", eu, "region = eu\n");

  CHECK(tests::text_of_file(elsewhere) == "region = eu\n");
  struct stat status {};
  REQUIRE(::lstat(home.path("profiles/work.conf").c_str(), &status) == 0);
  CHECK(S_ISLNK(status.st_mode));
}

TEST_CASE("of two logins at once the later one waits", "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");
  std::optional<os::FileLock> first(
      os::Fd(::open(home.path("keys").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  REQUIRE(first->acquire({}));

  const pid_t second = tests::start_child([&home, &first] {
    first.reset();
    home.files.store("another-key", au, "region = au\n");
    return 0;
  });
  // A lock that is held in any process of two is held; there is no sign that the other one waits.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(home.key_for(eu) == "the-key");
  CHECK(tests::text_of_file(home.path("profiles/work.conf")) == "region = eu\n");
  first.reset();

  CHECK(tests::wait_for_child(second) == 0);
  CHECK(home.key_for(au) == "another-key");
}

TEST_CASE("stores neither if one cannot be stored", "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");
  SECTION("the profile") {
    REQUIRE(::remove(home.path("profiles/work.conf").c_str()) == 0);
    (void)home.directory.make_directory(".config/sase-credential/profiles/work.conf");
    CHECK(tests::catch_failure([&] { home.files.store("new", au, "x"); }).code == ExitCode::local_state);
    CHECK(home.key_for(eu) == "the-key");
  }
  SECTION("the key") {
    REQUIRE(::remove(home.path("keys/work").c_str()) == 0);
    (void)home.directory.make_directory(".config/sase-credential/keys/work");
    CHECK(tests::catch_failure([&] { home.files.store("new", au, "x"); }).code == ExitCode::invalid_settings);
    CHECK(tests::text_of_file(home.path("profiles/work.conf")) == "region = eu\n");
  }
}

TEST_CASE("a key file that cannot be restored if the login fails is not replaced", "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");
  const std::string path = home.path("keys/work");
  std::string hint = "remove this file";
  SECTION("because others can write it") {
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    hint = "chmod 600 " + path;
  }
  SECTION("because it is too long") { home.write_key_file(std::string(65537, 'k')); }
  const std::string before = tests::text_of_file(path);

  const Failure failure = tests::catch_failure([&] { home.files.store("new", au, "x"); });

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.what(), "nothing was stored, because the stored key is unusable: '" + path));
  CHECK(failure.hint == hint);
  CHECK(tests::text_of_file(path) == before);
  CHECK(tests::text_of_file(home.path("profiles/work.conf")) == "region = eu\n");
}

TEST_CASE("rejects a key directory that is open to others with the command that repairs it",
          "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");
  REQUIRE(::chmod(home.path("keys").c_str(), 0755) == 0);

  const Failure failure = tests::catch_failure([&] { home.files.store("new", au, "x"); });

  CHECK(tests::contains(failure.what(),
                        "nothing was stored: '" + home.path("keys") + "' is open to other users"));
  CHECK(tests::contains(failure.what(), "chmod go-rwx"));
}

TEST_CASE("a key is removed once", "[login_files]") {
  const Home home;
  CHECK_FALSE(home.files.remove_key());
  home.files.store("the-key", eu, "region = eu\n");

  CHECK(home.files.remove_key());
  CHECK_FALSE(tests::exists(home.path("keys/work")));
  CHECK(tests::exists(home.path("profiles/work.conf")));
  CHECK_FALSE(home.files.remove_key());
}

TEST_CASE("without a home there is no place for a key", "[login_files]") {
  const tests::EnvironmentList environment{"HOME=relative"};

  CHECK(tests::catch_failure([&] { (void)LoginFiles(*environment, "work"); }).code == ExitCode::local_state);
}

TEST_CASE("the key of 'login' is in the configuration directory", "[login_files]") {
  const tests::TemporaryDirectory directory;
  const tests::EnvironmentList config{"HOME=" + directory.path(), "XDG_CONFIG_HOME=/config"};
  const tests::EnvironmentList home{"HOME=" + directory.path()};
  const tests::EnvironmentList missing_home{"HOME=" + directory.path("missing")};
  const tests::EnvironmentList nothing{"USER=me"};

  CHECK(login_key_path(*config, "work") == "/config/sase-credential/keys/work");
  CHECK(login_key_path(*home, "work") == directory.path(".config/sase-credential/keys/work"));
  CHECK_FALSE(login_key_path(*missing_home, "work"));
  CHECK_FALSE(login_key_path(*nothing, "work"));
}

TEST_CASE("does not replace a profile that has its text already", "[login_files]") {
  const Home home;
  home.files.store("the-key", eu, "region = eu\n");
  const auto identity = [&home] {
    struct stat status {};
    REQUIRE(::stat(home.path("profiles/work.conf").c_str(), &status) == 0);
    return status.st_ino;
  };
  const auto first = identity();

  home.files.store("new-key", eu, "region = eu\n");
  CHECK(identity() == first);
  CHECK(home.key_for(eu) == "new-key");
  home.files.store("new-key", eu, "region = eu\ncache = none\n");
  CHECK(identity() != first);
}

}  // namespace sase::api_key
