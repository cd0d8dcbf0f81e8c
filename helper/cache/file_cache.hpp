// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"

#include <string>

namespace sase::cache {

/// Stores each token in an encrypted file, in a directory that only its owner can open.
class FileCache : public TokenCache {
 public:
  /// store() creates the directory if it does not exist.
  explicit FileCache(std::string directory) : directory_(std::move(directory)) {}

  [[nodiscard]] std::optional<Token> find(const Identity& identity) override;
  void store(const Identity& identity, const Token& token) override;
  void remove(const Identity& identity) override;

 private:
  std::string directory_;
};

}  // namespace sase::cache
