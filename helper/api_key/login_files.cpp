// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_files.hpp"

#include "helper/api_key/login_key.hpp"
#include "helper/config/config_directory.hpp"
#include "helper/config/profile_files.hpp"
#include "helper/failure.hpp"
#include "helper/os/files/atomic_file.hpp"
#include "helper/os/files/file_lock.hpp"
#include "helper/os/files/private_directory.hpp"
#include "protocol/escape.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace sase::api_key {

namespace {

Failure nothing_stored(const std::system_error& error) {
  return Failure(ExitCode::local_state, "nothing was kept: " + protocol::escape(error.what()));
}

/// Where a link leads, so that the file is replaced that it leads to and not the link: people keep their
/// settings in a directory of another name. The path itself where it is none, or leads nowhere.
std::string past_checks(const std::string& path) {
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }  // NOLINT(*-no-malloc,*-owning-memory)
  };
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  return real ? std::string(real.get()) : path;
}

/// Of two logins at once the later one waits: the key of one must not meet the profile of the other. Where
/// the file system has no locks, or somebody keeps this one, it goes on without.
void wait_for_other_logins(os::FileLock& lock) noexcept try {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (!lock.take())
    if (!lock.wait_until_free(patience)) return;
} catch (const std::system_error&) {
  return;
}

}  // namespace

LoginFiles::LoginFiles(const Environment& environment, std::string_view profile) {
  const auto directory = config::config_directory(environment);
  if (!directory)
    throw Failure(ExitCode::local_state,
                  "no place for the key: neither XDG_CONFIG_HOME nor HOME leads to a directory", "set HOME");
  key_ = *login_key_path(environment, profile);
  profile_ = *directory + "/profiles/" + std::string(profile) + std::string(config::profile_extension);
}

void LoginFiles::keep(std::string_view api_key, std::string_view profile_text) const try {
  // Opened, since it must be closed to others.
  const auto keys = os::PrivateDirectory::create(key_.substr(0, key_.find_last_of('/')));
  os::FileLock lock(os::Fd(::fcntl(keys.fd(), F_DUPFD_CLOEXEC, 0)));
  wait_for_other_logins(lock);
  os::create_private_directories(profile_.substr(0, profile_.find_last_of('/')));
  os::AtomicFile key(key_);
  key.write(api_key);
  key.write("\n");
  os::AtomicFile profile(past_checks(profile_));
  profile.write(profile_text);
  // In this order: a new key must not meet the profile of another service.
  profile.commit();
  key.commit();
} catch (const std::system_error& error) {
  throw nothing_stored(error);
}

bool LoginFiles::has_key() const noexcept {
  return ::faccessat(AT_FDCWD, key_.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool LoginFiles::remove_key() const {
  if (::unlink(key_.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  const std::string why = std::generic_category().message(errno);
  throw Failure(ExitCode::local_state, "cannot remove '" + protocol::escape(key_) + "': " + why);
}

}  // namespace sase::api_key
