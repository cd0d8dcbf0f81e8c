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

std::optional<std::chrono::seconds> token_left(TokenCache& cache, ApiKeyHandle& key) {
  const Identity* const identity = key.find_identity();
  const auto token = identity != nullptr ? cache.find(*identity) : std::nullopt;
  if (!token) return std::nullopt;
  const auto left = time_left(token->expiry, ClockReading::now(), current_boot);
  return left.count() > 0 ? std::optional(left) : std::nullopt;
}

std::unique_ptr<TokenCache> cache_of(const Profile& profile, const std::optional<std::string>& path) {
  if (profile.cache == CacheKind::keyring) return std::make_unique<KeyringCache>();
  if (profile.cache == CacheKind::none || !path) return nullptr;
  return std::make_unique<FileCache>(*path);
}

RequestLog read_log(const std::string& key_id, const std::optional<std::string>& path) {
  const auto directory = path ? PrivateDirectory::open(*path) : std::nullopt;
  return directory ? RequestLogFile(*directory, key_id).read() : RequestLog{};
}

}  // namespace

LocalState recall(const RequestLog& log, BootTime now, std::chrono::seconds min_ttl) {
  LocalState state;
  if (log.failure)
    state.failure = {.what = log.failure->auth_error.what,
                     .ago = std::chrono::floor<std::chrono::seconds>(now - log.failure->at)};
  // Of a call that begins after all that has been, and goes the way that failed.
  const AttemptContext question{
      .started = now + BootTime(1),
      .now = now,
      .network_fingerprint = log.failure ? std::string_view(log.failure->network_fingerprint) : "",
      .min_ttl = min_ttl};
  if (const auto auth_error = why_blocked(log, question)) {
    state.pause = auth_error->what;
    if (!auth_error->hint.empty()) state.pause += "; " + auth_error->hint;
  }
  return state;
}

LocalState read_local_state(const Profile& profile, ApiKeyHandle& key,
                            const std::optional<std::string>& directory) {
  LocalState state = recall(read_log(key.key_id(), directory), boot_clock(), profile.min_ttl);
  if (const auto cache = cache_of(profile, directory)) state.token_left = token_left(*cache, key);
  return state;
}

}  // namespace sase::helper
