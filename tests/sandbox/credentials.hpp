// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/state_directory.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sase::sandbox {

/// The API keys this sandbox accepts: the lines of the state directory's file `api-key`.
/// The file is read for each request, so that a key can be added or revoked while the server runs.
class ApiKeys {
 public:
  /// Creates the file with one random key if it does not exist. `directory` must outlive this.
  explicit ApiKeys(const StateDirectory& directory);

  [[nodiscard]] bool accepts(std::string_view key) const;

 private:
  const StateDirectory& directory_;
};

/// The two generations of the service; their tokens are not mixed.
enum class Generation { v1, v3 };

/// Whether a new token leaves the earlier ones of its key alive.
enum class EarlierTokens { keep, end };

/// The access tokens handed out, in memory only and as digests. Any thread may call any member.
class TokenRegister {
 public:
  using Clock = std::chrono::steady_clock;

  struct Grant {
    Generation generation;
    std::string_view api_key;
    std::chrono::milliseconds lifetime;
    EarlierTokens earlier;
  };

  void add(std::string_view token, const Grant& grant, Clock::time_point now);
  [[nodiscard]] bool is_live(std::string_view token, Generation generation, Clock::time_point now) const;

 private:
  struct Entry {
    Generation generation;
    std::string key_digest;
    Clock::time_point end;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace sase::sandbox
