// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/failure.hpp"
#include "helper/os/files/published_file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sase::watch {

/// The token that a file holds.
struct PublishedToken {
  std::string name;                 ///< tells it from others; it cannot be had from it
  os::FileMark mark;                ///< of the file
  std::chrono::seconds left{};      ///< that it had when it was written or looked for again
  std::chrono::seconds ahead{};     ///< with less left it is to be renewed
  bool is_due_for_refresh = false;  ///< that was to be done, and is not
};

/// What one look for a token came to: a token that is in the file now, trouble, or both: an old token that is
/// good yet.
struct RefreshAttempt {
  std::optional<PublishedToken> token;
  std::optional<Failure> trouble;

  /// As text, from the process that looked to the one that waits for it.
  [[nodiscard]] std::string write() const;

  /// Throws protocol::ProtocolError.
  [[nodiscard]] static RefreshAttempt parse(std::string_view text);
};

}  // namespace sase::watch
