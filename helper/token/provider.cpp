// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"

#include "helper/failure.hpp"
#include "helper/token/freshness.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

namespace sase::token {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

seconds time_left_of(const cache::CachedToken& token) {
  return time_left(token.expiry, ClockReading::now(), current_boot);
}

}  // namespace

TokenProvider::TokenProvider(const TokenProviderParts& parts, ApiKeyHandle key)
    : profile_(parts.profile),
      cache_(parts.cache),
      state_directory_(parts.state_directory),
      authorizer_(parts.authorizer),
      misspelled_variables_(parts.misspelled_variables),
      trace_(parts.trace),
      deadline_(parts.deadline),
      key_(std::move(key)),
      // Who wants no cache and has no place for a lock knows it.
      warning_(parts.cache != nullptr || parts.state_directory ? &parts.diagnostics : nullptr,
               "going on without the cache: ") {}

FreshToken TokenProvider::get() {
  if (auto cached = find_fresh()) return std::move(*cached);
  auto refresh_lock = open_refresh_lock();
  if (refresh_lock)
    if (auto shared = wait_for_refresh_lock(*refresh_lock)) return std::move(*shared);
  // Whoever waited for long asks with no key that was taken away meanwhile.
  if (key_.is_removed_by_logout()) throw api_key::no_key(profile_);
  return accept(service().authorize(refresh_lock ? &*refresh_lock : nullptr, deadline_));
}

FreshToken TokenProvider::get_new() {
  auto refresh_lock = open_refresh_lock();
  if (refresh_lock) acquire_refresh_lock(*refresh_lock);
  return accept(service().authorize(refresh_lock ? &*refresh_lock : nullptr, deadline_));
}

KeptToken TokenProvider::get_ahead() {
  if (!find_fresh() || !due_for_refresh_) return {.fresh = get()};
  std::optional<Failure> trouble;
  try {
    if (auto renewed = refresh_under_lock()) return {.fresh = std::move(*renewed)};
  } catch (const Failure& failure) {
    trouble = failure;
  }
  // It has aged meanwhile, and another call may have replaced it.
  auto kept = find_fresh();
  if (kept)
    return {.fresh = std::move(*kept), .is_due_for_refresh = due_for_refresh_, .trouble = std::move(trouble)};
  if (trouble) throw Failure(*trouble);
  return {.fresh = get()};
}

ProbeReport TokenProvider::probe(const std::string& read_url) {
  auto refresh_lock = open_refresh_lock();
  if (refresh_lock) acquire_refresh_lock(*refresh_lock);
  ProbeReport report{.probe = service().probe(refresh_lock ? &*refresh_lock : nullptr, deadline_, read_url),
                     .time_left = {},
                     .unusable = {}};
  if (!report.probe.fresh) return report;
  try {
    report.time_left = accept(*std::exchange(report.probe.fresh, std::nullopt)).time_left;
  } catch (const Failure& failure) {
    report.unusable = failure;  // the links are to be told of all the same
  }
  return report;
}

void TokenProvider::refresh_in_background(os::ParentLifetime afterwards) noexcept try {
  if (!due_for_refresh_ || !state_directory_) return;
  rate_limit::RefreshLock refresh_lock(*state_directory_, service().key_id());
  if (!refresh_lock.take() || !service().may_refresh(refresh_lock)) return;
  trace_.line("renewal: the token ages, a process of its own renews it");
  const auto [directory, lock] = refresh_lock.descriptors();
  spawn_background(
      std::array{directory, lock, trace_.fd()}, [this, &refresh_lock] { renew(refresh_lock); }, afterwards);
} catch (const std::exception&) {
  return;  // the next call will try again
}

void TokenProvider::erase(std::string_view token) {
  const auto cached = token.empty() ? std::nullopt : find();
  if (!cached || !protocol::equal_in_constant_time(cached->token.reveal(), token)) return;
  try {
    // At once, whoever has the turn: until then the rejected token is given to others. A new one that comes
    // this very moment may be lost with it.
    if (const cache::Identity* const identity = key_.find_identity()) cache_->remove(*identity);
    trace_.line("cache: token removed");
  } catch (const std::system_error& error) {
    warning_.say(error.what());
  }
  record_erase_locked();
}

/// What is remembered of it makes the next calls pause, but is not worth a long wait.
void TokenProvider::record_erase_locked() try {
  constexpr std::chrono::seconds patience{1};
  auto refresh_lock = open_refresh_lock();
  const auto until = std::min(deadline_, steady_clock::now() + patience);
  while (refresh_lock && !refresh_lock->take())
    if (!refresh_lock->wait_until_free(until)) return;
  if (refresh_lock) service().record_erase(*refresh_lock);
} catch (const std::system_error& error) {
  warning_.say(error.what());
}

std::optional<cache::CachedToken> TokenProvider::find() try {
  const cache::Identity* const identity = cache_ != nullptr ? key_.find_identity() : nullptr;
  return identity != nullptr ? cache_->find(*identity) : std::nullopt;
} catch (const std::system_error& error) {
  warning_.say(error.what());
  return std::nullopt;
}

std::optional<FreshToken> TokenProvider::find_fresh() {
  auto cached = find();
  if (!cached) {
    trace_.line("cache: no token");
    return std::nullopt;
  }
  const seconds left = time_left_of(*cached);
  const Freshness freshness = judge(left, profile_.min_ttl, profile_.refresh_ahead);
  if (trace_.on())
    trace_.line("cache: a token with " + std::to_string(left.count()) + "s left" +
                (freshness == Freshness::stale ? ", too little" : ""));
  if (freshness == Freshness::stale) return std::nullopt;
  due_for_refresh_ = freshness == Freshness::due_for_refresh;
  return FreshToken{.token = std::move(cached->token), .time_left = left};
}

std::optional<rate_limit::RefreshLock> TokenProvider::open_refresh_lock() try {
  if (!state_directory_) return std::nullopt;
  return rate_limit::RefreshLock(*state_directory_, service().key_id());
} catch (const std::system_error& error) {
  warning_.say(error.what());
  return std::nullopt;
}

/// Whoever has the turn before us most likely leaves a token, or at least the reason why there is none.
std::optional<FreshToken> TokenProvider::wait_for_refresh_lock(rate_limit::RefreshLock& refresh_lock) try {
  while (!refresh_lock.take()) {
    trace_.line("lock: another call is asking");
    if (!refresh_lock.wait_until_free(deadline_)) throw lock_timeout_failure();
    trace_.line("lock: it is done");
    if (auto shared = find_fresh()) return shared;
    service().throw_shared_failure(refresh_lock);
  }
  trace_.line("lock: taken");
  // A token may have come since we looked.
  return find_fresh();
} catch (const std::system_error& error) {
  warning_.say(error.what());
  return std::nullopt;
}

/// Nothing where the token need not be renewed any more, or may not be yet.
std::optional<FreshToken> TokenProvider::refresh_under_lock() try {
  auto refresh_lock = open_refresh_lock();
  if (!refresh_lock) return accept(service().authorize(nullptr, deadline_));
  if (auto shared = wait_for_other_refresh(*refresh_lock)) return shared;
  // A token may have come since we looked.
  auto cached = find_fresh();
  if (cached && !due_for_refresh_) return cached;
  if (key_.is_removed_by_logout() || !service().may_refresh(*refresh_lock)) return std::nullopt;
  trace_.line("renewal: the token ages and is renewed");
  return accept(service().renew(*refresh_lock, deadline_));
} catch (const std::system_error& error) {
  warning_.say(error.what());
  return std::nullopt;
}

/// Takes the turn; the token, or the failure, of those that had it before.
std::optional<FreshToken> TokenProvider::wait_for_other_refresh(rate_limit::RefreshLock& refresh_lock) {
  while (!refresh_lock.take()) {
    if (!refresh_lock.wait_until_free(deadline_)) throw lock_timeout_failure();
    auto shared = find_fresh();
    if (shared && !due_for_refresh_) return shared;
    service().throw_shared_failure(refresh_lock);
  }
  return std::nullopt;
}

void TokenProvider::acquire_refresh_lock(rate_limit::RefreshLock& refresh_lock) try {
  while (!refresh_lock.take())
    if (!refresh_lock.wait_until_free(deadline_)) throw lock_timeout_failure();
} catch (const std::system_error& error) {
  warning_.say(error.what());
}

Failure TokenProvider::lock_timeout_failure() const {
  return Failure(ExitCode::unreachable,
                 "another call with the API key of the profile '" + profile_.name +
                     "' is still asking for a token after " + protocol::format_duration(profile_.timeout),
                 "try again later, or raise 'timeout'");
}

FreshToken TokenProvider::accept(NewToken fresh) {
  cache::CachedToken token{.token = std::move(fresh.token_response.token),
                           .expiry = Expiry::after(fresh.asked, fresh.token_response.lifetime)};
  // Even one that is of no use to this call may be to another, but not in the place of one that lives longer.
  const seconds left = time_left_of(token);
  const auto before = find();
  const seconds left_before = before ? time_left_of(*before) : seconds(0);
  if (left_before <= left || left_before > protocol::longest_lifetime) keep(token);
  if (fresh.is_too_short)
    throw to_failure(rate_limit::too_short(fresh.token_response.lifetime, profile_.min_ttl));
  if (left <= seconds(0)) throw to_failure(rate_limit::dead_on_arrival());
  return {.token = std::move(token.token), .time_left = left};
}

void TokenProvider::keep(const cache::CachedToken& token) {
  if (cache_ == nullptr) return;
  try {
    const cache::Identity& identity = key_.get_or_create_identity();
    cache_->store(identity, token);
    trace_.line("cache: token kept");
    // In this order, for logout removes the key before it looks for tokens: one of us sees the other.
    if (!key_.is_removed_by_logout()) return;
    cache_->remove(identity);
    trace_.line("cache: token removed, since the key was");
  } catch (const std::system_error& error) {
    warning_.say(error.what());
  }
}

/// In the process that nobody waits for.
void TokenProvider::renew(const rate_limit::RefreshLock& refresh_lock) {
  deadline_ = steady_clock::now() + profile_.timeout;
  key_.set_deadline(deadline_);
  // The call before us in turn may have done so meanwhile.
  if (key_.is_removed_by_logout() || (find_fresh() && !due_for_refresh_)) return;
  (void)accept(service().renew(refresh_lock, deadline_));
}

RateLimitedAuthorizer& TokenProvider::service() {
  if (!service_)
    service_.emplace(profile_, key_, authorizer_, trace_, warning_, started_, misspelled_variables_);
  return *service_;
}

}  // namespace sase::token
