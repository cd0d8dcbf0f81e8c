// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace sase::cache {

/// A random key that takes the place of the API key in the encryption of tokens, for a profile whose API key
/// is not read on every call (`api-key-command`).
///
/// It is stored in the kernel's user keyring, which removes it when the last token that it encrypts has
/// expired, or else in a file in memory. It does not survive a restart of the machine, so that the cached
/// token alone cannot be decrypted.
class WrappingKey {
 public:
  static constexpr std::size_t size = 32;

  /// `key_id` names it (make_command_key_id()). `directory` is the state directory if that is in memory; it
  /// need not exist.
  WrappingKey(const std::string& key_id, std::optional<std::string> directory,
              const std::string& prefix = "sase-credential:")
      : entry_(prefix + "wrapping-key:" + key_id),
        file_(key_id + ".wrapping-key"),
        directory_(std::move(directory)) {}

  /// Nothing if there is no key yet.
  [[nodiscard]] std::optional<protocol::Secret> find() const;

  /// The key, which is created if it does not exist. Its lifetime is extended to that of a new token. The
  /// caller holds the refresh lock, so that only one process creates it. Throws std::system_error if it
  /// cannot be stored.
  [[nodiscard]] protocol::Secret get_or_create() const;

  /// Whether it can be stored.
  [[nodiscard]] bool has_place() const noexcept;

 private:
  [[nodiscard]] std::optional<protocol::Secret> find_in_directory() const;

  std::string entry_;
  std::string file_;
  std::optional<std::string> directory_;
};

}  // namespace sase::cache
