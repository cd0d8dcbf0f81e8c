// SPDX-License-Identifier: Apache-2.0
#include "helper/token/fleet_decision.hpp"

#include "helper/token/freshness.hpp"

#include <algorithm>
#include <utility>

namespace sase::token {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// After its holder's deadline a lock is left over: its lease has been extended, or someone restored it.
constexpr seconds longest_overdue{60};

/// Dates are cut to seconds, and a request takes time.
constexpr seconds log_uncertainty{1};

/// The same token seems to have a little more or less time left in the store than in the cache.
constexpr seconds least_newer{5};

bool is_usable(const FleetView& view, const FleetNeeds& needs) {
  const auto& token = view.record.token;
  if (!token) return false;
  const seconds left = token->time_left(view.now);
  if (judge(left, needs.min_ttl, seconds(0)) == Freshness::stale) return false;
  if (needs.cached_left && left < *needs.cached_left + least_newer) return false;
  return !is_rejected(*token, needs);
}

/// Times of the store are in whole seconds: a failure is new if it is another one than before.
bool is_new(const rate_limit::LastFailure& failure, const std::optional<rate_limit::LastFailure>& known) {
  return !known || known->at != failure.at || known->auth_error.what != failure.auth_error.what;
}

rate_limit::CallContext shared_call(const FleetView& view, const FleetNeeds& needs) {
  const auto& failure = view.record.log.failure;
  const bool shares = failure && is_new(*failure, needs.known_failure);
  const BootTime now = view.log_now;
  return {.started = shares ? failure->at : BootTime::max(),
          .now = failure ? std::max(now, failure->at) : now,
          .network_fingerprint = {},
          .min_ttl = needs.min_ttl};
}

}  // namespace

FleetView FleetView::of(const protocol::FleetSnapshot& snapshot, const cache::FleetIdentity& identity,
                        BootTime now) {
  FleetView view{.now = reading_time(snapshot.clock, now), .log_now = log_reading_time(snapshot.clock, now)};
  if (snapshot.record) {
    auto record = FleetRecord::decrypt(identity, *snapshot.record, view.now);
    view.is_damaged = !record;
    if (record) view.record = *std::move(record);
  }
  if (snapshot.lock && snapshot.lock->has_lease)
    view.holder = FleetLock::decrypt(identity, snapshot.lock->bytes);
  if (view.holder && view.holder->expires_at < view.now - longest_overdue) view.holder.reset();
  return view;
}

bool is_rejected(const FleetToken& token, const FleetNeeds& needs) {
  const auto& tags = needs.rejected_tags;
  return std::ranges::find(tags, cache::tag_token(token.bearer.reveal())) != tags.end();
}

FleetDecision decide(const FleetView& view, const FleetNeeds& needs) {
  if (is_usable(view, needs)) return {.step = FleetStep::use};
  if (view.holder) return {.step = FleetStep::wait};
  rate_limit::RequestLog log = view.record.log;
  const rate_limit::CallContext call = shared_call(view, needs);
  if (needs.cached_left)
    return {.step = may_refresh(log, call, needs.refresh_ahead) ? FleetStep::acquire : FleetStep::fail};
  if (needs.blocked) return {.step = FleetStep::fail, .error = needs.blocked};
  if (log.failure) log.failure->auth_error.what += ", reported by another host";
  if (auto error = why_blocked(log, call)) return {.step = FleetStep::fail, .error = std::move(error)};
  return {.step = FleetStep::acquire};
}

sys_seconds reading_time(const protocol::StoreClock& clock, BootTime now) noexcept {
  return clock.date + std::chrono::ceil<seconds>(now.time_since_epoch() - clock.sent);
}

BootTime log_reading_time(const protocol::StoreClock& clock, BootTime now) noexcept {
  return BootTime(clock.date.time_since_epoch() + (now.time_since_epoch() - clock.sent)) - log_uncertainty;
}

BootTime log_writing_time(const protocol::StoreClock& clock, BootTime now) noexcept {
  return log_reading_time(clock, now) + 2 * log_uncertainty;
}

sys_seconds writing_time(const protocol::StoreClock& clock, BootTime now) noexcept {
  return clock.date + std::chrono::floor<seconds>(now.time_since_epoch() - clock.sent);
}

}  // namespace sase::token
