// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_files.hpp"

#include "helper/config/profile_files.hpp"
#include "helper/config/xdg_directories.hpp"
#include "helper/failure.hpp"
#include "helper/os/files/file_lock.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/files/private_directory.hpp"
#include "helper/os/files/published_file.hpp"
#include "protocol/escape.hpp"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace sase::api_key {

namespace {

Failure nothing_stored(const std::system_error& error) {
  return Failure(ExitCode::local_state, "nothing was stored: " + protocol::escape(error.what()));
}

/// The directory of a file, without the closing slash.
std::string parent(const std::string& path) {
  return path.substr(0, path.find_last_of('/'));
}

/// The target of a symbolic link, so that the target is replaced and not the link: some users keep their
/// configuration in a directory of another name. The path itself if it is no link or has no target.
std::string resolve_links(const std::string& path) {
  struct Free {
    void operator()(char* text) const noexcept { std::free(text); }  // NOLINT(*-no-malloc,*-owning-memory)
  };
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  return real ? std::string(real.get()) : path;
}

/// The key of one login must not be combined with the profile of another. Continues without the lock after 5
/// s, or if the file system has no locks.
void wait_for_other_logins(os::FileLock& lock) noexcept try {
  (void)lock.acquire(std::chrono::steady_clock::now() + std::chrono::seconds(5));
} catch (const std::system_error&) {
  return;
}

}  // namespace

std::optional<std::string> login_key_path(const Environment& environment, std::string_view profile) {
  auto path = config::config_directory(environment);
  if (path) path->append("/keys/").append(profile);
  return path;
}

LoginFiles::LoginFiles(const Environment& environment, std::string_view profile) {
  const auto directory = config::config_directory(environment);
  if (!directory)
    throw Failure(ExitCode::local_state,
                  "no directory for the key: neither XDG_CONFIG_HOME nor HOME is an absolute path",
                  "set HOME");
  key_ = *login_key_path(environment, profile);
  profile_ = *directory + "/profiles/" + std::string(profile) + std::string(config::profile_extension);
}

void LoginFiles::store(std::string_view api_key, std::string_view profile_text) const try {
  // Opening it checks that no other user can.
  const auto keys = os::PrivateDirectory::create(parent(key_));
  os::FileLock lock(os::duplicate(keys.fd()));
  wait_for_other_logins(lock);
  os::create_private_directories(parent(profile_));
  os::AtomicFile key(key_);
  key.write(api_key);
  key.write("\n");
  os::AtomicFile profile(resolve_links(profile_));
  profile.write(profile_text);
  // In this order: the new key must not be sent to the service of the old profile.
  profile.commit();
  key.commit();
} catch (const std::system_error& error) {
  throw nothing_stored(error);
}

bool LoginFiles::has_key() const noexcept {
  return os::read_link_status(key_).has_value();
}

bool LoginFiles::remove_key() const {
  const std::error_code error = os::remove_file(key_);
  if (!error) return true;
  if (os::is_absence(error)) return false;
  throw Failure(ExitCode::local_state, "cannot remove '" + protocol::escape(key_) + "': " + error.message());
}

}  // namespace sase::api_key
