// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"

#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace sase::rate_limit {

namespace {

using protocol::AuthError;
using protocol::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t longest_text = 380;
constexpr std::size_t longest_fleet_error = 100;

/// Between the end of a pause and the next failure of the same outage of the store. A host that asks less
/// often does not refresh without the store; once its token is stale, it requests its own.
constexpr std::chrono::minutes longest_gap{5};

/// Rounded up, so that "in 1s" is never too early.
std::string format_wait(milliseconds duration) {
  return protocol::format_duration(std::chrono::ceil<seconds>(duration));
}

std::string try_again_in(milliseconds wait) { return "try again in " + format_wait(wait); }

/// Whether a failure concerns calls with any network settings.
bool concerns_all_calls(const AuthError& auth_error) noexcept {
  return auth_error.kind == ErrorKind::rejected || auth_error.kind == ErrorKind::rate_limited ||
         auth_error.kind == ErrorKind::authorizer_failed || auth_error.retry_after;
}

/// When a request may be sent again after a failure.
BootTime end_of_block(const LastFailure& failure) noexcept {
  const AuthError& auth_error = failure.auth_error;
  if (auth_error.retry_after)
    return failure.at + std::max<milliseconds>(
                            std::min(*auth_error.retry_after, protocol::longest_retry_after), failure_shared);
  if (auth_error.kind == ErrorKind::rejected) return failure.at + rejection_remembered_for;
  // The user may have corrected the setting, or installed the authorizer.
  const bool is_correctable =
      auth_error.kind == ErrorKind::misconfigured || auth_error.kind == ErrorKind::authorizer_failed;
  return is_correctable ? failure.at : failure.at + failure_shared;
}

/// The error for a later call that shares the failure.
AuthError make_shared_error(const LastFailure& failure, BootTime now) {
  AuthError auth_error = failure.auth_error;
  auth_error.what += ", " + format_wait(now - failure.at) + " ago; the service is asked again in " +
                     format_wait(end_of_block(failure) - now);
  if (auth_error.kind == ErrorKind::rate_limited || auth_error.retry_after)
    auth_error.hint = try_again_in(end_of_block(failure) - now);
  return auth_error;
}

/// Whether the last failure applies to this call.
bool applies(const RequestLog& log, const CallContext& call) noexcept {
  return log.failure && (log.failure->network_fingerprint == call.network_fingerprint ||
                         concerns_all_calls(log.failure->auth_error));
}

std::optional<AuthError> check_failure(const RequestLog& log, const CallContext& call) {
  if (auto auth_error = failure_since(log, call)) return auth_error;
  if (!applies(log, call) || call.now >= end_of_block(*log.failure)) return std::nullopt;
  return make_shared_error(*log.failure, call.now);
}

std::optional<AuthError> check_rejections(const RequestLog& log, const CallContext& call) {
  const milliseconds wait = log.paused_until - call.now;
  if (wait <= milliseconds(0) || wait > longest_rejection_pause) return std::nullopt;
  return AuthError{
      .kind = ErrorKind::rate_limited,
      .what = "no new token is asked for: the last " + std::to_string(log.consecutive_rejections + 1) +
              " were rejected soon after they had been given out",
      .hint = try_again_in(wait) + "; check the key's permissions, and that region and api are right"};
}

std::optional<AuthError> check_short_life(const RequestLog& log, const CallContext& call) {
  if (!log.success || !log.success->too_short || log.success->lifetime > call.min_ttl ||
      call.now - log.success->at >= short_life_remembered)
    return std::nullopt;
  return too_short(log.success->lifetime, call.min_ttl);
}

/// The first request within the window.
auto counted_from(const RequestLog& log, BootTime now) noexcept {
  return std::ranges::find_if(log.requests, [now](BootTime at) { return now - at < request_window; });
}

std::optional<AuthError> check_request_limit(const RequestLog& log, const CallContext& call) {
  if (requests_left(log, call.now) != 0) return std::nullopt;
  // When this request leaves the window, one may be sent.
  const BootTime next = *std::prev(log.requests.end(), request_limit);
  return AuthError{
      .kind = ErrorKind::rate_limited,
      .what = std::to_string(request_limit) +
              " requests for this API key went to the service within a minute, the most that are allowed",
      .hint = try_again_in(next + request_window - call.now)};
}

/// Whether a refresh succeeded so recently that another one would change nothing: every call finds a token
/// that is due if tokens live for less than refresh-ahead, or if the new token could not be stored.
bool is_refreshed(const RequestLog& log, BootTime now, seconds refresh_ahead) noexcept {
  if (!log.success || !log.success->was_refresh) return false;
  const seconds lifetime = log.success->lifetime;
  const milliseconds half = milliseconds(std::min(lifetime, protocol::longest_lifetime)) / 2;
  return now - log.success->at < (lifetime <= refresh_ahead ? half : std::min(half, refresh_retry_pause));
}

std::optional<AuthError> check_time_left(const RequestLog& /*log*/, const CallContext& call) {
  const auto needed = std::min(shortest_request_time, (call.deadline - call.started) / 4);
  if (call.deadline - call.now >= needed) return std::nullopt;
  return AuthError{.kind = ErrorKind::unreachable,
                   .what = "too little time is left for a request",
                   .hint = "try again, or raise 'timeout'"};
}

}  // namespace

AuthError too_short(seconds lifetime, seconds min_ttl) {
  return {.kind = ErrorKind::invalid_response,
          .what = "the service's new token lives " + protocol::format_duration(lifetime) +
                  (lifetime < min_ttl ? ", less than min-ttl " : ", no more than min-ttl ") +
                  protocol::format_duration(min_ttl),
          .hint = "lower 'min-ttl'"};
}

AuthError expired_on_arrival() {
  return {.kind = ErrorKind::invalid_response, .what = "the service's new token has expired already"};
}

std::optional<AuthError> failure_since(const RequestLog& log, const CallContext& call) {
  if (!applies(log, call)) return std::nullopt;
  if (log.failure->at >= call.started) return log.failure->auth_error;
  // Another call has since found that the rejected key is still in use.
  if (!is_rejection_remembered(log, call.now) || log.failure->rejected_key_last_seen < call.started)
    return std::nullopt;
  return make_shared_error(*log.failure, call.now);
}

bool is_rejection_remembered(const RequestLog& log, BootTime now) noexcept {
  return log.failure && log.failure->auth_error.kind == ErrorKind::rejected &&
         now < end_of_block(*log.failure);
}

std::optional<AuthError> why_blocked(const RequestLog& log, const CallContext& call) {
  for (const auto rule :
       {check_failure, check_rejections, check_short_life, check_request_limit, check_time_left})
    if (auto auth_error = rule(log, call)) return auth_error;
  return std::nullopt;
}

bool may_refresh(const RequestLog& log, CallContext call, seconds refresh_ahead) {
  if (log.failure && call.now - log.failure->at < refresh_retry_pause) return false;
  if (log.refresh_started && call.now - *log.refresh_started < refresh_retry_pause) return false;
  call.deadline = BootTime::max();  // a background process has its own time
  return !is_refreshed(log, call.now, refresh_ahead) && !why_blocked(log, call);
}

unsigned requests_left(const RequestLog& log, BootTime now) noexcept {
  const auto counted = static_cast<unsigned>(std::distance(counted_from(log, now), log.requests.end()));
  return request_limit - std::min(counted, request_limit);
}

void count_before_send(RequestLog& log, BootTime now) {
  log.requests.erase(log.requests.begin(), counted_from(log, now));
  log.requests.push_back(now);
}

void correct_count(RequestLog& log, unsigned sent, BootTime now) {
  if (!log.requests.empty()) log.requests.pop_back();
  log.requests.insert(log.requests.end(), std::min(sent, request_limit), now);
}

void record_key_fingerprint(RequestLog& log, std::string_view fingerprint, BootTime now) {
  if (log.failure->rejected_key_fingerprint == fingerprint)
    log.failure->rejected_key_last_seen = now;
  else
    log.failure.reset();
}

void record_failure(RequestLog& log, AuthError auth_error, std::string_view network_fingerprint,
                    BootTime now) {
  // Bounded, so that the log stays below its maximum size whatever paths the texts contain. Part of a command
  // would be no hint.
  auth_error.what.resize(protocol::cut(auth_error.what, longest_text).size());
  if (auth_error.hint.size() > longest_text) auth_error.hint.clear();
  log.failure = LastFailure{.auth_error = std::move(auth_error),
                            .at = now,
                            .network_fingerprint = std::string(network_fingerprint)};
}

void record_success(RequestLog& log, LastSuccess success) {
  success.after_erase = std::exchange(log.erased, false);
  log.success = success;
  log.failure.reset();
  log.refresh_started.reset();
}

void record_rejected_tag(RequestLog& log, BootTime now, const std::string& tag) {
  auto& tags = log.fleet.rejected_tags;
  if (std::ranges::find(tags, tag) != tags.end()) return;
  tags.push_back(tag);
  if (tags.size() > most_rejected_tags) tags.erase(tags.begin());
  log.fleet.rejected_at = now;
  log.erased = true;
}

void record_erase(RequestLog& log, BootTime now, const std::string& tag) {
  const auto& success = log.success;
  const bool was_quick =
      success && success->after_erase && success->tag == tag && now - success->at < quick_rejection;
  if (!tag.empty()) record_rejected_tag(log, now, tag);
  log.fleet.rejected_at = now;
  log.erased = true;
  log.consecutive_rejections = was_quick ? log.consecutive_rejections + 1 : 0;
  if (!was_quick) return;
  const auto doublings = std::min(log.consecutive_rejections - 1, 8U);
  log.paused_until = now + std::min(first_rejection_pause * (1U << doublings), longest_rejection_pause);
}

void record_fleet_use(RequestLog& log, FleetUse use, BootTime now) {
  log.fleet.last_use = use;
  log.fleet.last_used = now;
  if (use != FleetUse::fallback) log.fleet.unavailable_since.reset();
}

void record_fleet_failure(RequestLog& log, std::string_view error, BootTime now, double jitter) {
  const auto pause =
      static_cast<milliseconds::rep>(static_cast<double>(fleet_pause.count()) * (0.75 + jitter / 2));
  if (!log.fleet.unavailable_since || now - log.fleet.retry_at >= longest_gap)
    log.fleet.unavailable_since = now;
  log.fleet.retry_at = now + milliseconds(pause);
  log.fleet.error = protocol::truncated(error, longest_fleet_error);
}

bool is_fleet_paused(const RequestLog& log, BootTime now) noexcept {
  return log.fleet.unavailable_since && now < log.fleet.retry_at;
}

}  // namespace sase::rate_limit
