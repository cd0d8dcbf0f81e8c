// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/local_state.hpp"

#include "helper/cache/file_cache.hpp"
#include "helper/cache/keyring_cache.hpp"
#include "helper/clock.hpp"
#include "helper/rate_limit/request_log_file.hpp"
#include "helper/rate_limit/rules.hpp"

#include <memory>

namespace sase::diagnose {

namespace {

std::optional<std::chrono::seconds> token_left(cache::TokenCache& cache, token::ApiKeyHandle& key) {
  const cache::Identity* const identity = key.find_identity();
  const auto token = identity != nullptr ? cache.find(*identity) : std::nullopt;
  if (!token) return std::nullopt;
  const auto left = time_left(token->expiry, ClockReading::now(), current_boot);
  return left.count() > 0 ? std::optional(left) : std::nullopt;
}

std::unique_ptr<cache::TokenCache> cache_of(const config::Profile& profile,
                                            const std::optional<std::string>& path) {
  if (profile.cache == config::CacheKind::keyring) return std::make_unique<cache::KeyringCache>();
  if (profile.cache == config::CacheKind::none || !path) return nullptr;
  return std::make_unique<cache::FileCache>(*path);
}

rate_limit::RequestLog read_log(const std::string& key_id, const std::optional<std::string>& path) {
  const auto directory = path ? os::PrivateDirectory::open(*path) : std::nullopt;
  return directory ? rate_limit::RequestLogFile(*directory, key_id).read() : rate_limit::RequestLog{};
}

}  // namespace

LocalState recall(const rate_limit::RequestLog& log, BootTime now, std::chrono::seconds min_ttl) {
  LocalState state;
  if (log.failure)
    state.failure = {.what = log.failure->auth_error.what,
                     .ago = std::chrono::floor<std::chrono::seconds>(now - log.failure->at)};
  // Of a call that begins after all that has been, and goes the way that failed.
  const rate_limit::AttemptContext question{
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

LocalState read_local_state(const config::Profile& profile, token::ApiKeyHandle& key,
                            const std::optional<std::string>& directory) {
  LocalState state = recall(read_log(key.key_id(), directory), boot_clock(), profile.min_ttl);
  if (const auto cache = cache_of(profile, directory)) state.token_left = token_left(*cache, key);
  return state;
}

}  // namespace sase::diagnose
