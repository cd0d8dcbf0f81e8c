// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/network/self_sandbox/self_sandbox.hpp"
#include "helper/os/fd.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temporary_directory.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/// What a confined process must not do and what it has to do, tried for real.
namespace sase::network::deeds {

/// 0 for success, else the reason why not.
inline int outcome(long result) noexcept { return result < 0 ? errno : 0; }

/// A socket that listens, and another user's place.
class Listener {
 public:
  Listener(const sockaddr* address, socklen_t size)
      : socket_(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (::bind(socket_.get(), address, size) != 0 || ::listen(socket_.get(), 8) != 0)
      os::throw_errno("listen");
  }

  /// Connects to it.
  [[nodiscard]] int connect() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    ::getsockname(socket_.get(), generic, &size);
    const os::Fd socket(::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return outcome(::connect(socket.get(), generic, size));
  }

 private:
  os::Fd socket_;
};

inline Listener listen_on_loopback() {
  const sockaddr_in address{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  return {reinterpret_cast<const sockaddr*>(&address), sizeof address};
}

/// `name` is a path, or begins with a NUL for an abstract socket.
inline Listener listen_locally(std::string_view name) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::memcpy(&address.sun_path[0], name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  return {reinterpret_cast<const sockaddr*>(&address), size};
}

inline int spawn() {
  std::array<char, 5> name = {"true"};
  std::array<char*, 2> argv = {name.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawn(&child, "/bin/true", nullptr, nullptr, argv.data(), nullptr);
  return error != 0 ? error : outcome(::waitpid(child, nullptr, 0));
}

inline int fork_a_child() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return child < 0 ? errno : outcome(::waitpid(child, nullptr, 0));
}

inline int open_and_close(const std::string& path, int flags) {
  return outcome(os::Fd(::open(path.c_str(), flags | O_CLOEXEC, 0600)).get());
}

/// A directory with things that deeds need, and a directory for what they make.
struct Place {
  tests::TemporaryDirectory directory;
  std::string file = directory.write("file", "text");
  std::string empty = directory.make_directory("empty");
  std::string another = directory.make_directory("another");
  std::string abstract_name = std::string(1, '\0') + directory.path("abstract").substr(1);
  Listener abstract_socket = listen_locally(abstract_name);
  Listener local_socket = listen_locally(directory.path("local"));
  Listener network_socket = listen_on_loopback();
};

struct Deed {
  std::string name;
  std::function<int(const Place&)> attempt;
  bool is_filtered = true;  ///< forbidden by the filter of calls
  int landlock = 1;         ///< forbidden by this version of Landlock and later ones; 0: by none
};

/// Each succeeds in a process that is not confined.
inline std::vector<Deed> forbidden() {
  return {
      {"run a program", [](const Place&) { return outcome(::execl("/bin/true", "true", nullptr)); }},
      {"have a program run", [](const Place&) { return spawn(); }},
      {"fork", [](const Place&) { return fork_a_child(); }, true, 0},
      {"write to a file", [](const Place& place) { return open_and_close(place.file, O_WRONLY); }},
      {"read and write a file", [](const Place& place) { return open_and_close(place.file, O_RDWR); }},
      {"add to a file", [](const Place& place) { return open_and_close(place.file, O_WRONLY | O_APPEND); }},
      {"empty a file as it is opened",
       [](const Place& place) { return open_and_close(place.file, O_RDONLY | O_TRUNC); }, true, 3},
      {"cut a file", [](const Place& place) { return outcome(::truncate(place.file.c_str(), 1)); }, true, 3},
      {"make a file",
       [](const Place& place) { return open_and_close(place.directory.path("new"), O_RDONLY | O_CREAT); }},
      {"make a file the old way",
       [](const Place& place) { return outcome(::creat(place.directory.path("new").c_str(), 0600)); }},
      {"make a directory",
       [](const Place& place) { return outcome(::mkdir(place.directory.path("new").c_str(), 0700)); }},
      {"make a pipe with a name",
       [](const Place& place) { return outcome(::mkfifo(place.directory.path("new").c_str(), 0600)); }},
      // Of all devices this one, which stands for nothing, may be made by everybody.
      {"make a device",
       [](const Place& place) {
         return outcome(::mknod(place.directory.path("new").c_str(), S_IFCHR | 0600, 0));
       }},
      {"make a link",
       [](const Place& place) {
         return outcome(::link(place.file.c_str(), place.directory.path("new").c_str()));
       }},
      {"make a symbolic link",
       [](const Place& place) { return outcome(::symlink("file", place.directory.path("new").c_str())); }},
      {"make a socket with a path",
       [](const Place& place) {
         (void)listen_locally(place.directory.path("new"));
         return 0;
       },
       false},
      {"rename a file",
       [](const Place& place) {
         return outcome(::rename(place.file.c_str(), place.directory.path("new").c_str()));
       }},
      {"move a file to another directory",
       [](const Place& place) {
         return outcome(::rename(place.file.c_str(), (place.another + "/file").c_str()));
       }},
      {"remove a file", [](const Place& place) { return outcome(::unlink(place.file.c_str())); }},
      {"remove a directory", [](const Place& place) { return outcome(::rmdir(place.empty.c_str())); }},
      {"open a file to others", [](const Place& place) { return outcome(::chmod(place.file.c_str(), 0644)); },
       true, 0},
      {"give a file away",
       [](const Place& place) { return outcome(::chown(place.file.c_str(), ::getuid(), ::getgid())); }, true,
       0},
      {"change a file's times",
       [](const Place& place) { return outcome(::utimensat(AT_FDCWD, place.file.c_str(), nullptr, 0)); },
       true, 0},
      {"become a user", [](const Place&) { return outcome(::setuid(::getuid())); }, true, 0},
      {"send a signal to the parent", [](const Place&) { return outcome(::kill(::getppid(), 0)); }, true, 6},
      {"talk to an abstract socket", [](const Place& place) { return place.abstract_socket.connect(); },
       false, 6},
  };
}

inline int start_a_thread() {
  int result = -1;
  std::thread([&result] { result = 0; }).join();
  return result;
}

inline int read_a_file(const Place& place) {
  std::array<char, 4> text{};
  const os::Fd file(::open(place.file.c_str(), O_RDONLY | O_CLOEXEC));
  return ::read(file.get(), text.data(), text.size()) == 4 ? 0 : EIO;
}

inline int list_a_directory(const Place& place) {
  DIR* const directory = ::opendir(place.directory.path().c_str());
  return directory == nullptr ? errno : outcome(::closedir(directory));
}

inline int look_up_localhost() {
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo("localhost", "443", nullptr, &found);
  if (code == 0) ::freeaddrinfo(found);
  return code == 0 ? 0 : EHOSTUNREACH;
}

/// A module for names, which is part of the C library and surely not loaded yet.
inline int load_a_module() { return ::dlopen("libnss_compat.so.2", RTLD_NOW) == nullptr ? ELIBACC : 0; }

inline int signal_itself() {
  std::signal(SIGUSR1, SIG_IGN);
  return outcome(::kill(::getpid(), SIGUSR1)) + outcome(std::raise(SIGUSR1));
}

/// What a call needs, or may need.
inline std::vector<Deed> needed() {
  return {
      {"start a thread", [](const Place&) { return start_a_thread(); }},
      {"read a file", [](const Place& place) { return read_a_file(place); }},
      {"list a directory", [](const Place& place) { return list_a_directory(place); }},
      {"connect to a service", [](const Place& place) { return place.network_socket.connect(); }},
      {"talk to a socket with a path", [](const Place& place) { return place.local_socket.connect(); }},
      {"look up a name", [](const Place&) { return look_up_localhost(); }},
      {"load a module", [](const Place&) { return load_a_module(); }},
      {"send itself a signal", [](const Place&) { return signal_itself(); }},
  };
}

/// What this system allows a process to put on itself, found out in children.
struct Allowed {
  bool filter = tests::exit_code_in_child([] { return network::install_seccomp_filter() ? 0 : 1; }) == 0;
  int landlock = tests::exit_code_in_child([] {
    (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return network::restrict_files();
  });
};

/// How a deed goes in a child that has done `prepare`.
inline int run_filtered(const Deed& deed, const std::function<void()>& prepare) {
  const Place place;
  return tests::exit_code_in_child([&] {
    prepare();
    try {
      return deed.attempt(place);
    } catch (const std::system_error& error) {
      return error.code().value();
    }
  });
}

}  // namespace sase::network::deeds
