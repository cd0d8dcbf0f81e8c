// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"

#include "helper/failure.hpp"
#include "helper/os/processes/this_process.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <string>
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

const RefreshLock* pointer(const std::optional<RefreshLock>& lock) noexcept {
  return lock ? &*lock : nullptr;
}

/// Memory beyond the limit of RLIMIT_MEMLOCK may be written to the swap space.
void trace_unlocked_secrets(const Trace& trace) {
  if (trace.on() && !protocol::lock_secrets())
    trace.line("memory: not all secrets can be locked; raise RLIMIT_MEMLOCK (ulimit -l)");
}

}  // namespace

TokenProvider::TokenProvider(const TokenProviderParts& parts, ApiKeyHandle key)
    : profile_(parts.profile),
      cache_(parts.cache),
      state_directory_(parts.state_directory),
      authorizer_(parts.authorizer),
      misspelled_variables_(parts.misspelled_variables),
      diagnostics_(parts.diagnostics),
      trace_(parts.trace),
      deadline_(parts.deadline),
      key_(std::move(key)),
      // Without both, no cache or lock can fail; TokenSession has warned where that was not chosen.
      warning_(parts.cache != nullptr || parts.state_directory ? &parts.diagnostics : nullptr,
               "continuing without the cache: ") {}

ProvidedToken TokenProvider::get() {
  if (auto cached = find_usable()) return *std::move(cached);
  const auto lock = acquire_lock();
  // The process that held the lock before may have stored a token.
  if (lock)
    if (auto shared = find_usable()) return *std::move(shared);
  // The user may have logged out while we waited for the lock.
  if (key_.is_removed_by_logout()) throw api_key::no_key(profile_);
  return accept(authorizer().authorize(pointer(lock)));
}

ProvidedToken TokenProvider::get_new() {
  const auto lock = acquire_lock();
  return accept(authorizer().authorize(pointer(lock)));
}

ProvidedToken TokenProvider::get_refreshed() {
  const auto cached = find_usable();
  if (!cached || !cached->is_due_for_refresh()) return get();
  std::optional<Failure> refresh_failure;
  try {
    if (auto refreshed = refresh_under_lock()) return *std::move(refreshed);
  } catch (const Failure& failure) {
    refresh_failure = failure;
  }
  // The old token has aged meanwhile, and another process may have replaced it.
  auto old = find_usable();
  if (old) {
    old->refresh_failure = std::move(refresh_failure);
    return *std::move(old);
  }
  if (refresh_failure) throw Failure(*refresh_failure);
  return get();
}

ProbeReport TokenProvider::probe(const std::string& read_url) {
  const auto lock = acquire_lock();
  ProbeReport report{.probe = authorizer().probe(pointer(lock), read_url), .time_left = {}, .unusable = {}};
  if (!report.probe.new_token) return report;
  try {
    report.time_left = time_left_now(accept(*std::exchange(report.probe.new_token, std::nullopt)).token);
  } catch (const Failure& failure) {
    report.unusable = failure;  // the checks are reported nevertheless
  }
  return report;
}

void TokenProvider::refresh_in_background(const ProvidedToken& provided, os::ParentLifetime parent) noexcept
    try {
  if (!provided.is_due_for_refresh() || !state_directory_) return;
  const auto lock = RefreshLock::try_acquire(*state_directory_, authorizer().key_id(), boot_deadline());
  if (!lock || !authorizer().may_refresh(*lock)) return;
  trace_.line("refresh: a background process refreshes the token");
  const auto [directory, file] = lock->descriptors();
  spawn_background(
      std::array{directory, file, trace_.fd()}, [this, &lock] { refresh_as_child(*lock); }, parent);
} catch (const std::exception&) {
  return;  // the next call tries again
}

void TokenProvider::erase(std::string_view token) {
  const auto cached = token.empty() ? std::nullopt : find();
  if (!cached || !protocol::equal_in_constant_time(cached->bearer.reveal(), token)) return;
  try {
    // Removed without waiting for the lock: until it is removed, other calls get the rejected token. A new
    // token that is stored at the same moment may be lost.
    if (const cache::Identity* const identity = key_.find_identity()) cache_->remove(*identity);
    trace_.line("cache: token removed");
  } catch (const std::system_error& error) {
    warning_.warn(error.what());
  }
  record_erase();
}

/// The record delays later requests, but is not worth a long wait for the lock.
void TokenProvider::record_erase() try {
  constexpr seconds longest_wait{1};
  if (!state_directory_) return;
  const BootTime until = std::min(boot_deadline(), BootClock::now() + longest_wait);
  const auto lock = RefreshLock::acquire(*state_directory_, authorizer().key_id(), until, until);
  if (lock) authorizer().record_erase(*lock);
} catch (const std::system_error& error) {
  warning_.warn(error.what());
}

std::optional<Token> TokenProvider::find() try {
  const cache::Identity* const identity = cache_ != nullptr ? key_.find_identity() : nullptr;
  return identity != nullptr ? cache_->find(*identity) : std::nullopt;
} catch (const std::system_error& error) {
  warning_.warn(error.what());
  return std::nullopt;
}

std::optional<ProvidedToken> TokenProvider::find_usable() {
  auto cached = find();
  if (!cached) {
    trace_.line("cache: no token");
    return std::nullopt;
  }
  const seconds left = time_left_now(*cached);
  const Freshness freshness = judge(left, profile_.min_ttl, profile_.refresh_ahead);
  if (trace_.on())
    trace_.line("cache: a token with " + std::to_string(left.count()) + "s left" +
                (freshness == Freshness::stale ? ", unusable" : ""));
  if (freshness == Freshness::stale) return std::nullopt;
  trace_unlocked_secrets(trace_);
  return ProvidedToken{.token = *std::move(cached), .freshness = freshness};
}

std::optional<ProvidedToken> TokenProvider::find_fresh() {
  auto cached = find_usable();
  return cached && !cached->is_due_for_refresh() ? std::move(cached) : std::nullopt;
}

/// Rounded up: both clocks are cut to milliseconds.
BootTime TokenProvider::boot_deadline() const noexcept {
  return BootClock::now() + std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now()) +
         milliseconds(1);
}

/// Nothing if there can be no lock. Throws Failure at the deadline.
std::optional<RefreshLock> TokenProvider::acquire_lock() try {
  if (!state_directory_) return std::nullopt;
  const BootTime deadline = boot_deadline();
  auto lock = RefreshLock::acquire(*state_directory_, authorizer().key_id(), deadline, deadline,
                                   [this] { trace_.line("lock: another call holds it"); });
  if (!lock) throw lock_timeout();
  trace_.line("lock: acquired");
  if (const auto& holder = lock->replaced_holder(); holder && holder->pid != 0)
    diagnostics_.warning("process " + std::to_string(holder->pid) +
                         " holds the lock of this API key after its deadline; is it stopped?");
  return lock;
} catch (const std::system_error& error) {
  warning_.warn(error.what());
  return std::nullopt;
}

Failure TokenProvider::lock_timeout() {
  std::string process;
  if (const auto directory = os::PrivateDirectory::open(*state_directory_)) {
    const rate_limit::RequestLog log = rate_limit::read_request_log(*directory, authorizer().key_id());
    // The record of this process may remain from when it gave way to another.
    if (log.holder && log.holder->pid != 0 && log.holder->pid != os::process_id())
      process = " (process " + std::to_string(log.holder->pid) + ")";
  }
  return Failure(ExitCode::unreachable,
                 "another call with the API key of the profile '" + profile_.name + "'" + process +
                     " is still asking for a token after " + protocol::format_duration(profile_.timeout),
                 "try again later, or raise 'timeout'");
}

/// Nothing if the token may not be refreshed yet.
std::optional<ProvidedToken> TokenProvider::refresh_under_lock() try {
  const auto lock = acquire_lock();
  if (!lock) return state_directory_ ? std::nullopt : std::optional(accept(authorizer().authorize(nullptr)));
  if (auto shared = find_fresh()) return shared;
  authorizer().throw_shared_failure(*lock);
  if (key_.is_removed_by_logout() || !authorizer().may_refresh(*lock)) return std::nullopt;
  trace_.line("refresh: the token is due");
  return refresh(*lock);
} catch (const std::system_error& error) {
  warning_.warn(error.what());
  return std::nullopt;
}

void TokenProvider::refresh_as_child(const RefreshLock& lock) {
  deadline_ = steady_clock::now() + profile_.timeout;
  authorizer().set_deadline(deadline_);
  lock.record_holder(boot_deadline());
  // The last holder of the lock may have refreshed it.
  if (key_.is_removed_by_logout() || find_fresh()) return;
  (void)refresh(lock);
}

/// The token at hand is good: no request is sent whose token could not be stored.
ProvidedToken TokenProvider::refresh(const RefreshLock& lock) {
  const auto old = find();
  lock.require_space((old ? old->bearer.reveal().size() : 0) + 1024);
  return accept(authorizer().refresh(lock));
}

ProvidedToken TokenProvider::accept(NewToken new_token) {
  trace_unlocked_secrets(trace_);
  Token& token = new_token.token;
  // Even a token that this call cannot use may serve another, but must not replace one that lives longer.
  const seconds left = time_left_now(token);
  const auto before = find();
  const seconds left_before = before ? time_left_now(*before) : seconds(0);
  if (left_before <= left || left_before > protocol::longest_lifetime) store(token);
  if (new_token.too_short) throw to_failure(*new_token.too_short);
  if (left <= seconds(0)) throw to_failure(rate_limit::expired_on_arrival());
  return {.token = std::move(token)};
}

void TokenProvider::store(const Token& token) {
  if (cache_ == nullptr) return;
  try {
    const cache::Identity& identity = key_.get_or_create_identity();
    cache_->store(identity, token);
    trace_.line("cache: token kept");
    // In this order: logout removes the key before it looks for tokens, so one of the two sees the other.
    if (!key_.is_removed_by_logout()) return;
    cache_->remove(identity);
    trace_.line("cache: token removed, since the key was");
  } catch (const std::system_error& error) {
    warning_.warn(error.what());
  }
}

RateLimitedAuthorizer& TokenProvider::authorizer() {
  if (!rate_limited_)
    rate_limited_.emplace(RateLimitedAuthorizerParts{.profile = profile_,
                                                     .key = key_,
                                                     .authorizer = authorizer_,
                                                     .trace = trace_,
                                                     .warning = warning_,
                                                     .misspelled_variables = misspelled_variables_,
                                                     .started = started_,
                                                     .deadline = deadline_});
  return *rate_limited_;
}

}  // namespace sase::token
