// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/published_file.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

namespace {

std::string catch_rejection(const std::string& path) {
  try {
    PublishedFile(path, {}).prepare();
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "(none)";
}

}  // namespace

TEST_CASE("a published file is complete, has its mode, and leaves no other file behind", "[published_file]") {
  const tests::TemporaryDirectory directory;
  const PublishedFile file(directory.path("token"), {.mode = 0440, .group = ::getegid()});
  file.prepare();
  CHECK_FALSE(file.is_there());

  const FileIdentity first = file.write("one");
  CHECK(file.identity() == first);
  const FileIdentity second = file.write("two");

  CHECK(tests::text_of_file(directory.path("token")) == "two");
  CHECK(tests::read_mode(directory.path("token")) == 0440);
  CHECK(file.is_there());
  CHECK(file.identity() != first);
  CHECK(file.identity() == second);
  CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("removes the version with the given identity only", "[published_file]") {
  const tests::TemporaryDirectory directory;
  const PublishedFile file(directory.path("token"), {});
  const FileIdentity first = file.write("one");
  const FileIdentity second = file.write("two");

  CHECK_FALSE(file.remove(first));
  CHECK(file.is_there());
  CHECK(file.remove(second));
  CHECK_FALSE(file.is_there());
  CHECK_FALSE(file.remove(second));
}

TEST_CASE("a file has an identity until it is replaced or removed", "[published_file]") {
  const tests::TemporaryDirectory directory;
  const PublishedFile file(directory.path("token"), {});
  CHECK(file.identity().empty());

  const FileIdentity written = file.write("one");

  CHECK(file.identity() == written);
  REQUIRE(file.write("two") != written);
  CHECK(file.identity() != written);
}

TEST_CASE("rejects an unusable path with the reason", "[published_file]") {
  const tests::TemporaryDirectory directory;
  REQUIRE(::mkdir(directory.path("directory").c_str(), 0700) == 0);
  REQUIRE(::mkdir(directory.path("open").c_str(), 0700) == 0);
  REQUIRE(::chmod(directory.path("open").c_str(), 0777) == 0);
  REQUIRE(::symlink("token", directory.path("link").c_str()) == 0);
  REQUIRE(::mkfifo(directory.path("pipe").c_str(), 0600) == 0);

  CHECK(catch_rejection(directory.path("directory")) ==
        "'" + directory.path("directory") + "' is a directory; name a file in it");
  CHECK(catch_rejection("") == "'' names no file");
  CHECK(catch_rejection(directory.path("directory/")) ==
        "'" + directory.path("directory/") + "' names no file");
  CHECK(catch_rejection(directory.path("link")).ends_with("is a link; name the file that it leads to"));
  CHECK(catch_rejection(directory.path("pipe")).ends_with("is not a regular file"));
  CHECK(catch_rejection(directory.path("none/token")) ==
        "there is no directory '" + directory.path("none/") + "'; make it first");
  CHECK(catch_rejection(directory.path("open/token")) == "'" + directory.path("open") + "' (owner " +
                                                             std::to_string(::geteuid()) +
                                                             ", mode 0777) can be written by other users");
  REQUIRE(::chmod(directory.path("open").c_str(), 0702) == 0);
  CHECK(
      catch_rejection(directory.path("open/token")).ends_with(", mode 0702) can be written by other users"));
  REQUIRE(::chmod(directory.path("open").c_str(), 01777) == 0);
  CHECK(catch_rejection(directory.path("open/token")) == "(none)");
}

TEST_CASE("the hint for root's volume that everyone can write changes nothing of it", "[published_file]") {
  if (!tests::is_root()) return;
  const tests::TemporaryDirectory directory;
  REQUIRE(::chmod(directory.path().c_str(), 02777) == 0);

  const int code = tests::exit_code_in_child([&] {
    if (::setuid(tests::another_user) != 0) return 1;
    try {
      PublishedFile(directory.path("token"), {}).prepare();
    } catch (const RejectedPath& error) {
      return error.hint() == std::string(use_own_file) + "; for an emptyDir, set 'medium: Memory'" ? 0 : 2;
    }
    return 3;
  });

  CHECK(code == 0);
}

TEST_CASE("prepare() rejects another user's file in a sticky directory", "[published_file]") {
  const tests::TemporaryDirectory directory;
  const PublishedFile file(directory.write("token", "planted"), {});
  REQUIRE(::chmod(directory.path().c_str(), 01777) == 0);
  file.prepare();
  if (!tests::is_root()) return;

  const int code = tests::exit_code_in_child([&] {
    if (::setuid(tests::another_user) != 0) return 1;
    return catch_rejection(directory.path("token")).ends_with("belongs to another user; take another name")
               ? 0
               : 2;
  });

  CHECK(code == 0);
}

TEST_CASE("checks the path again at each write", "[published_file]") {
  const tests::TemporaryDirectory directory;
  const PublishedFile file(directory.path("token"), {});
  REQUIRE(::symlink("elsewhere", directory.path("token").c_str()) == 0);

  CHECK_THROWS_AS(file.write("one"), std::system_error);
  CHECK(std::filesystem::is_symlink(directory.path("token")));
}

TEST_CASE("removes leftovers, but no file that is being written", "[published_file]") {
  const tests::TemporaryDirectory directory;
  directory.write("token.new-aaaaaa", "half");
  directory.write("token.new-aaaaa", "another program's");
  directory.write("other.new-aaaaaa", "another program's");
  const std::string busy = directory.write("token.new-bbbbbb", "half");
  const Fd writer(::open(busy.c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::flock(writer.get(), LOCK_EX | LOCK_NB) == 0);
  REQUIRE(::symlink("token.new-aaaaa", directory.path("token.new-cccccc").c_str()) == 0);

  PublishedFile(directory.path("token"), {}).clear_leftovers();

  CHECK_FALSE(tests::exists(directory.path("token.new-aaaaaa")));
  CHECK(tests::exists(directory.path("token.new-aaaaa")));
  CHECK(tests::exists(directory.path("other.new-aaaaaa")));
  CHECK(tests::exists(busy));
  CHECK(tests::exists(directory.path("token.new-cccccc")));
}

TEST_CASE("a file in a setgid directory does not belong to a group that the user is not in",
          "[published_file]") {
  if (!tests::is_root()) return;
  const tests::TemporaryDirectory directory;
  constexpr gid_t foreign = 54321;
  REQUIRE(::chown(directory.path().c_str(), 0, foreign) == 0);
  REQUIRE(::chmod(directory.path().c_str(), 02755) == 0);
  const auto written_group = [&](FileAccess access) {
    (void)PublishedFile(directory.path("token"), access).write("text");
    struct stat status {};
    REQUIRE(::stat(directory.path("token").c_str(), &status) == 0);
    return status.st_gid;
  };

  CHECK(written_group({.mode = 0640}) == ::getegid());
  CHECK(written_group({.mode = 0640, .group = foreign}) == foreign);
  CHECK(tests::exit_code_in_child([&] {
          return ::setgroups(1, &foreign) == 0 && written_group({.mode = 0640}) == foreign ? 0 : 1;
        }) == 0);
}

TEST_CASE("a user may give files to the groups it is in", "[published_file]") {
  CHECK(may_give_to(::getegid()));
  if (!tests::is_root()) return;
  const int code = tests::exit_code_in_child([] {
    constexpr gid_t own = 54321;
    constexpr gid_t further = 54322;
    if (::setgroups(1, &further) != 0 || ::setgid(own) != 0 || ::setuid(own) != 0) return 1;
    return may_give_to(own) && may_give_to(further) && !may_give_to(0) ? 0 : 2;
  });
  CHECK(code == 0);
}

TEST_CASE("finds a group by its number, without the group file", "[group_number]") {
  CHECK(find_group("0", "/nonexistent") == 0U);
  CHECK(find_group("1234", "/nonexistent") == 1234U);
  for (const char* const word : {"-1", "4294967295", "4294967296", "99999999999999", "", "1a", " 1", "+1"}) {
    INFO(word);
    CHECK_FALSE(find_group(word, "/nonexistent"));
  }
}

TEST_CASE("finds a group by its full name", "[group_number]") {
  const tests::TemporaryDirectory directory;
  const std::string file = directory.write("group",
                                           "root:x:0:\n"
                                           "readers:x:77:me,you\n"
                                           "\n"
                                           "broken\n"
                                           "odd:x:many:\n"
                                           "none:x:4294967295:\n"
                                           "last:x:78:");

  CHECK(find_group("root", file) == 0U);
  CHECK(find_group("readers", file) == 77U);
  CHECK(find_group("last", file) == 78U);
  for (const char* const word : {"reader", "readersx", "READERS", "broken", "odd", "none", "x", "", "me"}) {
    INFO(word);
    CHECK_FALSE(find_group(word, file));
  }
}

TEST_CASE("finds a group of this system", "[group_number]") { CHECK(find_group("root") == 0U); }

}  // namespace sase::os
