// SPDX-License-Identifier: Apache-2.0
#include "helper/config/directories.hpp"

#include "helper/config/profile.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sase::config {

namespace {

constexpr const char* own_name = "/sase-credential";

std::optional<std::string> find_absolute(const Environment& environment, std::string_view variable) {
  const auto path = environment.find(variable);
  return path && path->starts_with('/') ? std::optional<std::string>(*path) : std::nullopt;
}

/// Whether others can replace no directory on this path.
bool is_trusted(const std::string& path) noexcept try {
  return os::check_directories(path);
} catch (const std::exception&) {
  return false;
}

/// After su(1) and in containers the variable may name a missing directory or that of another user.
bool is_runtime_directory(const std::string& path) noexcept {
  const auto status = os::read_status(path);
  return status && status->is(os::FileStatus::Kind::directory) && status->is_own() &&
         !status->is_open_to_others() && is_trusted(path);
}

std::optional<std::string> find_runtime_directory(const Environment& environment) {
  auto base = find_absolute(environment, "XDG_RUNTIME_DIR");
  if (base && !is_runtime_directory(*base)) base.reset();
  return base;
}

/// The directory of an environment that may be another user's, as with `sudo -E`.
struct Candidate {
  std::string base;  ///< exists before the program is used for the first time
  std::string path;
};

std::optional<Candidate> find_directory(const Environment& environment, std::string_view variable,
                                        std::string_view below_home) {
  if (auto base = find_absolute(environment, variable))
    return Candidate{.base = *base, .path = *base + own_name};
  const auto home = find_absolute(environment, "HOME");
  // A missing home, such as /nonexistent of system users, is not created.
  const auto status = home ? os::read_status(*home) : std::nullopt;
  if (!status || !status->is(os::FileStatus::Kind::directory)) return std::nullopt;
  return Candidate{.base = *home, .path = (*home == "/" ? "" : *home) + std::string(below_home) + own_name};
}

std::optional<Candidate> find_config_directory(const Environment& environment) {
  return find_directory(environment, "XDG_CONFIG_HOME", "/.config");
}

bool is_foreign(const std::string& directory) noexcept {
  const auto status = os::read_status(directory);
  return status && !status->is_own_or_root();
}

/// The path, or the nearest directory above it that exists.
std::string nearest_existing(std::string path) {
  while (path.size() > 1 && !os::read_status(path))
    path.resize(std::max<std::size_t>(path.find_last_of('/'), 1));
  return path;
}

/// Whether this user can create the directory.
bool can_create(const std::string& path) noexcept {
  const std::string parent =
      nearest_existing(path.substr(0, std::max<std::size_t>(path.find_last_of('/'), 1)));
  return !is_foreign(parent) && os::may_write_directory(parent);
}

/// Whether no other user can put something in the directory's place, and this user can create it, or
/// something is there, which is used or reported.
bool is_available(const Candidate& place) noexcept {
  return is_trusted(nearest_existing(place.base)) &&
         (os::read_link_status(place.path) || can_create(place.path));
}

/// Whether it can be used among the directories of others, who may have put something else there.
bool is_usable(const std::string& path) noexcept {
  const auto there = os::read_link_status(path);
  if (!there) return can_create(path) && is_trusted(path.substr(0, path.find_last_of('/')));
  return there->is(os::FileStatus::Kind::directory) && there->is_own() && os::may_write_directory(path);
}

/// The name of a directory of this user beside those of others. They cannot replace it, because these parents
/// are sticky.
std::string shared_path(std::string_view parent) {
  return std::string(parent) + own_name + '-' + std::to_string(os::effective_user());
}

constexpr const char* shared_memory = "/dev/shm";

using protocol::trim;

/// A profile has a few hundred bytes; a larger file is something else.
constexpr std::size_t largest_file = 65536;

Assignment parse_line(const ProfileText::File& file, std::string_view text, unsigned line) {
  Assignment given{.layer = file.layer, .file = file.path, .line = line};
  if (text.find('=') == std::string_view::npos)
    throw given.failure("no '=' in this line", "write: setting = value");
  const std::string_view name = trim(protocol::next_part(text, '='));
  given.setting = find_setting(name);
  if (given.setting == nullptr)
    throw given.failure("unknown setting" + quote_if_short(name),
                        suggest(name, to_names(to_named_values(settings))));
  given.value = trim(text);
  if (given.value.empty()) throw given.failure("'" + std::string(name) + "' has no value", "remove the line");
  if (given.value.find_first_of(std::string_view("\0\r", 2)) != std::string_view::npos)
    throw given.failure("a control character in the value of '" + std::string(name) + "'");
  return given;
}

/// The contents, or nothing if the file does not exist. Throws Failure, and std::system_error if this user
/// may not read the file.
std::optional<std::string> read_profile_file(const std::string& path) try {
  const os::Fd fd = os::open_trusted_file(path, os::Sensitivity::settings);
  if (!fd) return std::nullopt;
  std::string text(os::read_all(fd.get(), largest_file).reveal());
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);  // the byte order mark of editors on Windows
  return text;
} catch (const os::RejectedPath& error) {
  throw Failure(ExitCode::invalid_settings, std::string("cannot use the profile: ") + error.what(),
                error.hint());
} catch (const std::length_error& error) {
  throw Failure(ExitCode::invalid_settings, "cannot read '" + protocol::escape(path) + "': " + error.what());
}

/// The profile whose file has this name; empty for any other file.
std::string_view profile_name(std::string_view file_name) noexcept {
  if (!file_name.ends_with(profile_extension)) return {};
  file_name.remove_suffix(profile_extension.size());
  return is_profile_name(file_name) ? file_name : std::string_view{};
}

}  // namespace

std::optional<std::string> config_directory(const Environment& environment) {
  auto found = find_config_directory(environment);
  if (!found || is_foreign(found->base)) return std::nullopt;
  return std::move(found->path);
}

std::optional<std::string> foreign_config_directory(const Environment& environment) {
  auto found = find_config_directory(environment);
  if (!found || !is_foreign(found->base) || !os::read_status(found->path)) return std::nullopt;
  return std::move(found->path);
}

std::optional<std::string> state_directory(const Environment& environment) {
  if (const auto base = find_runtime_directory(environment)) return *base + own_name;
  const auto found = find_directory(environment, "XDG_CACHE_HOME", "/.cache");
  if (found && is_available(*found)) return found->path;
  for (const char* const parent : {"/tmp", "/var/tmp", shared_memory})
    if (auto path = shared_path(parent); is_usable(path)) return path;
  return found ? std::optional(found->path) : std::nullopt;
}

std::optional<std::string> memory_directory(const Environment& environment) {
  const auto base = find_runtime_directory(environment);
  if (base && os::is_in_memory(*base)) return *base + own_name;
  auto path = shared_path(shared_memory);
  return os::is_in_memory(shared_memory) && is_usable(path) ? std::optional(std::move(path)) : std::nullopt;
}

/// This and those that begin with it are the settings of a fleet.
constexpr std::string_view fleet_name = "fleet";

std::vector<Assignment> ProfileText::parse(const File& file, InvalidLines invalid_lines, FleetValues fleet) {
  std::vector<Assignment> values;
  std::string_view rest = file.text;
  for (unsigned line = 1; !rest.empty(); ++line) {
    const std::string_view text = trim(protocol::next_part(rest, '\n'));
    if (text.empty() || text.front() == '#') continue;
    if (fleet == FleetValues::skip && text.starts_with(fleet_name) &&
        !is_wrong_fleet(text.substr(fleet_name.size())))
      continue;
    try {
      values.push_back(parse_line(file, text, line));
    } catch (const Failure&) {
      if (invalid_lines == InvalidLines::ignore) continue;
      if (!is_utf16(file.text)) throw;
      throw Failure(ExitCode::invalid_settings, protocol::escape(file.path) + ": it is encoded in UTF-16",
                    "save it as UTF-8, or write it again");
    }
  }
  return values;
}

ProfileFiles::ProfileFiles(const Environment& environment, std::string_view system_root) {
  if (auto directory = config_directory(environment))
    directories_.push_back({.path = std::move(*directory) + "/profiles/", .layer = Layer::user_file});
  directories_.push_back(
      {.path = std::string(system_root) + "/sase-credential/profiles/", .layer = Layer::system_file});
}

ProfileText ProfileFiles::read(std::string_view name, std::vector<std::string>* warnings) const {
  ProfileText profile;
  for (const Directory& directory : directories_) {
    std::string path = directory.path + std::string(name) + std::string(profile_extension);
    try {
      if (auto text = read_profile_file(path))
        profile.files.push_back(
            {.path = std::move(path), .text = std::move(*text), .layer = directory.layer});
    } catch (const std::system_error& error) {
      const std::string what = "cannot read '" + protocol::escape(path) + "': " + error.code().message();
      if (warnings == nullptr || error.code() != std::errc::permission_denied)
        throw Failure(ExitCode::invalid_settings, what,
                      "let this user read it, or set XDG_CONFIG_HOME to a directory of your own");
      warnings->push_back(what);
    }
  }
  return profile;
}

bool ProfileFiles::exists(std::string_view name) const {
  return std::ranges::any_of(directories_, [name](const Directory& directory) {
    return os::exists(directory.path + std::string(name) + std::string(profile_extension));
  });
}

bool ProfileFiles::has_directory() const {
  return std::ranges::any_of(directories_,
                             [](const Directory& directory) { return os::exists(directory.path); });
}

std::vector<std::string> ProfileFiles::names() const {
  std::vector<std::string> all;
  for (const Directory& directory : directories_)
    // A directory that this user cannot open holds no profiles for this user.
    for (const std::string& file : os::list_directory(directory.path))
      if (const std::string_view name = profile_name(file); !name.empty()) all.emplace_back(name);
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace sase::config
