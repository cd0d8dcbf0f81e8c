// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace sase::cache {

/// A random key that seals tokens where the API key is not at hand on every call.
///
/// It is in the kernel's keyring of the user, where the kernel drops it once no token can be sealed with it
/// any more, else in a file of a directory in memory. So it is nowhere where it outlives the machine's start,
/// and the cached token is worth nothing to whoever has only that.
class WrappingKey {
 public:
  static constexpr std::size_t size = 32;

  /// `account` names it (policy/ledger.hpp). `directory` is one of ours in memory (state_directory.hpp), or
  /// nothing; it need not exist yet.
  WrappingKey(const std::string& key_id, std::optional<std::string> directory,
              const std::string& prefix = "sase-credential:")
      : name_(prefix + "seal:" + key_id), file_(key_id + ".seal"), directory_(std::move(directory)) {}

  /// The key, or nothing where there is none yet.
  [[nodiscard]] std::optional<protocol::Secret> find() const;

  /// The key, made where there is none yet; it stays for as long as a token may live from now. The caller has
  /// the account's turn, so that no two make one. Throws std::system_error where it cannot be kept.
  [[nodiscard]] protocol::Secret get_or_create() const;

  /// Whether there is any place for it.
  [[nodiscard]] bool has_place() const noexcept;

 private:
  [[nodiscard]] std::optional<protocol::Secret> find_in_directory() const;

  std::string name_;
  std::string file_;
  std::optional<std::string> directory_;
};

}  // namespace sase::cache
