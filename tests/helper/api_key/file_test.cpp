// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment_list.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/root.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

// Tests that need files of another user do nothing unless they run as root.

namespace sase::api_key {

namespace {

constexpr const char* key_text = "hunter2-key\n";

std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
}

std::string read(const std::string& path) {
  const ApiKeySource source{.kind = ApiKeySource::Kind::file, .value = path};
  return std::string(read_key(source, *tests::EnvironmentList{}, soon()).reveal());
}

Failure catch_rejection(const std::string& path) {
  return tests::catch_failure([&path] { (void)read(path); });
}

}  // namespace

TEST_CASE("reads a key from a private file", "[file]") {
  const mode_t mode = GENERATE(values<mode_t>({0600, 0400, 0700}));
  const tests::TemporaryDirectory directory;

  CHECK(read(directory.write("key", key_text, mode)) == "hunter2-key");
}

TEST_CASE("rejects a key file that others can read or write, with the chmod that fixes it", "[file]") {
  const mode_t mode = GENERATE(values<mode_t>({0604, 0602, 0644, 0666, 0777}));
  const auto parent = tests::parent_on_disk();
  if (!parent) return;
  const tests::TemporaryDirectory directory(*parent);
  const std::string path = directory.write("key", key_text, mode);

  const Failure failure = catch_rejection(path);

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.what(), "cannot use the API key: '" + path + "' (owner "));
  CHECK(tests::contains(failure.what(), " by other users"));
  CHECK(failure.hint == "chmod 600 " + path);
}

TEST_CASE("rejects a key file in a directory that others can write", "[file]") {
  const mode_t mode = GENERATE(values<mode_t>({0707, 0702, 0777}));
  const tests::TemporaryDirectory root;
  const std::string path = root.write("open/key", key_text);
  ::chmod(root.path("open").c_str(), mode);

  const Failure failure = catch_rejection(path);

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(failure.hint == "chmod go-w " + root.path("open"));
}

TEST_CASE("others may read the directory of a key file", "[file]") {
  const mode_t mode = GENERATE(values<mode_t>({0700, 0755, 0750, 0500}));
  const tests::TemporaryDirectory root;
  const std::string path = root.write("directory/key", key_text);
  ::chmod(root.path("directory").c_str(), mode);

  CHECK(read(path) == "hunter2-key");
  ::chmod(root.path("directory").c_str(), 0700);
}

TEST_CASE("rejects a key file of another user", "[file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("key", key_text);
  if (!tests::give_away(path)) return;

  const Failure failure = catch_rejection(path);

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.what(), ") belongs to another user"));
}

TEST_CASE("rejects a key file in another user's directory", "[file]") {
  const tests::TemporaryDirectory root;
  const std::string path = root.write("foreign/key", key_text);
  if (!tests::give_away(root.path("foreign"))) return;

  const Failure failure = catch_rejection(path);

  CHECK(failure.code == ExitCode::invalid_settings);
  CHECK(tests::contains(failure.what(),
                        root.path("foreign") + "' (owner 65534, mode 0700) belongs to another user"));
}

TEST_CASE("accepts root's readable file on an in-memory file system, as containers mount secrets", "[file]") {
  const mode_t mode = GENERATE(values<mode_t>({0444, 0440, 0644}));
  const auto parent = tests::parent_in_memory();
  if (!parent || !tests::is_root()) return;
  const tests::TemporaryDirectory directory(*parent);

  CHECK(read(directory.write("key", key_text, mode)) == "hunter2-key");
}

TEST_CASE("rejects root's file in memory that others can write", "[file]") {
  const mode_t mode = GENERATE(values<mode_t>({0666, 0646}));
  const auto parent = tests::parent_in_memory();
  if (!parent || !tests::is_root()) return;
  const tests::TemporaryDirectory directory(*parent);

  CHECK(catch_rejection(directory.write("key", key_text, mode)).code == ExitCode::invalid_settings);
}

TEST_CASE("rejects root's file on disk that others can read", "[file]") {
  const auto parent = tests::parent_on_disk();
  if (!parent || !tests::is_root()) return;
  const tests::TemporaryDirectory directory(*parent);

  CHECK(catch_rejection(directory.write("key", key_text, 0444)).code == ExitCode::invalid_settings);
}

TEST_CASE("rejects a readable file of another user in memory", "[file]") {
  const auto parent = tests::parent_in_memory();
  if (!parent) return;
  const tests::TemporaryDirectory directory(*parent);
  const std::string path = directory.write("key", key_text, 0444);
  if (!tests::give_away(path)) return;

  CHECK(catch_rejection(path).code == ExitCode::invalid_settings);
}

TEST_CASE("rejects the user's own file in memory that others can read", "[file]") {
  const auto parent = tests::parent_in_memory();
  if (!parent) return;
  const tests::TemporaryDirectory directory(*parent);
  const std::string path = directory.write("key", key_text, 0444);
  const bool given = tests::give_away(path) && tests::give_away(directory.path());

  const int code = tests::exit_code_in_child([&path, given] {
    if (given && ::seteuid(tests::another_user) != 0) return 2;
    return catch_rejection(path).code == ExitCode::invalid_settings ? 0 : 1;
  });

  CHECK(code == 0);
}

TEST_CASE("follows the links of a secret that Kubernetes mounts", "[file]") {
  const tests::TemporaryDirectory root;
  root.write("secret/..2026_08_24_07_00_00.1/api-key", key_text);
  std::filesystem::create_directory_symlink("..2026_08_24_07_00_00.1", root.path("secret/..data"));
  std::filesystem::create_symlink("..data/api-key", root.path("secret/api-key"));
  ::chmod(root.path("secret").c_str(), 01777);

  CHECK(read(root.path("secret/api-key")) == "hunter2-key");
}

TEST_CASE("checks the directory of the file that a link leads to", "[file]") {
  const tests::TemporaryDirectory root;
  root.write("open/key", key_text);
  ::chmod(root.path("open").c_str(), 0777);
  root.make_directory("closed");
  std::filesystem::create_symlink(root.path("open/key"), root.path("closed/key"));

  CHECK(catch_rejection(root.path("closed/key")).hint == "chmod go-w " + root.path("open"));
}

TEST_CASE("an unreadable file is a settings error", "[file]") {
  const tests::TemporaryDirectory directory;
  directory.make_directory("directory");
  std::filesystem::create_symlink("nowhere", directory.path("dangling"));
  std::filesystem::create_symlink("loop", directory.path("loop"));

  for (const char* const name : {"missing", "directory", "dangling", "loop", "missing/key"}) {
    INFO(name);
    CHECK(catch_rejection(directory.path(name)).code == ExitCode::invalid_settings);
  }
}

TEST_CASE("rejects a file that contains no key, without printing a byte of it", "[file]") {
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
    const tests::TemporaryDirectory directory;
    const std::string path = directory.write("key", row.text);
    const Failure failure = catch_rejection(path);
    CHECK(failure.code == ExitCode::invalid_settings);
    CHECK(std::string(failure.what()) == "cannot use the API key from the file '" + path + "': " + row.why);
    CHECK(failure.hint == "it must be the key alone, in one line");
    CHECK_FALSE(tests::contains(failure.what(), "hunter2"));
  }
}

TEST_CASE("offers a command for a key file that only another user can change", "[file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.write("a key", key_text, 0644);
  if (!tests::give_away(path)) return;

  CHECK(catch_rejection(path).hint ==
        std::string(os::use_own_file) + ", or set: api-key-command = cat '" + path + "'");
}

TEST_CASE("reads a key from a pipe, and waits for its writer until the deadline", "[file]") {
  const tests::TemporaryDirectory directory;
  const std::string path = directory.path("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);

  CHECK(catch_rejection(path).code == ExitCode::unreachable);

  std::thread writer([&path] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::ofstream(path) << key_text;
  });
  CHECK(read(path) == "hunter2-key");
  writer.join();
}

TEST_CASE("reports a missing key file with a remedy", "[file]") {
  const tests::TemporaryDirectory directory;

  CHECK(catch_rejection(directory.path("none")).hint == "name the file that holds the key");
  CHECK(tests::contains(catch_rejection(directory.path()).what(), ") is not a regular file"));
}

TEST_CASE("reads the longest key with the longest line ending", "[file]") {
  const tests::TemporaryDirectory directory;

  CHECK(read(directory.write("key", std::string(16384, 'k') + "\r\n")).size() == 16384);
}

TEST_CASE("escapes the path of a key file", "[file]") {
  const tests::TemporaryDirectory directory;

  CHECK(tests::contains(catch_rejection(directory.path("a\x1b[2J\n")).what(), "a\\x1b[2J\\x0a'"));
}

}  // namespace sase::api_key
