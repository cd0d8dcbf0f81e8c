// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"
#include "tests/helper/os/files/directory_contents.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::os {

TEST_CASE("creates a directory and its parents with mode 0700", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const mode_t before = ::umask(0);

  (void)PrivateDirectory::create(root.path("a/b/c"));
  ::umask(before);

  for (const char* const name : {"a", "a/b", "a/b/c"})
    CHECK(tests::read_mode(root.path(name)) == 0700);
}

TEST_CASE("opens an existing directory", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.write("a/file", "text");

  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));

  CHECK(text_in(directory.open_file("file")) == "text");
}

TEST_CASE("does not change existing parents", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.make_directory("a", 0755);

  (void)PrivateDirectory::create(root.path("a/b"));

  CHECK(tests::read_mode(root.path("a")) == 0755);
}

TEST_CASE("open() creates no directory", "[private_directory]") {
  const tests::TemporaryDirectory root;

  CHECK_FALSE(PrivateDirectory::open(root.path("a")));
  CHECK_FALSE(PrivateDirectory::open(root.path("a/b")));
  CHECK_FALSE(tests::exists(root.path("a")));
}

TEST_CASE("rejects a directory that is open to others", "[private_directory]") {
  const mode_t mode = GENERATE(values<mode_t>({0701, 0702, 0704, 0710, 0720, 0740, 0755, 0777, 01777}));
  const tests::TemporaryDirectory root;
  const std::string path = root.make_directory("a", mode);

  CHECK_THROWS_AS(PrivateDirectory::open(path), std::system_error);
  CHECK_THROWS_AS(PrivateDirectory::create(path), std::system_error);
  CHECK(tests::read_mode(path) == mode);
}

TEST_CASE("rejects another user's directory", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.make_directory("a");
  if (!tests::give_away(path)) return;  // only root can arrange it

  CHECK_THROWS_AS(PrivateDirectory::open(path), std::system_error);
  CHECK_THROWS_AS(PrivateDirectory::create(path), std::system_error);
}

TEST_CASE("rejects a path through a directory that others can write, unless it is sticky",
          "[private_directory]") {
  const tests::TemporaryDirectory root;
  (void)PrivateDirectory::create(root.path("shared/own"));
  ::chmod(root.path("shared").c_str(), 0777);

  CHECK_THROWS_AS(PrivateDirectory::open(root.path("shared/own")), RejectedPath);
  CHECK_THROWS_AS(PrivateDirectory::create(root.path("shared/another")), RejectedPath);
  CHECK_THROWS_AS(open_private_log(root.path("shared/log")), RejectedPath);
  CHECK(names_in(root.path("shared")) == std::set<std::string>{"own"});

  ::chmod(root.path("shared").c_str(), 01777);
  CHECK(PrivateDirectory::open(root.path("shared/own")));
  CHECK(open_private_log(root.path("shared/log")));
}

TEST_CASE("rejects a link or file instead of a directory", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.make_directory("real");
  root.write("file", "");
  std::filesystem::create_directory_symlink("real", root.path("link"));
  std::filesystem::create_directory_symlink("nowhere", root.path("dangling"));
  REQUIRE(::mkfifo(root.path("fifo").c_str(), 0600) == 0);

  for (const char* const name : {"file", "link", "dangling", "fifo", "file/below"}) {
    INFO(name);
    CHECK_THROWS_AS(PrivateDirectory::open(root.path(name)), std::system_error);
    CHECK_THROWS_AS(PrivateDirectory::create(root.path(name)), std::system_error);
  }
  CHECK_FALSE(tests::exists(root.path("nowhere")));
}

TEST_CASE("keeps using the same directory after it is renamed", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.write("a/file", "mine");
  root.write("b/file", "other");
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  std::filesystem::rename(root.path("a"), root.path("c"));
  std::filesystem::rename(root.path("b"), root.path("a"));

  CHECK(text_in(directory.open_file("file")) == "mine");
}

}  // namespace sase::os
