// SPDX-License-Identifier: Apache-2.0
#include "helper/config/directories.hpp"
#include "protocol/escape.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/temporary_directory.hpp"

#include <string>
#include <vector>

#include <sys/stat.h>

namespace sase::config {

namespace {

using namespace std::string_literals;
using Describe = std::vector<std::string>;

ProfileText::File file(std::string text) {
  return {.path = "/p/default.conf", .text = std::move(text), .layer = Layer::user_file};
}

/// The profile directories of a user and of the system.
struct Directories {
  tests::TemporaryDirectory root;
  tests::EnvironmentList environment{"XDG_CONFIG_HOME=" + root.path("config"), "HOME=" + root.path("home")};

  void user(std::string_view name, std::string_view text) const {
    root.write("config/sase-credential/profiles/" + std::string(name), text);
  }
  void system(std::string_view name, std::string_view text) const {
    root.write("etc/sase-credential/profiles/" + std::string(name), text);
  }
  [[nodiscard]] ProfileFiles files() const { return ProfileFiles(*environment, root.path("etc")); }
};

}  // namespace

TEST_CASE("a profile file has one setting per line", "[profile_files]") {
  const ProfileText::File text = file(
      "# a comment\n"
      "region = eu\n"
      "\n"
      "  min-ttl=5m  \n"
      "\t# another one\n"
      "url = https://a.test/?x=y\r\n"
      "proxy =\thttp://u:p#x@h:1\n"
      "cache = none");

  const auto values = ProfileText::parse(text);

  REQUIRE(values.size() == 5);
  CHECK(values[0].setting->id == SettingId::region);
  CHECK(values[0].value == "eu");
  CHECK(values[0].line == 2);
  CHECK(values[1].setting->id == SettingId::min_ttl);
  CHECK(values[1].value == "5m");
  CHECK(values[1].line == 4);
  CHECK(values[2].value == "https://a.test/?x=y");
  CHECK(values[3].value == "http://u:p#x@h:1");
  CHECK(values[4].value == "none");
  CHECK(values[4].line == 8);
  CHECK(values[4].layer == Layer::user_file);
  CHECK(values[4].file == "/p/default.conf");
}

TEST_CASE("a profile file may be empty", "[profile_files]") {
  for (const std::string text : {"", "\n", "\n\n", "#", "# x\n", " \t\r\n"})
    CHECK(ProfileText::parse(file(text)).empty());
}

TEST_CASE("rejects an invalid line with file, line and remedy", "[profile_files]") {
  struct Row {
    std::string text, what, hint;
  };
  const auto row = GENERATE(values<Row>({
      {"region", "/p/default.conf:1: no '=' in this line", "write: setting = value"},
      {"\n\nregion eu\n", "/p/default.conf:3: no '=' in this line", "write: setting = value"},
      {"regoin = eu\n", "/p/default.conf:1: unknown setting 'regoin'", "did you mean 'region'?"},
      {"min_ttl = 5m\n", "/p/default.conf:1: unknown setting 'min_ttl'", "did you mean 'min-ttl'?"},
      {"Region = eu\n", "/p/default.conf:1: unknown setting 'Region'", "did you mean 'region'?"},
      {"zzzzzzz = 1\n", "/p/default.conf:1: unknown setting 'zzzzzzz'", ""},
      {"= eu\n", "/p/default.conf:1: unknown setting ''", ""},
      {"\x1b[2J = eu\n", "/p/default.conf:1: unknown setting '\\x1b[2J'", ""},
      {"region =\n", "/p/default.conf:1: 'region' has no value", "remove the line"},
      {"region = \t\r\n", "/p/default.conf:1: 'region' has no value", "remove the line"},
      {"region = e\ru\n", "/p/default.conf:1: a control character in the value of 'region'", ""},
      {"region = e\0u\n"s, "/p/default.conf:1: a control character in the value of 'region'", ""},
  }));

  DYNAMIC_SECTION(protocol::escape(row.text)) {
    const Failure failure = tests::catch_failure([&row] { (void)ProfileText::parse(file(row.text)); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(failure.what() == row.what);
    CHECK(failure.hint == row.hint);
  }
}

TEST_CASE("does not print an API key that is in a profile file by mistake", "[profile_files]") {
  const Failure failure = tests::catch_failure([] { (void)ProfileText::parse(file("api-key = hunter2\n")); });

  CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
  CHECK_FALSE(tests::contains(failure.hint, "hunter2"));
}

TEST_CASE("reads the user's file before the system's", "[profile_files]") {
  const Directories directories;
  directories.user("default.conf", "region = eu\n");
  directories.system("default.conf", "region = us\n");

  const ProfileText profile = directories.files().read("default");

  REQUIRE(profile.files.size() == 2);
  CHECK(profile.files[0].text == "region = eu\n");
  CHECK(profile.files[0].layer == Layer::user_file);
  CHECK(profile.files[0].path == directories.root.path("config/sase-credential/profiles/default.conf"));
  CHECK(profile.files[1].text == "region = us\n");
  CHECK(profile.files[1].layer == Layer::system_file);
}

TEST_CASE("either profile file may be missing, or both", "[profile_files]") {
  const Directories directories;
  directories.user("a.conf", "");
  directories.system("b.conf", "");

  CHECK(directories.files().read("a").files.size() == 1);
  CHECK(directories.files().read("b").files.size() == 1);
  CHECK(directories.files().read("c").files.empty());
  CHECK(directories.files().exists("a"));
  CHECK(directories.files().exists("b"));
  CHECK_FALSE(directories.files().exists("c"));
}

TEST_CASE("lists each profile once, sorted by name", "[profile_files]") {
  const Directories directories;
  CHECK(directories.files().names().empty());

  for (const char* const name : {"work.conf", "default.conf", "UPPER.conf", "notes.txt", ".hidden.conf",
                                 "conf", ".conf", "x.conf.bak", "a b.conf"})
    directories.user(name, "");
  directories.system("work.conf", "");
  directories.system("another.conf", "");

  CHECK(directories.files().names() == Describe{"another", "default", "work"});
}

TEST_CASE("the directory of user profiles follows the XDG Base Directory Specification", "[profile_files]") {
  const tests::TemporaryDirectory root;
  root.write("config/sase-credential/profiles/xdg.conf", "");
  root.write("home/.config/sase-credential/profiles/home.conf", "");
  const std::string xdg = "XDG_CONFIG_HOME=" + root.path("config");
  const std::string home = "HOME=" + root.path("home");
  const auto names = [&root](std::initializer_list<std::string> entries) {
    const tests::EnvironmentList environment(entries);
    return ProfileFiles(*environment, root.path("etc")).names();
  };

  CHECK(names({xdg, home}) == Describe{"xdg"});
  CHECK(names({home}) == Describe{"home"});
  CHECK(names({"XDG_CONFIG_HOME=", home}) == Describe{"home"});
  CHECK(names({"XDG_CONFIG_HOME=config", home}) == Describe{"home"});
  CHECK(names({"HOME=home"}).empty());
  CHECK(names({}).empty());
}

TEST_CASE("an unreadable profile file is a settings error", "[profile_files]") {
  const Directories directories;
  directories.user("large.conf", std::string(65537, '#'));
  directories.user("largest.conf", std::string(65536, '#'));
  directories.root.make_directory("config/sase-credential/profiles/directory.conf");
  const ProfileFiles files = directories.files();

  CHECK(tests::catch_failure([&files] { (void)files.read("large"); }).code == ExitCode::invalid_settings);
  CHECK(tests::catch_failure([&files] { (void)files.read("directory"); }).code == ExitCode::invalid_settings);
  CHECK(files.read("largest").files.size() == 1);
}

TEST_CASE("rejects a profile file that violates the trust rule", "[profile_files]") {
  const Directories directories;
  const std::string profiles = directories.root.path("config/sase-credential/profiles");
  directories.user("default.conf", "");
  REQUIRE(::mkfifo((profiles + "/fifo.conf").c_str(), 0600) == 0);
  const auto failure = [&directories](const char* name) {
    return tests::catch_failure([&] { (void)directories.files().read(name); });
  };

  CHECK(failure("fifo").code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure("fifo").what(), "fifo.conf' (owner "));
  REQUIRE(::chmod(profiles.c_str(), 0777) == 0);
  CHECK(tests::contains(failure("default").what(), "cannot use the profile: '" + profiles +
                                                       "/default.conf': '" + profiles + "' (owner "));
  CHECK(failure("default").hint == "chmod go-w " + profiles);
}

TEST_CASE("a profile that this user may not read is rejected or counts as absent", "[profile_files]") {
  if (::geteuid() == 0) return;  // root may read everything
  const Directories directories;
  directories.user("default.conf", "");
  const std::string path = directories.root.path("config/sase-credential/profiles/default.conf");
  REQUIRE(::chmod(path.c_str(), 0) == 0);

  CHECK_THROWS_AS(directories.files().read("default"), Failure);
  std::vector<std::string> warnings;
  const ProfileText text = directories.files().read("default", &warnings);
  CHECK(text.files.empty());
  CHECK(warnings == std::vector{"cannot read '" + path + "': Permission denied"});
}

TEST_CASE("names the encoding of a profile in UTF-16", "[profile_files]") {
  for (const std::string& text :
       {"\xff\xfeu\0r\0l\0=\0x\0"s, "\xfe\xff\0u\0r\0l\0="s, "#\0\n\0x\0"s, "\0u\0r\0l"s}) {
    const Failure failure = tests::catch_failure([&text] { (void)ProfileText::parse(file(text)); });
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(failure.what() == "/p/default.conf: it is encoded in UTF-16"s);
    CHECK(failure.hint == "save it as UTF-8, or write it again");
    CHECK(ProfileText::parse(file(text), InvalidLines::ignore).empty());
  }
}

TEST_CASE("the lines of a fleet are read only by a call that needs them", "[profile_files]") {
  const ProfileText::File file{.path = "/x.conf",
                               .text = "fleet = https://etcd1:2379\nmin-ttl = 5m\nfleet-ca-file = /ca.pem\n",
                               .layer = Layer::user_file};

  CHECK(ProfileText::parse(file).size() == 3);
  const auto others = ProfileText::parse(file, InvalidLines::reject, FleetValues::skip);
  REQUIRE(others.size() == 1);
  CHECK(others.front().line == 2);
}

}  // namespace sase::config
