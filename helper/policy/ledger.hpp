// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/posix/private_directory.hpp"
#include "protocol/exchange.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::helper {

/// What the last call for an identity came to when it came to no token, so that all who waited for it share
/// its failure and none repeats it. Holds no secret. Whoever uses it holds the identity's lock.
class Ledger {
 public:
  /// Since the machine started, sleep included (CLOCK_BOOTTIME).
  using Instant = std::chrono::milliseconds;

  /// `stem` is the identity's; the folder must outlive this.
  Ledger(const PrivateDirectory& folder, const std::string& stem)
      : folder_(folder), file_(stem + ".ledger") {}

  [[nodiscard]] static Instant now() noexcept;

  /// The failure of a call that ended between `start` and now. Throws std::system_error when the file cannot
  /// be read; one that is damaged holds nothing.
  [[nodiscard]] std::optional<protocol::Denied> failure_since(Instant start) const;

  /// Throws std::system_error.
  void record(const protocol::Denied& failure) const;

 private:
  const PrivateDirectory& folder_;
  std::string file_;
};

}  // namespace sase::helper
