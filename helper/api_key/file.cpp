// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/file.hpp"

#include "helper/failure.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/stream.hpp"
#include "helper/shell_quote.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sase::api_key {

namespace {

constexpr const char* one_line = "write the key into it, alone and in one line";
constexpr const char* name_it = "name the file that holds the key";

Failure unusable(const std::string& path, const std::string& why, std::string hint) {
  return Failure(ExitCode::invalid_settings,
                 "cannot use the API key in '" + protocol::escape(path) + "': " + why, std::move(hint));
}

void check_file(const os::Fd& file, const std::string& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0)
    throw unusable(path, std::generic_category().message(errno), name_it);
  if (!S_ISREG(status.st_mode)) throw unusable(path, "it is not a regular file", name_it);
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    throw unusable(path, "it belongs to another user", "chown it to yourself, then chmod 600 it");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  // Docker and Kubernetes mount secrets readable, as root's, in memory: the container is the border there.
  const bool only_readable = (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (only_readable && status.st_uid == 0 && os::is_in_memory(file.get())) return;
  throw unusable(path, "other users can read or write it", "chmod 600 " + shell_word(path));
}

/// The directory that the opened file is really in, past all symbolic links.
std::string directory_of(const os::Fd& file, const std::string& path) {
  std::array<char, 4096> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  const std::string_view real =
      size > 0 ? std::string_view(target.data(), static_cast<std::size_t>(size)) : path;
  const auto slash = real.find_last_of('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(real.substr(0, slash));
}

void check_directory(const std::string& directory, const std::string& path) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0)
    throw unusable(path, "its directory: " + std::generic_category().message(errno),
                   "move the file to a directory of your own");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw unusable(path, "other users can write its directory", "chmod go-w " + shell_word(directory));
  if (status.st_uid != ::geteuid() && status.st_uid != 0)
    throw unusable(path, "its directory belongs to another user", "move the file to a directory of your own");
}

}  // namespace

ApiKey read_api_key_file(const std::string& path) {
  const os::Fd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (const int reason = errno; !file)
    throw unusable(path, std::generic_category().message(reason),
                   reason == EACCES ? "let this user read it, and search the directories above it" : name_it);
  check_file(file, path);
  check_directory(directory_of(file, path), path);
  try {
    return ApiKey(os::read_all(file.get(), ApiKey::max_size + 2));
  } catch (const std::system_error& error) {
    throw unusable(path, error.code().message(), name_it);
  } catch (const std::length_error&) {
    throw unusable(path, "it is longer than 16 KiB", one_line);
  } catch (const protocol::ProtocolError& error) {
    throw unusable(path, error.what(), one_line);
  }
}

}  // namespace sase::api_key
