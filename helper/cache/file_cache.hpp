// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"

#include <string>

namespace sase::cache {

/// Keeps each token in a sealed file of its own, in a directory that only its owner can open.
class FileCache : public TokenCache {
 public:
  /// The directory need not exist yet.
  explicit FileCache(std::string directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::optional<CachedToken> find(const Identity& identity) override;
  void store(const Identity& identity, const CachedToken& token) override;
  void remove(const Identity& identity) override;

 private:
  std::string directory_;
};

}  // namespace sase::cache
