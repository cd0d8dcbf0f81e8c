// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// The extension of a profile file.
inline constexpr std::string_view profile_extension = ".conf";

/// An error in a profile matters only to a call that needs this profile.
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
