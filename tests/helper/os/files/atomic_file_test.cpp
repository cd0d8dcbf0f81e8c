// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/published_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sase::os {

namespace {

std::ptrdiff_t files_in(const tests::TemporaryDirectory& directory) {
  return std::distance(std::filesystem::directory_iterator(directory.path()), {});
}

}  // namespace

TEST_CASE("a file appears complete and private when it is committed", "[atomic_file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("key");
  {
    AtomicFile file(path);
    file.write("first ");
    file.write("second");
    CHECK_FALSE(tests::exists(path));
    file.commit();
  }

  CHECK(tests::text_of_file(path) == "first second");
  CHECK(tests::read_mode(path) == 0600);
  CHECK(files_in(directory) == 1);
}

TEST_CASE("without a commit the old file stays and no other file is left", "[atomic_file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("key", "before");
  {
    AtomicFile file(path);
    file.write("after");
  }

  CHECK(tests::text_of_file(path) == "before");
  CHECK(files_in(directory) == 1);
}

TEST_CASE("replaces a file that others can read by a private one", "[atomic_file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("key", "before", 0644);

  AtomicFile file(path);
  file.write("after");
  file.commit();

  CHECK(tests::text_of_file(path) == "after");
  CHECK(tests::read_mode(path) == 0600);
}

TEST_CASE("a link in a file's place is replaced and not followed", "[atomic_file]") {
  const tests::TemporaryDirectory directory;
  const std::string target = directory.write("target", "another's");
  REQUIRE(::symlink(target.c_str(), directory.path("key").c_str()) == 0);

  AtomicFile file(directory.path("key"));
  file.write("mine");
  file.commit();

  CHECK(tests::text_of_file(target) == "another's");
  CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(directory.path("key"))));
}

TEST_CASE("rejects a directory at the file's path before writing", "[atomic_file]") {
  const tests::TemporaryDirectory directory;
  (void)directory.make_directory("key");

  CHECK_THROWS_AS(AtomicFile(directory.path("key")), std::system_error);
  CHECK(files_in(directory) == 1);
}

TEST_CASE("a missing directory is a system error", "[atomic_file]") {
  const tests::TemporaryDirectory directory;

  CHECK_THROWS_AS(AtomicFile(directory.path("absent/key")), std::system_error);
}

TEST_CASE("a full disk is a system error, and the old file stays", "[atomic_file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("key", "before");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit small{.rlim_cur = 4, .rlim_max = before.rlim_max};
  {
    AtomicFile file(path);
    const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK_THROWS_AS(file.write("much more than that"), std::system_error);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    ::signal(SIGXFSZ, ignored);
  }

  CHECK(tests::text_of_file(path) == "before");
  CHECK(files_in(directory) == 1);
}

}  // namespace sase::os
