// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_files.hpp"

#include "helper/config/profile.hpp"
#include "helper/config/xdg_directories.hpp"
#include "helper/names.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/files/trusted_file.hpp"
#include "helper/os/stream.hpp"
#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace sase::config {

namespace {

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

bool path_exists(const std::string& path) noexcept { return os::read_status(path).has_value(); }

}  // namespace

std::vector<Assignment> ProfileText::parse(const File& file, InvalidLines invalid_lines, FleetValues fleet) {
  std::vector<Assignment> values;
  std::string_view rest = file.text;
  for (unsigned line = 1; !rest.empty(); ++line) {
    const std::string_view text = trim(protocol::next_part(rest, '\n'));
    if (text.empty() || text.front() == '#') continue;
    if (fleet == FleetValues::skip && text.starts_with("fleet")) continue;
    try {
      values.push_back(parse_line(file, text, line));
    } catch (const Failure&) {
      if (invalid_lines == InvalidLines::reject) throw;
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
        throw Failure(ExitCode::invalid_settings, what);
      warnings->push_back(what);
    }
  }
  return profile;
}

bool ProfileFiles::exists(std::string_view name) const {
  return std::ranges::any_of(directories_, [name](const Directory& directory) {
    return path_exists(directory.path + std::string(name) + std::string(profile_extension));
  });
}

bool ProfileFiles::has_directory() const {
  return std::ranges::any_of(directories_,
                             [](const Directory& directory) { return path_exists(directory.path); });
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
