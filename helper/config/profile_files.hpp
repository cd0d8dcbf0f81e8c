// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"
#include "helper/environment.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// The text of one profile's files, either of which may be missing. Assignments point into it.
struct ProfileText {
  struct File {
    std::string path;
    std::string text;
    Layer layer{};
  };
  std::vector<File> files;  ///< the user's before the system's

  /// The values of one file. Throws Failure, naming file and line, for a line that is no `setting = value`
  /// and for an unknown setting.
  [[nodiscard]] static std::vector<Assignment> assignments(const File& file);

  /// The same, with the lines that are wrong left out.
  [[nodiscard]] static std::vector<Assignment> good_assignments(const File& file);
};

/// Of a profile's file.
inline constexpr std::string_view profile_extension = ".conf";

/// The names of the profiles that have a file in a directory, in no order.
[[nodiscard]] std::vector<std::string> profiles_in(const std::string& directory);

/// The directories that hold `NAME.conf`: `$XDG_CONFIG_HOME/sase-credential/profiles`, then the system's.
class ProfileFiles {
 public:
  explicit ProfileFiles(const Environment& environment, std::string_view system_root = "/etc");

  /// The files of a profile; empty where there are none. `name` must be a profile name. Throws Failure when
  /// one cannot be read.
  [[nodiscard]] ProfileText read(std::string_view name) const;

  /// Whether a profile of this name has a file.
  [[nodiscard]] bool exists(std::string_view name) const;

  /// Whether there is a directory at all in which a profile could have a file.
  [[nodiscard]] bool has_directory() const;

  /// The names of all profiles that have a file, in order.
  [[nodiscard]] std::vector<std::string> names() const;

  /// The directories themselves, whether they exist or not, in the order of their rank.
  [[nodiscard]] std::vector<std::string> paths() const;

 private:
  struct Directory {
    std::string path;
    Layer layer;
  };
  std::vector<Directory> directories_;
};

}  // namespace sase::config
