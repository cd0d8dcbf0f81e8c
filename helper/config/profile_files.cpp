// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_files.hpp"

#include "helper/config/config_directory.hpp"
#include "helper/config/profile_name.hpp"
#include "helper/nearest_name.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace sase::config {

namespace {

/// A profile has a few hundred bytes; a file larger than this is something else.
constexpr std::size_t largest_file = 65536;

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

Failure line_failure(const ProfileText::File& file, unsigned line, const std::string& what,
                     std::string hint) {
  return Failure(ExitCode::invalid_settings,
                 protocol::escape(file.path) + ':' + std::to_string(line) + ": " + what, std::move(hint));
}

Assignment parse_line(const ProfileText::File& file, std::string_view text, unsigned line) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    throw line_failure(file, line, "no '=' in this line", "write: setting = value");
  const std::string_view name = trim(text.substr(0, equals));
  const Setting* const setting = find_setting(name);
  if (setting == nullptr)
    throw line_failure(file, line, "unknown setting" + quote_if_short(name), suggest(name, setting_names()));
  const std::string_view value = trim(text.substr(equals + 1));
  if (value.empty())
    throw line_failure(file, line, "'" + std::string(name) + "' has no value", "remove the line");
  if (value.find_first_of(std::string_view("\0\r", 2)) != std::string_view::npos)
    throw line_failure(file, line, "a control character in the value of '" + std::string(name) + "'", {});
  return {.setting = setting, .value = value, .layer = file.layer, .file = file.path, .line = line};
}

/// Calls back with every line that is neither empty nor a comment, and its number.
template <typename Callback>
void for_each_line(const ProfileText::File& file, Callback&& callback) {
  std::string_view rest = file.text;
  for (unsigned line = 1; !rest.empty(); ++line) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view text = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!text.empty() && text.front() != '#') callback(text, line);
  }
}

/// The contents, or nothing where there is no such file. Throws Failure.
std::optional<std::string> read_profile_file(const std::string& path) {
  const auto unreadable = [&path](const std::string& why) {
    return Failure(ExitCode::invalid_settings, "cannot read '" + protocol::escape(path) + "': " + why);
  };
  const os::Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd) throw unreadable(std::generic_category().message(errno));
  try {
    return std::string(os::read_all(fd.get(), largest_file).reveal());
  } catch (const std::system_error& error) {
    throw unreadable(error.code().message());
  } catch (const std::length_error& error) {
    throw unreadable(error.what());
  }
}

/// What a profile's file would be called, or nothing for another file.
std::string_view profile_of(std::string_view file_name) noexcept {
  if (!file_name.ends_with(profile_extension)) return {};
  file_name.remove_suffix(profile_extension.size());
  return is_profile_name(file_name) ? file_name : std::string_view{};
}

}  // namespace

std::vector<std::string> profiles_in(const std::string& directory) {
  struct Close {
    void operator()(DIR* stream) const noexcept { ::closedir(stream); }
  };
  std::vector<std::string> names;
  const std::unique_ptr<DIR, Close> stream(::opendir(directory.c_str()));
  if (!stream) return names;  // no directory, no profiles; one that is closed to us holds none for us
  // One thread, and a stream of its own: readdir is safe here.
  while (const dirent* const entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe)
    const std::string_view name = profile_of(entry->d_name);
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

std::vector<Assignment> ProfileText::assignments(const File& file) {
  std::vector<Assignment> values;
  for_each_line(
      file, [&](std::string_view text, unsigned line) { values.push_back(parse_line(file, text, line)); });
  return values;
}

std::vector<Assignment> ProfileText::good_assignments(const File& file) {
  std::vector<Assignment> values;
  for_each_line(file, [&](std::string_view text, unsigned line) {
    try {
      values.push_back(parse_line(file, text, line));
    } catch (const Failure&) {
      return;  // told elsewhere, to whoever needs this profile
    }
  });
  return values;
}

ProfileFiles::ProfileFiles(const Environment& environment, std::string_view system_root) {
  if (auto directory = config_directory(environment))
    directories_.push_back({.path = std::move(*directory) + "/profiles/", .layer = Layer::user_file});
  directories_.push_back(
      {.path = std::string(system_root) + "/sase-credential/profiles/", .layer = Layer::system_file});
}

ProfileText ProfileFiles::read(std::string_view name) const {
  ProfileText profile;
  for (const Directory& directory : directories_) {
    std::string path = directory.path;
    path += name;
    path += profile_extension;
    auto text = read_profile_file(path);
    if (text)
      profile.files.push_back({.path = std::move(path), .text = std::move(*text), .layer = directory.layer});
  }
  return profile;
}

bool ProfileFiles::exists(std::string_view name) const {
  return std::ranges::any_of(directories_, [name](const Directory& directory) {
    const std::string path = directory.path + std::string(name) + std::string(profile_extension);
    return ::access(path.c_str(), F_OK) == 0;
  });
}

bool ProfileFiles::has_directory() const {
  return std::ranges::any_of(
      directories_, [](const Directory& directory) { return ::access(directory.path.c_str(), F_OK) == 0; });
}

std::vector<std::string> ProfileFiles::names() const {
  std::vector<std::string> all;
  for (const Directory& directory : directories_)
    std::ranges::move(profiles_in(directory.path), std::back_inserter(all));
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string> ProfileFiles::paths() const {
  std::vector<std::string> all;
  std::ranges::transform(directories_, std::back_inserter(all), &Directory::path);
  return all;
}

}  // namespace sase::config
