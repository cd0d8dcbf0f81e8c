// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"

#include <string>
#include <utility>

namespace sase::cache {

/// Keeps each sealed token in the kernel's keyring of this user: in memory, on no disk, and dropped by the
/// kernel when the token ends. All processes of the user find it, in whatever session.
///
/// A token is one key, whose name is a prefix and the identity's file stem. Sealed tokens beyond 32,767
/// bytes, which the kernel has no single key for, go on in further keys. (The type "big_key" would take them,
/// but many kernels are built without it.) The further ones are there before the first takes the place of the
/// one before, and their names bear the first one's serial, so that a reader finds what belongs together or
/// looks again; and the seal vouches for the whole. Removing, and storing over, takes the further ones along;
/// what a killed process leaves of them ends with the token. An ordinary user's keys may take 20,000 bytes in
/// all unless the administrator says more (kernel.keys.maxbytes): a larger token cannot be kept there, which
/// store() says.
class KeyringCache : public TokenCache {
 public:
  /// Before the name of each key.
  static constexpr std::string_view usual_prefix = "sase-credential:";

  explicit KeyringCache(std::string_view prefix = usual_prefix) : prefix_(prefix) {}

  [[nodiscard]] std::optional<CachedToken> find(const Identity& identity) override;
  void store(const Identity& identity, const CachedToken& token) override;
  void remove(const Identity& identity) override;

 private:
  [[nodiscard]] std::string name_of(const Identity& identity) const { return prefix_ + identity.file_stem(); }

  std::string prefix_;
};

}  // namespace sase::cache
