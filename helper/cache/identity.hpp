// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <array>
#include <string>
#include <string_view>

namespace sase::cache {

/// What a cached token is bound to, and the key that seals it.
///
/// Both are derived from the API key, which is at hand on every call: one BLAKE2b hash of it gives a
/// fingerprint and a sealing key. The identity hashes profile, authorize URL and fingerprint. Change any, and
/// the token is looked for under another name and would not open anyhow.
class Identity {
 public:
  static constexpr std::size_t size = 32;

  Identity(std::string_view profile, std::string_view authorize_url, std::string_view api_key);

  /// Names the files of this identity: the profile, `@` and 32 hexadecimal digits. No secret can be had from
  /// it.
  [[nodiscard]] const std::string& file_stem() const noexcept { return file_stem_; }

  [[nodiscard]] const std::array<unsigned char, size>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] const protocol::Secret& encryption_key() const noexcept { return sealing_key_; }

 private:
  std::array<unsigned char, size> bytes_{};
  protocol::Secret sealing_key_;
  std::string file_stem_;
};

}  // namespace sase::cache
