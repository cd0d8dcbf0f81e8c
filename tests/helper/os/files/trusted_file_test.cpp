// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/trusted_file.hpp"

#include "helper/os/files/file_system.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <string>
#include <system_error>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

// Tests that need files of another user do nothing unless they run as root.

namespace sase::os {

namespace {

struct Outcome {
  bool is_open = false;
  std::string what;
  std::string hint;
};

Outcome open(const std::string& path, Sensitivity sensitivity = Sensitivity::settings) {
  try {
    return {.is_open = static_cast<bool>(open_trusted_file(path, sensitivity)), .what = {}, .hint = {}};
  } catch (const RejectedPath& error) {
    return {.is_open = false, .what = error.what(), .hint = error.hint()};
  }
}

std::string owner() { return "(owner " + std::to_string(::geteuid()) + ", mode "; }

/// The number of a group that is not this user's private one.
constexpr gid_t another_group = 4242;

bool give_group(const std::string& path, gid_t group) {
  return ::geteuid() == 0 && ::chown(path.c_str(), static_cast<uid_t>(-1), group) == 0;
}

/// Whether another user, a member of this group, opens the file.
bool opens_as_another_user(const std::string& path, Sensitivity sensitivity = Sensitivity::settings,
                           gid_t group = tests::another_user) {
  return tests::exit_code_in_child([&] {
           if (::setgroups(1, &group) != 0 ||
               ::setresuid(tests::another_user, tests::another_user, tests::another_user) != 0)
             return 2;
           return open(path, sensitivity).is_open ? 0 : 1;
         }) == 0;
}

}  // namespace

TEST_CASE("opens a file that only this user can write", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  CHECK(open(root.write("a", "text", 0644)).is_open);
  CHECK(open(root.write("b", "text", 0600), Sensitivity::secret).is_open);
}

TEST_CASE("a missing trusted file is not an error", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  (void)root.make_directory("open", 0777);
  CHECK_FALSE(open_trusted_file(root.path("missing"), Sensitivity::settings));
  CHECK_FALSE(open_trusted_file(root.path("missing/file"), Sensitivity::settings));
  CHECK_FALSE(open_trusted_file(root.path("open/missing"), Sensitivity::settings));
  CHECK_FALSE(open_trusted_file(root.write("file", "") + "/below", Sensitivity::settings));
}

TEST_CASE("rejects a file by its mode, with the chmod that fixes it", "[trusted_file]") {
  struct Row {
    mode_t mode;
    Sensitivity sensitivity;
    const char* what;
    const char* command;
  };
  const auto row = GENERATE(values<Row>({
      {0666, Sensitivity::settings, "0666) can be written by other users", "chmod go-w "},
      {0602, Sensitivity::settings, "0602) can be written by other users", "chmod go-w "},
      {0666, Sensitivity::secret, "0666) can be written by other users", "chmod 600 "},
      {0604, Sensitivity::secret, "0604) can be read by other users", "chmod 600 "},
  }));
  const tests::TemporaryDirectory root(tests::parent_on_disk().value_or("/var/tmp"));
  const std::string path = root.write("file", "text", row.mode);

  const Outcome outcome = open(path, row.sensitivity);

  CHECK(outcome.what == "'" + path + "' " + owner() + row.what);
  CHECK(outcome.hint == row.command + path);
}

TEST_CASE("a group can write a file only if it is this user's private group", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("file", "text", 0660);
  if (!give_group(path, ::geteuid())) return;
  CHECK(open(path).is_open);
  CHECK(open(path, Sensitivity::secret).is_open);

  REQUIRE(give_group(path, another_group));

  CHECK(tests::contains(open(path).what, "0660) can be written by other users"));
  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  CHECK(open(path).is_open);
}

TEST_CASE("checks each directory on the path", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("open/private/file", "text");
  const std::string directory = root.path("open");
  REQUIRE(::chmod(directory.c_str(), 0777) == 0);

  CHECK(open(path).what ==
        "'" + path + "': '" + directory + "' " + owner() + "0777) can be written by other users");
  CHECK(open(path).hint == "chmod go-w " + directory);

  REQUIRE(::chmod(directory.c_str(), 01777) == 0);
  CHECK(open(path).is_open);
}

TEST_CASE("a group can write a directory on the path only if the group or the directory is root's",
          "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("shared/file", "text");
  const std::string directory = root.path("shared");
  if (!give_group(directory, another_group)) return;
  for (const std::string& searched : {root.path("."), directory})
    REQUIRE(::chmod(searched.c_str(), searched == directory ? 0775 : 0755) == 0);
  REQUIRE(::chmod(path.c_str(), 0644) == 0);

  CHECK(opens_as_another_user(path));
  CHECK(open(path).is_open);

  REQUIRE(::chown(directory.c_str(), tests::another_user, another_group) == 0);
  CHECK_FALSE(opens_as_another_user(path));

  REQUIRE(give_group(directory, 0));
  CHECK(opens_as_another_user(path));
}

TEST_CASE("a group can read root's secret, because root chose the group", "[trusted_file]") {
  const auto disk = tests::parent_on_disk();
  if (!disk || !tests::is_root()) return;
  const tests::TemporaryDirectory root(*disk);
  REQUIRE(::chmod(root.path().c_str(), 0755) == 0);
  const std::string path = root.write("key", "text", 0640);
  REQUIRE(give_group(path, another_group));
  CHECK(opens_as_another_user(path, Sensitivity::secret, another_group));
  CHECK(open(path, Sensitivity::secret).what.empty());

  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK_FALSE(opens_as_another_user(path, Sensitivity::secret, another_group));
  CHECK(tests::contains(open(path, Sensitivity::secret).what, "0644) can be read by other users"));

  REQUIRE(::chmod(path.c_str(), 0640) == 0);
  REQUIRE(::chown(path.c_str(), tests::another_user, another_group) == 0);
  CHECK_FALSE(opens_as_another_user(path, Sensitivity::secret, another_group));
}

TEST_CASE("names all causes with one remedy", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("open/file", "text", 0666);
  REQUIRE(::chmod(root.path("open").c_str(), 0777) == 0);

  const Outcome outcome = open(path, Sensitivity::secret);

  CHECK(outcome.what == "'" + root.path("open") + "' " + owner() + "0777) can be written by other users, '" +
                            path + "' " + owner() + "0666) can be written by other users");
  CHECK(outcome.hint == "chmod go-w " + root.path("open") + " && chmod 600 " + path);
}

TEST_CASE("names the owner and the mode of one file together", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("file", "text", 0666);
  if (!tests::give_away(path)) return;

  CHECK(open(path).what ==
        "'" + path + "' (owner 65534, mode 0666) belongs to another user and can be written by other users");
}

TEST_CASE("rejects a file or directory of another user", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("directory/file", "text");
  const std::string foreign = GENERATE("directory/file", "directory");
  if (!tests::give_away(root.path(foreign))) return;

  const Outcome outcome = open(path);

  CHECK(tests::contains(outcome.what, "'" + root.path(foreign) + "' (owner 65534, mode 0"));
  CHECK(tests::contains(outcome.what, ") belongs to another user"));
  CHECK(outcome.hint == use_own_file);
}

TEST_CASE("a mode that only another user can change has no chmod in the hint", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("directory/file", "text", 0666);
  REQUIRE(::chmod(root.path("directory").c_str(), 0777) == 0);
  if (!tests::give_away(root.path("directory"))) return;

  CHECK(open(path).hint == use_own_file);
}

TEST_CASE("follows links, and checks their owners and where they lead to", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  (void)root.write("data/file", "text");
  std::filesystem::create_symlink("data", root.path("..data"));
  std::filesystem::create_symlink("..data/file", root.path("relative"));
  std::filesystem::create_symlink(root.path("relative"), root.path("absolute"));
  std::filesystem::create_symlink("../file", root.path("data/up"));
  std::filesystem::rename(root.write("file", ""), root.path("file"));
  CHECK(open(root.path("relative")).is_open);
  CHECK(open(root.path("absolute")).is_open);
  CHECK(open(root.path("..data//./../data/up")).is_open);

  SECTION("a directory behind a link") {
    REQUIRE(::chmod(root.path("data").c_str(), 0777) == 0);
    CHECK(tests::contains(open(root.path("absolute")).what, root.path("data") + "' " + owner() + "0777)"));
  }
  SECTION("a link of another user") {
    if (!tests::is_root()) return;
    REQUIRE(::lchown(root.path("relative").c_str(), tests::another_user, tests::another_user) == 0);
    CHECK(
        tests::contains(open(root.path("absolute")).what, "/relative' (owner 65534, mode 0777) belongs to"));
  }
  SECTION("a loop") {
    std::filesystem::create_symlink("loop", root.path("loop"));
    CHECK_THROWS_AS(open_trusted_file(root.path("loop"), Sensitivity::settings), std::system_error);
  }
}

TEST_CASE("only a secret may be a pipe", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  REQUIRE(::mkfifo(root.path("fifo").c_str(), 0600) == 0);
  CHECK(open(root.path("fifo"), Sensitivity::secret).is_open);
  CHECK(tests::contains(open(root.path("fifo")).what, "0600) is not a regular file"));
  CHECK(tests::contains(open("/dev/null").what, " is not a regular file"));
  CHECK(tests::contains(open(root.path()).what, "0700) is not a regular file"));

  const tests::Pipe pipe = tests::make_pipe();
  for (const std::string directory : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"}) {
    INFO(directory);
    const std::string inherited = directory + std::to_string(pipe.reader.get());
    CHECK(open(inherited, Sensitivity::secret).is_open);
    CHECK_FALSE(open(inherited).is_open);
  }
}

TEST_CASE("a path that only begins like that of an open file is checked", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("open/1", "text");
  REQUIRE(::chmod(root.path("open").c_str(), 0777) == 0);
  for (const char* const prefix :
       {"/dev/fd/../../..", "/proc/self/fd/../../..", "/proc/1/../self/fd/../../.."}) {
    INFO(prefix);
    CHECK(tests::contains(open(prefix + path).what, root.path("open") + "' " + owner() + "0777) can be"));
  }
}

TEST_CASE("root's secret in memory may be readable, as containers mount it", "[trusted_file]") {
  const auto memory = tests::parent_in_memory();
  if (!memory || !tests::is_root()) return;
  const tests::TemporaryDirectory root(*memory);
  const std::string path = root.write("secret", "text", 0644);
  CHECK(open(path, Sensitivity::secret).is_open);
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  CHECK(tests::contains(open(path, Sensitivity::secret).what, "can be written"));
}

TEST_CASE("check_directories() includes the directory itself", "[trusted_file]") {
  const tests::TemporaryDirectory root;
  CHECK(check_directories(root.path()));
  CHECK_FALSE(check_directories(root.path("missing")));
  REQUIRE(::chmod(root.path().c_str(), 0777) == 0);
  CHECK_THROWS_AS(check_directories(root.path()), RejectedPath);
}

}  // namespace sase::os
