// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/file_system.hpp"
#include "tests/helper/os/files/directory_contents.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace sase::os {

namespace {

/// What may be at a file's path instead of a regular file.
enum class Impostor { link, dangling_link, directory, fifo, socket };

void put(Impostor impostor, const std::string& path) {
  switch (impostor) {
    case Impostor::link: std::filesystem::create_symlink("/dev/null", path); return;
    case Impostor::dangling_link: std::filesystem::create_symlink("nowhere", path); return;
    case Impostor::directory: std::filesystem::create_directory(path); return;
    case Impostor::fifo: ::mkfifo(path.c_str(), 0600); return;
    case Impostor::socket: break;
  }
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::chmod(path.c_str(), 0600);
}

}  // namespace

TEST_CASE("a missing file in the directory is not an error", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));

  CHECK_FALSE(directory.open_file("file"));
  CHECK_NOTHROW(directory.remove_file("file"));
}

TEST_CASE("rejects a file that is open to others", "[private_directory]") {
  const mode_t mode = GENERATE(values<mode_t>({0601, 0602, 0604, 0610, 0620, 0640, 0644, 0666}));
  const tests::TemporaryDirectory root;
  root.write("a/file", "text", mode);
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));

  CHECK_THROWS_AS(directory.open_file("file"), std::system_error);
  CHECK_THROWS_AS(directory.open_lock("file"), std::system_error);
}

TEST_CASE("rejects another user's file", "[private_directory]") {
  const tests::TemporaryDirectory root;
  if (!tests::give_away(root.write("a/file", "text"))) return;  // only root can arrange it
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));

  CHECK_THROWS_AS(directory.open_file("file"), std::system_error);
  CHECK_THROWS_AS(directory.open_lock("file"), std::system_error);
}

TEST_CASE("rejects a link, directory, FIFO or socket instead of a file, without waiting",
          "[private_directory]") {
  const Impostor impostor = GENERATE(values<Impostor>(
      {Impostor::link, Impostor::dangling_link, Impostor::directory, Impostor::fifo, Impostor::socket}));
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  put(impostor, root.path("a/file"));

  CHECK_THROWS_AS(directory.open_file("file"), std::system_error);
  CHECK_THROWS_AS(directory.open_lock("file"), std::system_error);
  CHECK_FALSE(tests::exists(root.path("a/nowhere")));
}

TEST_CASE("creates a lock file with mode 0600", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  const mode_t before = ::umask(0);

  CHECK(directory.open_lock("lock"));
  ::umask(before);

  CHECK(tests::read_mode(root.path("a/lock")) == 0600);
  CHECK(directory.open_lock("lock"));
}

TEST_CASE("replaces a file by a complete one with mode 0600", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  const mode_t before = ::umask(0);

  directory.replace_file("file", "a longer text");
  directory.replace_file("file", "text");
  ::umask(before);

  CHECK(tests::text_of_file(root.path("a/file")) == "text");
  CHECK(tests::read_mode(root.path("a/file")) == 0600);
  CHECK(names_in(root.path("a")) == std::set<std::string>{"file"});
}

TEST_CASE("a reader of the old file keeps reading it", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  directory.replace_file("file", "old");
  const Fd old = directory.open_file("file");

  directory.replace_file("file", "new");

  CHECK(text_in(old) == "old");
  CHECK(text_in(directory.open_file("file")) == "new");
}

TEST_CASE("the next writer removes the leftover of a killed one", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.write("a/file.new", "half a te", 0644);
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));

  directory.replace_file("file", "text");

  CHECK(tests::text_of_file(root.path("a/file")) == "text");
  CHECK(tests::read_mode(root.path("a/file")) == 0600);
  CHECK(names_in(root.path("a")) == std::set<std::string>{"file"});
}

TEST_CASE("does not follow a link at the temporary path", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.write("target", "precious");
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  std::filesystem::create_symlink("../target", root.path("a/file.new"));

  directory.replace_file("file", "text");

  CHECK(tests::text_of_file(root.path("target")) == "precious");
  CHECK(tests::text_of_file(root.path("a/file")) == "text");
}

TEST_CASE("replaces a link at the file's path instead of following it", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.write("target", "precious");
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  std::filesystem::create_symlink("../target", root.path("a/file"));

  directory.replace_file("file", "text");

  CHECK(tests::text_of_file(root.path("target")) == "precious");
  CHECK(text_in(directory.open_file("file")) == "text");
}

TEST_CASE("a failed replacement leaves no temporary file", "[private_directory]") {
  const tests::TemporaryDirectory root;
  root.make_directory("a/file");
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));

  CHECK_THROWS_AS(directory.replace_file("file", "text"), std::system_error);
  CHECK(names_in(root.path("a")) == std::set<std::string>{"file"});
}

TEST_CASE("readers see the old or the new bytes, never a part", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  directory.replace_file("file", std::string(90, 'a'));
  std::thread writer([&directory] {
    for (int i = 0; i < 500; ++i)
      directory.replace_file("file", std::string(90, i % 2 == 0 ? 'b' : 'a'));
  });

  int torn = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string text = text_in(directory.open_file("file"));
    if (text != std::string(90, 'a') && text != std::string(90, 'b')) ++torn;
  }
  writer.join();

  CHECK(torn == 0);
}

TEST_CASE("removes a file", "[private_directory]") {
  const tests::TemporaryDirectory root;
  const PrivateDirectory directory = PrivateDirectory::create(root.path("a"));
  directory.replace_file("file", "text");

  directory.remove_file("file");

  CHECK(names_in(root.path("a")).empty());
}

}  // namespace sase::os
