// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sase::sandbox {

/// A bare git repository of one commit with a README, as a dumb HTTP server offers it: read-only, in memory,
/// created without git. The commit is the same in every run.
class GitRepository {
 public:
  GitRepository();

  /// The file at `name` (such as `HEAD` or `objects/ab/cd...`), or null.
  [[nodiscard]] const std::string* find(std::string_view name) const;

 private:
  /// Stores a loose object and returns its id, 20 raw bytes.
  std::string add_object(std::string_view type, const std::string& content);

  std::map<std::string, std::string, std::less<>> files_;
};

}  // namespace sase::sandbox
