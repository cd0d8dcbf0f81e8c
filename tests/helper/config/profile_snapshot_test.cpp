// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_snapshot.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <unistd.h>

namespace sase::config {

namespace {

/// Two directories with a profile each, and what may happen in them.
class Directories {
 public:
  Directories() {
    directory_.write("user/a.conf", "region = eu\n");
    directory_.write("system/b.conf", "region = us\n");
  }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_.path() + '/' + name; }
  [[nodiscard]] std::vector<std::string> paths() const { return {path("user/"), path("system/")}; }
  [[nodiscard]] ProfileSnapshot take() const { return ProfileSnapshot::take(paths()); }
  void write(const std::string& name, const std::string& text) const { directory_.write(name, text); }

 private:
  tests::TemporaryDirectory directory_;
};

/// As an editor does that writes to the file where it is.
void append(const std::string& path, const char* text) {
  std::ofstream(path, std::ios::app) << text;
}

}  // namespace

TEST_CASE("nothing has changed, and the snapshot is the same", "[profile_snapshot]") {
  const Directories directories;

  const ProfileSnapshot before = directories.take();
  const ProfileSnapshot after = directories.take();

  CHECK(before.directories == after.directories);
  CHECK(before.files == after.files);
  CHECK(before.directories == ProfileSnapshot::of_directories(directories.paths()));
}

TEST_CASE("a profile that comes or goes shows in its directory and in the files", "[profile_snapshot]") {
  const Directories directories;
  const ProfileSnapshot before = directories.take();

  SECTION("comes") {
    directories.write("system/c.conf", "region = au\n");
  }
  SECTION("goes") {
    REQUIRE(::unlink(directories.path("user/a.conf").c_str()) == 0);
  }
  SECTION("is renamed") {
    REQUIRE(::rename(directories.path("user/a.conf").c_str(), directories.path("user/z.conf").c_str()) == 0);
  }

  const ProfileSnapshot after = directories.take();
  CHECK(before.directories != after.directories);
  CHECK(before.files != after.files);
}

TEST_CASE("a profile that is written to where it is shows in the files alone", "[profile_snapshot]") {
  const Directories directories;
  const ProfileSnapshot before = directories.take();

  append(directories.path("system/b.conf"), "host = b.test\n");

  const ProfileSnapshot after = directories.take();
  CHECK(before.directories == after.directories);
  CHECK(before.files != after.files);
  CHECK(before.newest <= after.newest);
}

TEST_CASE("a link's profile that is written to shows as well", "[profile_snapshot]") {
  const Directories directories;
  directories.write("elsewhere/shared.conf", "region = in\n");
  REQUIRE(::symlink(directories.path("elsewhere/shared.conf").c_str(),
                    directories.path("user/link.conf").c_str()) == 0);
  const ProfileSnapshot before = directories.take();

  append(directories.path("elsewhere/shared.conf"), "host = shared.test\n");

  CHECK(before.files != directories.take().files);
}

TEST_CASE("what is no profile makes no difference to the files", "[profile_snapshot]") {
  const Directories directories;
  const ProfileSnapshot before = directories.take();

  directories.write("user/notes.txt", "not a profile\n");
  directories.write("user/Not A Name.conf", "not a profile\n");

  CHECK(before.files == directories.take().files);
}

TEST_CASE("a directory that is not there is as good as an empty one, and its coming shows",
          "[profile_snapshot]") {
  const Directories directories;
  const std::vector<std::string> with_absent = {directories.path("user/"), directories.path("absent/")};
  const ProfileSnapshot before = ProfileSnapshot::take(with_absent);

  directories.write("absent/c.conf", "region = au\n");

  const ProfileSnapshot after = ProfileSnapshot::take(with_absent);
  CHECK(before.directories != after.directories);
  CHECK(before.files != after.files);
}

}  // namespace sase::config
