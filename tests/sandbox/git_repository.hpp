// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/request.hpp"
#include "tests/sandbox/response.hpp"
#include "tests/sandbox/state_directory.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace sase::sandbox {

/// A bare git repository of one commit with a README, created without git in the state directory, and served
/// read-only by git's smart protocol. The commit is the same in every run.
class GitRepository {
 public:
  explicit GitRepository(const StateDirectory& directory);

  /// The response to a request for `name`, such as `info/refs`, from `git http-backend`; 501 where git is not
  /// installed.
  [[nodiscard]] Response answer(const Request& request, std::string_view name) const;

 private:
  void write(const std::string& name, std::string_view content) const;
  /// Stores a loose object and returns its id, 20 raw bytes.
  [[nodiscard]] std::string add_object(std::string_view type, const std::string& content) const;

  const StateDirectory& directory_;
};

}  // namespace sase::sandbox
