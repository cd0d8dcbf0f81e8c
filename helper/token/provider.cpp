// SPDX-License-Identifier: Apache-2.0
#include "helper/token/provider.hpp"

#include "helper/failure.hpp"
#include "helper/token/freshness.hpp"
#include "protocol/lifetime.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

namespace sase::helper {

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

seconds time_left_of(const CachedToken& token) {
  return time_left(token.expiry, Moment::now(), current_boot);
}

}  // namespace

TokenSource::TokenSource(const TokenSourceParts& parts, KeyHolder key)
    : profile_(parts.profile),
      cache_(parts.cache),
      state_folder_(parts.state_folder),
      authorizer_(parts.authorizer),
      trace_(parts.trace),
      deadline_(parts.deadline),
      key_(std::move(key)),
      // Who wants no cache and has no place for a lock knows it.
      trouble_(parts.cache != nullptr || parts.state_folder ? &parts.diagnostics : nullptr,
               "going on without the cache: ") {}

FreshToken TokenSource::get() {
  if (auto cached = find_fresh()) return std::move(*cached);
  auto turn = line_up();
  if (turn)
    if (auto shared = wait_for_turn(*turn)) return std::move(*shared);
  // Whoever waited for long asks with no key that was taken away meanwhile.
  if (key_.is_logged_out()) throw no_key(profile_);
  return accept(service().authorize(turn ? &*turn : nullptr, deadline_));
}

FreshToken TokenSource::get_new() {
  auto turn = line_up();
  if (turn) take_turn(*turn);
  return accept(service().authorize(turn ? &*turn : nullptr, deadline_));
}

KeptToken TokenSource::get_ahead() {
  if (!find_fresh() || !ageing_) return {.fresh = get()};
  std::optional<Failure> trouble;
  try {
    if (auto renewed = renew_in_turn()) return {.fresh = std::move(*renewed)};
  } catch (const Failure& failure) {
    trouble = failure;
  }
  // It has aged meanwhile, and another call may have replaced it.
  auto kept = find_fresh();
  if (kept) return {.fresh = std::move(*kept), .is_ageing = ageing_, .trouble = std::move(trouble)};
  if (trouble) throw Failure(*trouble);
  return {.fresh = get()};
}

ChainReport TokenSource::probe(const std::string& read_url) {
  auto turn = line_up();
  if (turn) take_turn(*turn);
  ChainReport report{.probe = service().probe(turn ? &*turn : nullptr, deadline_, read_url),
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

void TokenSource::renew_ahead(Afterwards afterwards) noexcept try {
  if (!ageing_ || !state_folder_) return;
  Turn turn(*state_folder_, service().account());
  if (!turn.take() || !service().may_renew(turn)) return;
  trace_.line("renewal: the token ages, a process of its own renews it");
  const auto [folder, lock] = turn.descriptors();
  run_detached(
      std::array{folder, lock, trace_.fd()}, [this, &turn] { renew(turn); }, afterwards);
} catch (const std::exception&) {
  return;  // the next call will try again
}

void TokenSource::erase(std::string_view token) {
  const auto cached = token.empty() ? std::nullopt : find();
  if (!cached || !protocol::equal_in_constant_time(cached->token.reveal(), token)) return;
  try {
    // At once, whoever has the turn: until then the rejected token is given to others. A new one that comes
    // this very moment may be lost with it.
    if (const Identity* const identity = key_.find_identity()) cache_->remove(*identity);
    trace_.line("cache: token removed");
  } catch (const std::system_error& error) {
    trouble_.say(error.what());
  }
  take_down_erase();
}

/// What is remembered of it makes the next calls pause, but is not worth a long wait.
void TokenSource::take_down_erase() try {
  constexpr std::chrono::seconds patience{1};
  auto turn = line_up();
  const auto until = std::min(deadline_, steady_clock::now() + patience);
  while (turn && !turn->take())
    if (!turn->wait_until_free(until)) return;
  if (turn) service().note_erase(*turn);
} catch (const std::system_error& error) {
  trouble_.say(error.what());
}

std::optional<CachedToken> TokenSource::find() try {
  const Identity* const identity = cache_ != nullptr ? key_.find_identity() : nullptr;
  return identity != nullptr ? cache_->find(*identity) : std::nullopt;
} catch (const std::system_error& error) {
  trouble_.say(error.what());
  return std::nullopt;
}

std::optional<FreshToken> TokenSource::find_fresh() {
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
  ageing_ = freshness == Freshness::ageing;
  return FreshToken{.token = std::move(cached->token), .time_left = left};
}

std::optional<Turn> TokenSource::line_up() try {
  if (!state_folder_) return std::nullopt;
  return Turn(*state_folder_, service().account());
} catch (const std::system_error& error) {
  trouble_.say(error.what());
  return std::nullopt;
}

/// Whoever has the turn before us most likely leaves a token, or at least the reason why there is none.
std::optional<FreshToken> TokenSource::wait_for_turn(Turn& turn) try {
  while (!turn.take()) {
    trace_.line("lock: another call is asking");
    if (!turn.wait_until_free(deadline_)) throw nothing_in_time();
    trace_.line("lock: it is done");
    if (auto shared = find_fresh()) return shared;
    service().share_failure(turn);
  }
  trace_.line("lock: taken");
  // A token may have come since we looked.
  return find_fresh();
} catch (const std::system_error& error) {
  trouble_.say(error.what());
  return std::nullopt;
}

/// Nothing where the token need not be renewed any more, or may not be yet.
std::optional<FreshToken> TokenSource::renew_in_turn() try {
  auto turn = line_up();
  if (!turn) return accept(service().authorize(nullptr, deadline_));
  if (auto shared = wait_for_renewal(*turn)) return shared;
  // A token may have come since we looked.
  auto cached = find_fresh();
  if (cached && !ageing_) return cached;
  if (key_.is_logged_out() || !service().may_renew(*turn)) return std::nullopt;
  trace_.line("renewal: the token ages and is renewed");
  return accept(service().renew(*turn, deadline_));
} catch (const std::system_error& error) {
  trouble_.say(error.what());
  return std::nullopt;
}

/// Takes the turn; the token, or the failure, of those that had it before.
std::optional<FreshToken> TokenSource::wait_for_renewal(Turn& turn) {
  while (!turn.take()) {
    if (!turn.wait_until_free(deadline_)) throw nothing_in_time();
    auto shared = find_fresh();
    if (shared && !ageing_) return shared;
    service().share_failure(turn);
  }
  return std::nullopt;
}

void TokenSource::take_turn(Turn& turn) try {
  while (!turn.take())
    if (!turn.wait_until_free(deadline_)) throw nothing_in_time();
} catch (const std::system_error& error) {
  trouble_.say(error.what());
}

Failure TokenSource::nothing_in_time() const {
  return Failure(ExitCode::unreachable,
                 "another call with the API key of the profile '" + profile_.name +
                     "' is still asking for a token after " + protocol::format_duration(profile_.timeout),
                 "try again later, or raise 'timeout'");
}

FreshToken TokenSource::accept(NewToken fresh) {
  CachedToken token{.token = std::move(fresh.granted.token),
                    .expiry = Expiry::after(fresh.asked, fresh.granted.lifetime)};
  // Even one that is of no use to this call may be to another, but not in the place of one that lives longer.
  const seconds left = time_left_of(token);
  const auto before = find();
  const seconds left_before = before ? time_left_of(*before) : seconds(0);
  if (left_before <= left || left_before > protocol::longest_lifetime) keep(token);
  if (fresh.is_too_short) throw to_failure(too_short(fresh.granted.lifetime, profile_.min_ttl));
  if (left <= seconds(0)) throw to_failure(dead_on_arrival());
  return {.token = std::move(token.token), .time_left = left};
}

void TokenSource::keep(const CachedToken& token) {
  if (cache_ == nullptr) return;
  try {
    const Identity& identity = key_.make_identity();
    cache_->store(identity, token);
    trace_.line("cache: token kept");
    // In this order, for logout removes the key before it looks for tokens: one of us sees the other.
    if (!key_.is_logged_out()) return;
    cache_->remove(identity);
    trace_.line("cache: token removed, since the key was");
  } catch (const std::system_error& error) {
    trouble_.say(error.what());
  }
}

/// In the process that nobody waits for.
void TokenSource::renew(const Turn& turn) {
  deadline_ = steady_clock::now() + profile_.timeout;
  // The call before us in turn may have done so meanwhile.
  if (key_.is_logged_out() || (find_fresh() && !ageing_)) return;
  (void)accept(service().renew(turn, deadline_));
}

SparingAuthorizer& TokenSource::service() {
  if (!service_) service_.emplace(profile_, key_, authorizer_, trace_, trouble_, started_);
  return *service_;
}

}  // namespace sase::helper
