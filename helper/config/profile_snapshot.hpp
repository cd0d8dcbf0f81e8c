// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>
#include <string>

namespace sase::config {

/// Names the state that directories of profiles are in at a moment: two equal ones mean the same files with
/// the same contents. (As git's index does, it goes by what stat(2) says of a file and not by its bytes.)
struct ProfileSnapshot {
  std::string directories;  ///< of the directories alone: files that came, went or were replaced
  std::string files;        ///< of each file too: those that were written to where they are
  std::chrono::system_clock::time_point newest;  ///< when the youngest of all changed

  /// Looks at the directories and at each file in them; the costly half.
  [[nodiscard]] static ProfileSnapshot take(std::span<const std::string> directories);

  /// Only `directories` of the above.
  [[nodiscard]] static std::string of_directories(std::span<const std::string> directories);
};

}  // namespace sase::config
