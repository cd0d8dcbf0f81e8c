// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/failure.hpp"
#include "helper/os/files/published_file.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace sase::watch {

/// What `watch --once` reports on stdout to the `watch` process that started it: the token that FILE holds
/// now.
struct TokenReport {
  std::string token;      ///< identifies the token and reveals nothing of it
  os::FileIdentity file;  ///< of FILE, as this token was written to it
  std::chrono::seconds left{};
  std::chrono::seconds refresh_ahead{};  ///< with less time left than this, the token is due for refresh
  bool is_due_for_refresh = false;       ///< it is due, and there is no newer one

  /// The report as lines `key=value` (protocol/git/message.hpp).
  [[nodiscard]] std::string format() const;

  /// Throws protocol::ProtocolError.
  [[nodiscard]] static TokenReport parse(std::string_view text);
};

/// The result of an attempt: a token, a failure, or both if the refresh of a token that is still good failed.
struct Attempt {
  std::optional<TokenReport> token;
  std::optional<Failure> failure;
};

/// Sorts the lines that an attempt writes to stderr. Warnings and the failure wait for its end, so that those
/// that were printed before are not repeated at each retry.
class AttemptMessages {
 public:
  /// Returns the complete lines to print at once: the trace, and the output of a key command.
  [[nodiscard]] std::string add(std::string_view bytes);

  /// The text after the last line end.
  [[nodiscard]] std::string take_partial() { return std::exchange(partial_, {}); }

  /// The warnings, each with its hint.
  [[nodiscard]] const std::string& warnings() const noexcept { return warnings_; }

  /// The failure of an attempt that ended with this exit code.
  [[nodiscard]] Failure failure(int exit_code) const;

 private:
  void add_line(std::string_view line, std::string& at_once);
  void keep(std::string_view line);

  std::string partial_;
  std::string warnings_;
  std::string failure_, hint_;
};

}  // namespace sase::watch
