// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/local_state.hpp"

#include "helper/cache/file_cache.hpp"
#include "helper/cache/keyring_cache.hpp"
#include "helper/clock.hpp"
#include "helper/rate_limit/request_log_file.hpp"
#include "helper/rate_limit/rules.hpp"

#include <memory>

namespace sase::helper {

namespace {

std::optional<std::chrono::seconds> token_left(TokenCache& cache, KeyHolder& key) {
  const Identity* const identity = key.find_identity();
  const auto token = identity != nullptr ? cache.find(*identity) : std::nullopt;
  if (!token) return std::nullopt;
  const auto left = time_left(token->expiry, Moment::now(), current_boot);
  return left.count() > 0 ? std::optional(left) : std::nullopt;
}

std::unique_ptr<TokenCache> cache_of(const Profile& profile, const std::optional<std::string>& folder) {
  if (profile.cache == CacheKind::keyring) return std::make_unique<KeyringCache>();
  if (profile.cache == CacheKind::none || !folder) return nullptr;
  return std::make_unique<FileCache>(*folder);
}

History history_of(const std::string& account, const std::optional<std::string>& folder) {
  const auto directory = folder ? PrivateDirectory::open(*folder) : std::nullopt;
  return directory ? Ledger(*directory, account).read() : History{};
}

}  // namespace

KeptState recall(const History& history, Instant now, std::chrono::seconds min_ttl) {
  KeptState state;
  if (history.failure)
    state.failure = {.what = history.failure->denied.what,
                     .ago = std::chrono::floor<std::chrono::seconds>(now - history.failure->at)};
  // Of a call that begins after all that has been, and goes the way that failed.
  const Question question{.started = now + Instant(1),
                          .now = now,
                          .route = history.failure ? std::string_view(history.failure->route) : "",
                          .min_ttl = min_ttl};
  if (const auto denied = reason_to_spare(history, question)) {
    state.pause = denied->what;
    if (!denied->hint.empty()) state.pause += "; " + denied->hint;
  }
  return state;
}

KeptState look_at_state(const Profile& profile, KeyHolder& key, const std::optional<std::string>& folder) {
  KeptState state = recall(history_of(key.account(), folder), boot_clock(), profile.min_ttl);
  if (const auto cache = cache_of(profile, folder)) state.token_left = token_left(*cache, key);
  return state;
}

}  // namespace sase::helper
