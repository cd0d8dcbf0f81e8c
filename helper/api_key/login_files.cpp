// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/login_files.hpp"

#include "helper/config/directories.hpp"
#include "helper/config/profile.hpp"
#include "helper/failure.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_lock.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/published_file.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"
#include "protocol/secret.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace sase::api_key {

namespace {

constexpr std::string_view url_prefix = "url = ";

/// Large enough for two keys with their URLs: of an interrupted login and of the login before it.
constexpr std::size_t max_file = 4 * ApiKey::max_size;

/// A key and the URL of its service; they point into the text of the file.
struct Entry {
  std::string_view key;
  std::string_view service;
};

/// No entries if the text has another format, such as that of 0.1.0, which had no URL.
std::vector<Entry> parse_entries(std::string_view text) {
  std::vector<Entry> entries;
  while (!text.empty()) {
    const std::string_view key = protocol::next_part(text, '\n');
    const std::string_view line = protocol::next_part(text, '\n');
    if (!line.starts_with(url_prefix)) return {};
    entries.push_back({.key = key, .service = line.substr(url_prefix.size())});
  }
  return entries;
}

protocol::Secret format_entry(const Entry& entry) {
  return protocol::Secret::join({entry.key, "\n", url_prefix, entry.service, "\n"});
}

/// The command that stores the key of a key file again.
std::string login_command(std::string_view path) {
  return "sase-credential login" + config::profile_flag(path.substr(path.find_last_of('/') + 1));
}

Failure no_entry(const std::string& path, const std::vector<Entry>& entries, std::string_view service) {
  if (entries.empty())
    return Failure(
        ExitCode::invalid_settings,
        "the file of 'login', '" + protocol::escape(path) +
            "', does not name the service that its key is for, since an earlier version wrote it",
        "store this key again: " + login_command(path) + " --stdin <" + protocol::shell_word(path));
  return Failure(ExitCode::invalid_settings,
                 "the key that 'login' stored is for '" + protocol::escape(entries.front().service) +
                     "', and not for '" + protocol::escape(service) + "'",
                 "run '" + login_command(path) + "', with the flags of this call that select the service");
}

/// The directory of a file, without the closing slash.
std::string parent(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

/// The target of a symbolic link, so that the target is replaced and not the link: some users keep their
/// configuration in a directory of another name. The path itself if it is no link or has no target.
std::string resolve_links(const std::string& path) {
  std::array<char, PATH_MAX> buffer{};
  const char* const real = ::realpath(path.c_str(), buffer.data());
  return real != nullptr ? real : path;
}

/// Locks the directory of the keys, so that logins and logouts do not mix. Continues without the lock after
/// five seconds, if the file system has no locks, and if the directory is unusable: `logout` removes a key
/// whatever the state of its directory.
std::optional<os::FileLock> lock_keys(const std::string& directory) try {
  const auto keys = os::PrivateDirectory::open(directory);
  if (!keys) return std::nullopt;
  os::FileLock lock(os::duplicate(keys->fd()));
  (void)lock.acquire(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  return lock;
} catch (const std::system_error&) {
  return std::nullopt;
}

/// A file that cannot be restored if the login fails is not replaced.
Failure unusable_previous(const std::string& why, std::string hint) {
  return Failure(ExitCode::invalid_settings, "nothing was stored, because the stored key is unusable: " + why,
                 std::move(hint));
}

/// The text of the key file; empty if it does not exist.
protocol::Secret read_previous(const std::string& path) try {
  const os::Fd file = os::open_trusted_file(path, os::Sensitivity::secret);
  return file ? os::read_all(file.get(), max_file, {}) : protocol::Secret();
} catch (const os::RejectedPath& error) {
  throw unusable_previous(error.what(), error.hint() == os::use_own_file ? "remove this file" : error.hint());
} catch (const std::length_error&) {
  throw unusable_previous("'" + protocol::escape(path) + "' is longer than 64 KiB", "remove this file");
}

/// Restores the key file after the profile could not be replaced.
void roll_back(os::AtomicFile& previous, bool was_absent, const std::string& path) try {
  if (!was_absent) return previous.commit();
  if (const std::error_code error = os::remove_file(path))
    throw std::system_error(error, "cannot remove '" + path + "'");
} catch (const std::system_error& error) {
  throw Failure(ExitCode::local_state,
                "the profile was not changed, and the key that '" + protocol::escape(path) +
                    "' now contains for its new service is not used: " + protocol::escape(error.what()),
                "repeat the login");
}

}  // namespace

std::optional<std::string> login_key_path(const Environment& environment, std::string_view profile) {
  auto path = config::config_directory(environment);
  if (path) path->append("/keys/").append(profile);
  return path;
}

ApiKey read_login_key(const std::string& path, std::string_view service) {
  const protocol::Secret text = read_file(path, max_file, {});
  const std::vector<Entry> entries = parse_entries(text.reveal());
  const auto found = std::ranges::find(entries, service, &Entry::service);
  if (found == entries.end()) throw no_entry(path, entries, service);
  return ApiKey(protocol::Secret(found->key));
}

LoginFiles::LoginFiles(const Environment& environment, std::string_view profile) {
  const auto directory = config::config_directory(environment);
  if (!directory)
    throw Failure(ExitCode::local_state,
                  "no directory for the key: neither XDG_CONFIG_HOME nor HOME is a directory of this user",
                  "set HOME");
  key_ = *login_key_path(environment, profile);
  profile_ = *directory + "/profiles/" + std::string(profile) + std::string(config::profile_extension);
}

void LoginFiles::store(std::string_view api_key, std::string_view service,
                       std::string_view profile_text) const try {
  // Opening it checks that no other user can.
  (void)os::PrivateDirectory::create(parent(key_));
  const auto lock = lock_keys(parent(key_));
  os::create_private_directories(parent(profile_));
  remove_leftovers();
  const protocol::Secret previous = read_previous(key_);
  const protocol::Secret entry = format_entry({.key = api_key, .service = service});
  protocol::Secret both(entry.reveal());
  for (const Entry& other : parse_entries(previous.reveal()))
    if (other.service != service) both.append(format_entry(other).reveal());

  // A profile that has this text already may be a link into a store that this user cannot write.
  const os::Fd present = os::open_trusted_file(profile_, os::Sensitivity::settings);
  std::optional<os::AtomicFile> profile;
  if (!present || os::read_all(present.get(), max_file, {}).reveal() != profile_text)
    profile.emplace(resolve_links(profile_));
  // All bytes are on the disk before the first of the three renames, so no rename fails for lack of space.
  os::AtomicFile transition(key_), rollback(key_), key(key_);
  transition.write(both.reveal());
  rollback.write(previous.reveal());
  key.write(entry.reveal());
  if (profile) profile->write(profile_text);
  transition.commit();
  try {
    if (profile) profile->commit();
  } catch (const std::system_error&) {
    roll_back(rollback, previous.empty(), key_);
    throw;
  }
  try {
    key.commit();
  } catch (const std::system_error&) {
    return;  // the login is complete; the key of the previous service remains, unused, until the next one
  }
} catch (const os::RejectedPath& error) {
  throw Failure(ExitCode::local_state, "nothing was stored: " + protocol::escape(error.what()), error.hint());
} catch (const std::system_error& error) {
  const bool is_denied =
      error.code() == std::errc::permission_denied || error.code() == std::errc::read_only_file_system;
  throw Failure(
      ExitCode::local_state, "nothing was stored: " + protocol::escape(error.what()),
      is_denied ? "make it writable for this user, or set XDG_CONFIG_HOME to a directory of your own" : "");
}

/// A process that was killed may have left a key in a temporary file.
void LoginFiles::remove_leftovers() const noexcept {
  os::PublishedFile(key_, {}).clear_leftovers();
  os::PublishedFile(profile_, {}).clear_leftovers();
}

bool LoginFiles::has_key() const noexcept { return os::read_link_status(key_).has_value(); }

bool LoginFiles::remove_key() const {
  const auto lock = lock_keys(parent(key_));
  remove_leftovers();
  const std::error_code error = os::remove_file(key_);
  if (!error) return true;
  if (os::is_absence(error)) return false;
  throw Failure(ExitCode::local_state, "cannot remove '" + protocol::escape(key_) + "': " + error.message());
}

}  // namespace sase::api_key
