// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"

#include "helper/os/processes/this_process.hpp"
#include "helper/rate_limit/rejected_marks.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

namespace sase::token {

namespace {

using rate_limit::RefreshLock;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

seconds time_left_now(const Token& token) {
  return time_left(token.expiry, ClockReading::now(), current_boot);
}

/// An upper estimate of its size in the cache: the token and its head.
std::size_t stored_size(const Token& token) noexcept { return token.bearer.reveal().size() + 1024; }

/// Memory beyond the limit of RLIMIT_MEMLOCK may be written to the swap space.
void trace_unlocked_secrets(const Trace& trace) {
  if (trace.on() && !protocol::lock_secrets())
    trace.line("memory: not all secrets can be locked; raise RLIMIT_MEMLOCK (ulimit -l)");
}

}  // namespace

TokenProvider::TokenProvider(const TokenProviderParts& parts, ApiKeyHandle key)
    : parts_(parts),
      key_(std::move(key)),
      // Without both there is nothing to warn of: make_cache() has warned unless 'cache = none' is set.
      warning_(parts.cache != nullptr || parts.state_directory ? &parts.diagnostics : nullptr,
               "continuing without the cache: ") {
  key_.deadline = parts.deadline;
}

ProvidedToken TokenProvider::get() {
  if (auto cached = find_usable()) return *std::move(cached);
  const auto lock = acquire_lock();
  // The process that held the lock before may have stored a token.
  if (lock)
    if (auto shared = find_usable()) return *std::move(shared);
  // The user may have logged out while we waited for the lock.
  if (key_.is_removed_by_logout()) throw api_key::no_key(parts_.profile);
  // Throws the failure of that process if it came after this call started (rules.hpp).
  return request(authorizer(lock));
}

ProvidedToken TokenProvider::get_new() {
  const auto lock = acquire_lock();
  return accept(authorizer(lock).authorize());
}

ProvidedToken TokenProvider::get_refreshed() {
  spreads_refreshes_ = false;
  auto old = find_usable();
  bool is_cached = old.has_value();
  if (!old) old = get();
  if (!old->is_due_for_refresh()) return *std::move(old);
  is_cached = is_cached || find_usable();
  std::optional<Failure> refresh_failure;
  try {
    if (auto refreshed = refresh_under_lock(old->token)) return *std::move(refreshed);
  } catch (const Failure& failure) {
    refresh_failure = failure;
  }
  // The old token has aged meanwhile, and another process may have replaced it.
  if (auto cached = find_usable())
    old = std::move(cached);
  else if (is_cached ||
           judge(time_left_now(old->token), parts_.profile.min_ttl, seconds(0)) == Freshness::stale)
    old.reset();
  if (old) {
    old->refresh_failure = std::move(refresh_failure);
    return *std::move(old);
  }
  if (refresh_failure) throw Failure(*refresh_failure);
  return get();
}

ProbeReport TokenProvider::probe(const std::string& read_url) {
  const auto lock = acquire_lock();
  ProbeReport report = authorizer(lock).probe(read_url);
  try {
    if (report.new_token) (void)accept(*std::exchange(report.new_token, std::nullopt));
  } catch (const Failure& failure) {
    report.unusable = failure;  // the checks are reported nevertheless
  }
  return report;
}

void TokenProvider::refresh_in_background(const ProvidedToken& provided, os::ParentLifetime parent) noexcept
    try {
  // Without a cache, each call waits for the lock that the process would hold.
  if (!provided.is_due_for_refresh() || !parts_.state_directory || parts_.cache == nullptr) return;
  auto lock = RefreshLock::acquire(*parts_.state_directory, key_.key_id(), BootTime{}, boot_deadline());
  if (!lock || !authorizer(lock).may_refresh()) return;
  // A good token is at hand: no process is started whose result could not be stored.
  lock->require_space(stored_size(provided.token));
  parts_.trace.line("refresh: a background process refreshes the token");
  const auto [directory, file] = lock->descriptors();
  spawn_background(
      std::array{directory, file, parts_.trace.fd()}, [this, &lock] { refresh_as_child(lock); }, parent);
} catch (const std::exception&) {
  return;  // the next call tries again
}

void TokenProvider::erase(std::string_view token) {
  const auto cached = token.empty() ? std::nullopt : find();
  const bool is_cached = cached && protocol::equal_in_constant_time(cached->bearer.reveal(), token);
  // Without a cache, each call may have got the token from the fleet.
  const bool is_shared = !token.empty() && parts_.cache == nullptr && has_known_fleet();
  if (!is_cached && !is_shared) return;
  mark_rejected(token);
  if (is_cached) try {
      // Removed without waiting for the lock: until it is removed, other calls get the rejected token. A new
      // token that is stored at the same moment may be lost.
      if (const cache::Identity* const identity = key_.find_identity()) parts_.cache->remove(*identity);
      parts_.trace.line("cache: token removed");
    } catch (const std::system_error& error) {
      warning_.warn(error.what());
    }
  record_erase(token);
}

/// From now on, each call that asks the fleet knows it.
void TokenProvider::mark_rejected(std::string_view token) try {
  if (!has_known_fleet()) return;
  if (parts_.state_directory)
    rate_limit::mark_rejected(*parts_.state_directory, key_.key_id(), cache::tag_token(token));
  else
    parts_.diagnostics.warning("without a state directory, the fleet may give the rejected token again");
} catch (const std::system_error& error) {
  parts_.diagnostics.warning(std::string("the fleet may give the rejected token again: ") + error.what());
}

/// The record delays later requests, but is not worth a long wait for the lock.
void TokenProvider::record_erase(std::string_view token) try {
  constexpr seconds longest_wait{1};
  if (!parts_.state_directory) return;
  const BootTime until = std::min(boot_deadline(), BootClock::now() + longest_wait);
  const auto lock = RefreshLock::acquire(*parts_.state_directory, key_.key_id(), until, until);
  if (lock) authorizer(lock).record_erase(token);
} catch (const std::system_error& error) {
  warning_.warn(error.what());
}

std::optional<Token> TokenProvider::find() try {
  const cache::Identity* const identity = parts_.cache != nullptr ? key_.find_identity() : nullptr;
  return identity != nullptr ? parts_.cache->find(*identity) : std::nullopt;
} catch (const std::system_error& error) {
  warning_.warn(error.what());
  return std::nullopt;
}

std::optional<ProvidedToken> TokenProvider::find_usable() {
  auto cached = find();
  if (!cached) {
    parts_.trace.line("cache: no token");
    return std::nullopt;
  }
  const seconds left = time_left_now(*cached);
  Freshness freshness = judge(left, parts_.profile.min_ttl, parts_.profile.refresh_ahead);
  if (freshness == Freshness::due_for_refresh && spreads_refreshes_ && has_known_fleet())
    freshness =
        judge(left, parts_.profile.min_ttl,
              spread_refresh_ahead(parts_.profile.refresh_ahead, parts_.profile.min_ttl, cached->spread));
  if (parts_.trace.on())
    parts_.trace.line("cache: a token with " + std::to_string(left.count()) + "s left" +
                      (freshness == Freshness::stale ? ", unusable" : ""));
  if (freshness == Freshness::stale) return std::nullopt;
  trace_unlocked_secrets(parts_.trace);
  return ProvidedToken{.token = *std::move(cached), .freshness = freshness};
}

std::optional<ProvidedToken> TokenProvider::find_fresh() {
  auto cached = find_usable();
  return cached && !cached->is_due_for_refresh() ? std::move(cached) : std::nullopt;
}

/// Rounded up: both clocks are cut to milliseconds.
BootTime TokenProvider::boot_deadline() const noexcept {
  return BootClock::now() + std::chrono::ceil<milliseconds>(parts_.deadline - steady_clock::now()) +
         milliseconds(1);
}

/// Nothing if there can be no lock. Throws Failure at the deadline.
std::optional<RefreshLock> TokenProvider::acquire_lock() try {
  if (!parts_.state_directory) return std::nullopt;
  const BootTime deadline = boot_deadline();
  auto lock = RefreshLock::acquire(*parts_.state_directory, key_.key_id(), deadline, deadline,
                                   [this] { parts_.trace.line("lock: another call holds it"); });
  if (!lock) throw lock_timeout();
  parts_.trace.line("lock: acquired");
  if (const auto& holder = lock->replaced_holder(); holder && holder->pid != 0)
    parts_.diagnostics.warning("process " + std::to_string(holder->pid) +
                               " holds the lock of this API key after its deadline; is it stopped?");
  return lock;
} catch (const std::system_error& error) {
  warning_.warn(error.what());
  return std::nullopt;
}

Failure TokenProvider::lock_timeout() {
  std::string process;
  if (const auto directory = os::PrivateDirectory::open(*parts_.state_directory)) {
    const rate_limit::RequestLog log = rate_limit::read_request_log(*directory, key_.key_id());
    // The record may be this call's own, from before it gave the lock to another.
    if (log.holder && log.holder->pid != 0 && log.holder->pid != os::process_id())
      process = " (process " + std::to_string(log.holder->pid) + ")";
  }
  return Failure(ExitCode::unreachable,
                 "another call with the API key of the profile '" + parts_.profile.name + "'" + process +
                     " is still asking for a token after " +
                     protocol::format_duration(parts_.profile.timeout),
                 "try again later, or raise 'timeout'");
}

/// A fresh token, requested or stored by another call; nothing if none may be requested now.
std::optional<ProvidedToken> TokenProvider::refresh_under_lock(const Token& cached) try {
  const auto lock = acquire_lock();
  if (!lock) return parts_.state_directory ? std::nullopt : refresh(authorizer(lock), time_left_now(cached));
  if (auto shared = find_fresh()) return shared;
  authorizer(lock).throw_shared_failure();
  if (key_.is_removed_by_logout() || !authorizer(lock).may_refresh()) return std::nullopt;
  lock->require_space(stored_size(cached));
  parts_.trace.line("refresh: the token is due");
  return refresh(authorizer(lock), time_left_now(cached));
} catch (const std::system_error& error) {
  warning_.warn(error.what());
  return std::nullopt;
}

void TokenProvider::refresh_as_child(std::optional<RefreshLock>& lock) {
  parts_.deadline = steady_clock::now() + parts_.profile.timeout;
  key_.deadline = parts_.deadline;
  // The last holder of the lock may have refreshed it.
  if (!lock->extend(boot_deadline()) || key_.is_removed_by_logout()) return;
  const auto cached = find_usable();
  if (cached && !cached->is_due_for_refresh()) return;
  (void)refresh(authorizer(lock), cached ? time_left_now(cached->token) : seconds(0));
}

ProvidedToken TokenProvider::accept(NewToken new_token) {
  keep_longer_lived(new_token.token);
  return provide(std::move(new_token));
}

/// Even a token that this call cannot use may serve another, but must not replace one that lives longer. A
/// time left beyond the longest lifetime is wrong and loses.
void TokenProvider::keep_longer_lived(const Token& token) {
  const seconds left = time_left_now(token);
  const auto before = find();
  const seconds left_before = before ? time_left_now(*before) : seconds(0);
  if (left_before <= left || left_before > protocol::longest_lifetime) store(token);
}

ProvidedToken TokenProvider::provide(NewToken new_token) {
  trace_unlocked_secrets(parts_.trace);
  Token& token = new_token.token;
  const seconds left = time_left_now(token);
  if (new_token.too_short) throw to_failure(*new_token.too_short);
  if (left <= seconds(0)) throw to_failure(rate_limit::expired_on_arrival());
  return {.token = std::move(token)};
}

void TokenProvider::store(const Token& token) {
  if (parts_.cache == nullptr) return;
  try {
    const cache::Identity& identity = key_.get_or_create_identity();
    parts_.cache->store(identity, token);
    parts_.trace.line("cache: token kept");
    // In this order: logout removes first the key, then the tokens, so that one of the two sees the other.
    if (!key_.is_removed_by_logout()) return;
    parts_.cache->remove(identity);
    parts_.trace.line("cache: token removed, since the key was");
  } catch (const std::system_error& error) {
    warning_.warn(error.what());
  }
}

RateLimitedAuthorizer TokenProvider::authorizer(const std::optional<RefreshLock>& lock) {
  return {parts_, key_, warning_, lock};
}

}  // namespace sase::token
