// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"

#include <string>
#include <utility>

namespace sase::cache {

/// Stores each encrypted token in the kernel's user keyring: in memory only, found by all processes of the
/// user in every session, and removed by the kernel when the token expires.
///
/// The name of an entry is a prefix and the file stem of the identity. An entry holds at most 32,767 bytes;
/// the rest of a longer token is in further entries. (Entries of the type "big_key" are larger, but many
/// kernels are built without it.) The further entries are written before the first one replaces its
/// predecessor, and their names contain the serial number of the first one. So a reader either finds entries
/// that belong together or reads again, and the authentication covers the whole token. store() and remove()
/// also remove the further entries of the old token; those that a killed process leaves behind expire with
/// the token.
///
/// By default the entries of an ordinary user have 20,000 bytes in total (kernel.keys.maxbytes). store()
/// throws for a larger token.
class KeyringCache : public TokenCache {
 public:
  static constexpr std::string_view usual_prefix = "sase-credential:";

  /// `prefix` is the beginning of the name of each entry.
  explicit KeyringCache(std::string_view prefix = usual_prefix) : prefix_(prefix) {}

  [[nodiscard]] std::optional<Token> find(const Identity& identity) override;
  void store(const Identity& identity, const Token& token) override;
  void remove(const Identity& identity) override;

 private:
  [[nodiscard]] std::string entry_name(const Identity& identity) const {
    return prefix_ + identity.file_stem();
  }

  std::string prefix_;
};

}  // namespace sase::cache
