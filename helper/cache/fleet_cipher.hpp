// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sase::cache {

/// What all hosts with one API key at one authorize URL have in common, and no one else can derive. The
/// profile is no part of it: each host names its own.
class FleetIdentity {
 public:
  static constexpr std::size_t size = 32;

  FleetIdentity(std::string_view authorize_url, std::string_view api_key);

  /// 32 hexadecimal digits, for the names of the store's keys. It reveals no secret.
  [[nodiscard]] std::string name() const;

  [[nodiscard]] const std::array<unsigned char, size>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] const protocol::Secret& encryption_key() const noexcept { return encryption_key_; }

 private:
  std::array<unsigned char, size> bytes_{};
  protocol::Secret encryption_key_;
};

/// The place of a value in the store. A value that was moved to another key, or that an older one replaced,
/// cannot be decrypted: etcd counts the writes of a key.
struct FleetPlace {
  std::string_view key;  ///< `record` or `lock`
  std::int64_t create_revision = 0;
  std::int64_t version = 0;  ///< 0 for a lock

  /// etcd assigns the create_revision of the first version, so the writer does not know it.
  [[nodiscard]] static FleetPlace record(std::int64_t create_revision, std::int64_t version) noexcept {
    return {.key = "record", .create_revision = version <= 1 ? 0 : create_revision, .version = version};
  }
  [[nodiscard]] static FleetPlace lock() noexcept { return {.key = "lock"}; }
};

/// Encrypts a value with XChaCha20-Poly1305. The padding hides the length of the token.
[[nodiscard]] std::string encrypt(const FleetIdentity& identity, const FleetPlace& place,
                                  const protocol::Secret& plain);

/// Nothing if the bytes are not the result of encrypt() for this identity and place.
[[nodiscard]] std::optional<protocol::Secret> decrypt(const FleetIdentity& identity, const FleetPlace& place,
                                                      std::string_view bytes);

/// Identifies a token in the request log: 32 hexadecimal digits that do not reveal it.
[[nodiscard]] std::string tag_token(std::string_view token);

}  // namespace sase::cache
