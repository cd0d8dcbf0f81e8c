// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The directories of the XDG Base Directory Specification. As it requires, relative values are ignored.
namespace sase::config {

/// The user's directory for profiles and keys: `$XDG_CONFIG_HOME/sase-credential`, else
/// `~/.config/sase-credential`. Nothing if the variable holds no absolute path, if HOME is missing, or if
/// that directory belongs to another user than root: its owner would decide where the API key goes.
[[nodiscard]] std::optional<std::string> config_directory(const Environment& environment);

/// The directory that config_directory() ignores because of its owner, if it exists.
[[nodiscard]] std::optional<std::string> foreign_config_directory(const Environment& environment);

/// The directory for tokens, locks and the request log: below `$XDG_RUNTIME_DIR` if that is usable, because
/// it is in memory and removed at logout; else below `$XDG_CACHE_HOME` or `~/.cache`; if that belongs to
/// another user
/// (`sudo -E`) or cannot be created (containers), in /tmp, /var/tmp or /dev/shm. Nothing if no place is
/// usable.
[[nodiscard]] std::optional<std::string> state_directory(const Environment& environment);

/// A directory of this user in memory, for a key that encrypts what is on the disk: below `$XDG_RUNTIME_DIR`,
/// or else in /dev/shm.
[[nodiscard]] std::optional<std::string> memory_directory(const Environment& environment);

/// The extension of a profile file.
inline constexpr std::string_view profile_extension = ".conf";

/// What to do with invalid lines: `ignore` is for a call that does not need the profile.
enum class InvalidLines { reject, ignore };

/// The text of one profile's files, either of which may be missing. Assignments point into it.
struct ProfileText {
  struct File {
    std::string path;
    std::string text;
    Layer layer{};
  };
  std::vector<File> files;  ///< the user's before the system's

  /// The values of one file. An invalid line is not `setting = value` or names an unknown setting; Failure
  /// names file and line.
  [[nodiscard]] static std::vector<Assignment> parse(const File& file,
                                                     InvalidLines invalid_lines = InvalidLines::reject,
                                                     FleetValues fleet = FleetValues::read);
};

/// The directories that hold `NAME.conf`: `$XDG_CONFIG_HOME/sase-credential/profiles`, then the system's.
class ProfileFiles {
 public:
  explicit ProfileFiles(const Environment& environment, std::string_view system_root = "/etc");

  /// The existing files of a profile. `name` must be a profile name. Throws Failure if one cannot be read or
  /// violates the trust rule (helper/os/files/trusted_file.hpp). With `warnings`, a file that this user may
  /// not read counts as absent, with a warning: the profile was not named explicitly.
  [[nodiscard]] ProfileText read(std::string_view name, std::vector<std::string>* warnings = nullptr) const;

  /// Whether a profile of this name has a file. Lists no directory.
  [[nodiscard]] bool exists(std::string_view name) const;

  /// Whether the environment has a directory for the user's profiles.
  [[nodiscard]] bool has_user_directory() const noexcept { return directories_.size() > 1; }

  /// Whether any of the directories exists.
  [[nodiscard]] bool has_directory() const;

  /// The names of all profiles that have a file, sorted. Lists the directories.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Directory {
    std::string path;
    Layer layer;
  };
  std::vector<Directory> directories_;
};

}  // namespace sase::config
