// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "tests/contracts/token_cache_contract.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_keys.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace sase::tests {

inline constexpr std::string_view authorize_url = "https://api.example.test/api/v1/auth/authorize";

/// Keyring names for one test, and the caches that use them.
struct KeyringPlace {
  TestKeys keys;
  cache::Identity identity{"default", authorize_url, "a-test-api-key"};
  std::string name = keys.name(identity.file_stem());

  [[nodiscard]] OpenCache open() const {
    return [this] { return std::make_unique<cache::KeyringCache>(keys.prefix()); };
  }
  [[nodiscard]] cache::KeyringCache cache() const { return cache::KeyringCache(keys.prefix()); }

  void store(std::string_view text = "to.ken==", std::chrono::seconds left = std::chrono::hours(1)) const {
    cache().store(identity, {.bearer = protocol::BearerToken(protocol::Secret(text)),
                             .expiry = Expiry::after(ClockReading::now(), left)});
  }
  [[nodiscard]] std::string found() const {
    const auto cached = cache().find(identity);
    return cached ? std::string(cached->bearer.reveal()) : "(none)";
  }
  [[nodiscard]] std::string bytes() const {
    return std::string(os::UserKeyring::find(name).value().bytes.reveal());
  }
};

/// The largest token needs two additional entries, which exceeds the quota of an ordinary user.
inline bool has_room_for_the_largest() {
  if (key_quota() > 5 * cache::TokenCipher::max_size) return true;
  WARN("skipped: tokens beyond this user's quota of " << key_quota() << " bytes for keys");
  return false;
}

}  // namespace sase::tests
