// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/file.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

// What only root can arrange, such as a file of another user, is tested where the tests run as root.

namespace sase::helper {

namespace {

constexpr const char* key_text = "hunter2-key\n";

std::string read(const std::string& path) {
  return std::string(read_key_file(path).reveal());
}

Failure refusal_of(const std::string& path) {
  return tests::failure_of([&path] { (void)read_key_file(path); });
}

bool is_root() {
  return ::geteuid() == 0;
}

}  // namespace

TEST_CASE("a key is read from a file that is closed to others", "[key_file]") {
  const mode_t mode = GENERATE(values<mode_t>({0600, 0400, 0700}));
  const tests::TemporaryDirectory folder;

  CHECK(read(folder.write("key", key_text, mode)) == "hunter2-key");
}

TEST_CASE("a key file that others can read or write is refused with the chmod that mends it", "[key_file]") {
  const mode_t mode = GENERATE(values<mode_t>({0640, 0620, 0610, 0604, 0602, 0601, 0644, 0660, 0666, 0777}));
  const auto parent = tests::parent_on_disk();
  if (!parent) return;
  const tests::TemporaryDirectory folder(*parent);
  const std::string path = folder.write("key", key_text, mode);

  const Failure failure = refusal_of(path);

  CHECK(failure.code == ExitCode::settings);
  CHECK(std::string(failure.what()) ==
        "cannot use the API key in '" + path + "': other users can read or write it");
  CHECK(failure.hint == "chmod 600 " + path);
}

TEST_CASE("a key file in a folder that others can write is refused with the chmod that mends it",
          "[key_file]") {
  const mode_t mode = GENERATE(values<mode_t>({0770, 0720, 0707, 0702, 0777, 01777}));
  const tests::TemporaryDirectory root;
  const std::string path = root.write("open/key", key_text);
  ::chmod(root.path("open").c_str(), mode);

  const Failure failure = refusal_of(path);

  CHECK(failure.code == ExitCode::settings);
  CHECK(failure.hint == "chmod go-w " + root.path("open"));
}

TEST_CASE("a key file's folder may be read by others", "[key_file]") {
  const mode_t mode = GENERATE(values<mode_t>({0700, 0755, 0750, 0500}));
  const tests::TemporaryDirectory root;
  const std::string path = root.write("folder/key", key_text);
  ::chmod(root.path("folder").c_str(), mode);

  CHECK(read(path) == "hunter2-key");
  ::chmod(root.path("folder").c_str(), 0700);
}

TEST_CASE("a key file of another user is refused", "[key_file]") {
  const tests::TemporaryDirectory folder;
  const std::string path = folder.write("key", key_text);
  if (!tests::give_away(path)) return;

  const Failure failure = refusal_of(path);

  CHECK(failure.code == ExitCode::settings);
  CHECK(tests::contains(failure.what(), "it belongs to another user"));
}

TEST_CASE("a key file in another user's folder is refused", "[key_file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("theirs/key", key_text);
  if (!tests::give_away(root.path("theirs"))) return;

  const Failure failure = refusal_of(path);

  CHECK(failure.code == ExitCode::settings);
  CHECK(tests::contains(failure.what(), "its folder belongs to another user"));
}

TEST_CASE("root's file in memory may be readable, as containers mount secrets", "[key_file]") {
  const mode_t mode = GENERATE(values<mode_t>({0444, 0440, 0644}));
  const auto parent = tests::parent_in_memory();
  if (!parent || !is_root()) return;
  const tests::TemporaryDirectory folder(*parent);

  CHECK(read(folder.write("key", key_text, mode)) == "hunter2-key");
}

TEST_CASE("root's file in memory may not be writable", "[key_file]") {
  const mode_t mode = GENERATE(values<mode_t>({0666, 0660, 0646}));
  const auto parent = tests::parent_in_memory();
  if (!parent || !is_root()) return;
  const tests::TemporaryDirectory folder(*parent);

  CHECK(refusal_of(folder.write("key", key_text, mode)).code == ExitCode::settings);
}

TEST_CASE("root's file on a disk may not be readable by others", "[key_file]") {
  const auto parent = tests::parent_on_disk();
  if (!parent || !is_root()) return;
  const tests::TemporaryDirectory folder(*parent);

  CHECK(refusal_of(folder.write("key", key_text, 0444)).code == ExitCode::settings);
}

TEST_CASE("a readable file of another user in memory is refused", "[key_file]") {
  const auto parent = tests::parent_in_memory();
  if (!parent) return;
  const tests::TemporaryDirectory folder(*parent);
  const std::string path = folder.write("key", key_text, 0444);
  if (!tests::give_away(path)) return;

  CHECK(refusal_of(path).code == ExitCode::settings);
}

TEST_CASE("a user's own file in memory may not be readable by others", "[key_file]") {
  const auto parent = tests::parent_in_memory();
  if (!parent) return;
  const tests::TemporaryDirectory folder(*parent);
  const std::string path = folder.write("key", key_text, 0444);
  const bool given = tests::give_away(path) && tests::give_away(folder.path());

  const int code = tests::exit_code_in_child([&path, given] {
    if (given && ::seteuid(tests::another_user) != 0) return 2;
    return refusal_of(path).code == ExitCode::settings ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("the links of a secret that Kubernetes mounts are followed", "[key_file]") {
  const tests::TemporaryDirectory root;
  root.write("secret/..2026_08_24_07_00_00.1/api-key", key_text);
  std::filesystem::create_directory_symlink("..2026_08_24_07_00_00.1", root.path("secret/..data"));
  std::filesystem::create_symlink("..data/api-key", root.path("secret/api-key"));
  // Kubernetes makes the mounted folder itself open to all, and closes the one that holds the files.
  ::chmod(root.path("secret").c_str(), 01777);

  CHECK(read(root.path("secret/api-key")) == "hunter2-key");
}

TEST_CASE("a link does not hide the folder that the file is in", "[key_file]") {
  const tests::TemporaryDirectory root;
  root.write("open/key", key_text);
  ::chmod(root.path("open").c_str(), 0777);
  root.make_folder("closed");
  std::filesystem::create_symlink(root.path("open/key"), root.path("closed/key"));

  CHECK(refusal_of(root.path("closed/key")).hint == "chmod go-w " + root.path("open"));
}

TEST_CASE("what is no readable file is a settings error", "[key_file]") {
  const tests::TemporaryDirectory folder;
  folder.make_folder("folder");
  REQUIRE(::mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  std::filesystem::create_symlink("nowhere", folder.path("dangling"));
  std::filesystem::create_symlink("loop", folder.path("loop"));

  for (const char* const name :
       {"missing", "folder", "fifo", "dangling", "loop", "missing/key", "fifo/key"}) {
    INFO(name);
    CHECK(refusal_of(folder.path(name)).code == ExitCode::settings);
  }
}

TEST_CASE("a file's text that cannot be a key is refused without a byte of it", "[key_file]") {
  struct Row {
    const char* name;
    std::string text, why;
  };
  const auto row = GENERATE(values<Row>({
      {"empty", "", "it is empty"},
      {"a line end alone", "\n", "it is empty"},
      {"two lines", "hunter2\nhunter2\n", "it has more than one line"},
      {"a control byte", "hunter2\x1b\n", "it holds bytes that are not printable ASCII"},
      {"too long", std::string(16385, 'k'), "it is longer than 16 KiB"},
      {"far too long", std::string(1'000'000, 'k'), "it is longer than 16 KiB"},
  }));

  DYNAMIC_SECTION(row.name) {
    const tests::TemporaryDirectory folder;
    const std::string path = folder.write("key", row.text);
    const Failure failure = refusal_of(path);
    CHECK(failure.code == ExitCode::settings);
    CHECK(std::string(failure.what()) == "cannot use the API key in '" + path + "': " + row.why);
    CHECK(failure.hint == "write the key into it, alone and in one line");
    CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
  }
}

TEST_CASE("a file that is not there is told with what to do", "[key_file]") {
  const tests::TemporaryDirectory folder;

  CHECK(refusal_of(folder.path("none")).hint == "name the file that holds the key");
  CHECK(refusal_of(folder.path()).hint == "name the file that holds the key");
}

TEST_CASE("the longest key with the longest line end is read", "[key_file]") {
  const tests::TemporaryDirectory folder;

  CHECK(read(folder.write("key", std::string(16384, 'k') + "\r\n")).size() == 16384);
}

TEST_CASE("a path from outside is shown escaped", "[key_file]") {
  const tests::TemporaryDirectory folder;

  CHECK(tests::contains(refusal_of(folder.path("a\x1b[2J\n")).what(), "a\\x1b[2J\\x0a'"));
}

}  // namespace sase::helper
