// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"

#include "protocol/time.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace sase::rate_limit {

namespace {

using protocol::AuthError;
using protocol::ErrorKind;
using std::chrono::seconds;

constexpr std::size_t longest_words = 2000;

/// Rounded up, so that "in 1s" is never too early.
std::string format_wait(BootTime duration) {
  return protocol::format_duration(std::chrono::ceil<seconds>(duration));
}

std::string try_again_in(BootTime wait) {
  return "try again in " + format_wait(wait);
}

/// Whether a failure says something of the key or the service and not of the way to it.
bool is_of_the_service(const AuthError& auth_error) noexcept {
  return auth_error.kind == ErrorKind::rejected || auth_error.kind == ErrorKind::rate_limited ||
         auth_error.retry_after;
}

/// When the service may be asked again after a failure.
BootTime end_of(const LastFailure& failure) noexcept {
  const AuthError& auth_error = failure.auth_error;
  if (auth_error.retry_after)
    return failure.at +
           std::max<BootTime>(std::min(*auth_error.retry_after, longest_retry_after), failure_shared);
  if (auth_error.kind == ErrorKind::rejected) return failure.at + rejection_remembered_for;
  // A setting that was mended a moment ago must be tried.
  return auth_error.kind == ErrorKind::misconfigured ? failure.at : failure.at + failure_shared;
}

/// A failure as a later call is told of it.
AuthError retold(const LastFailure& failure, BootTime now) {
  AuthError auth_error = failure.auth_error;
  auth_error.what += ", " + format_wait(now - failure.at) + " ago; the service is asked again in " +
                     format_wait(end_of(failure) - now);
  if (auth_error.kind == ErrorKind::rate_limited || auth_error.retry_after)
    auth_error.hint = try_again_in(end_of(failure) - now);
  return auth_error;
}

/// Whether the last failure says something of this request.
bool is_ours(const RequestLog& log, const AttemptContext& question) noexcept {
  return log.failure && (log.failure->network_fingerprint == question.network_fingerprint ||
                         is_of_the_service(log.failure->auth_error));
}

std::optional<AuthError> by_failure(const RequestLog& log, const AttemptContext& question) {
  if (auto auth_error = failure_since(log, question)) return auth_error;
  if (!is_ours(log, question) || question.now >= end_of(*log.failure)) return std::nullopt;
  return retold(*log.failure, question.now);
}

std::optional<AuthError> by_rejections(const RequestLog& log, const AttemptContext& question) {
  const BootTime wait = log.paused_until - question.now;
  if (wait <= BootTime(0) || wait > longest_rejection_pause) return std::nullopt;
  return AuthError{
      .kind = ErrorKind::rate_limited,
      .transient = true,
      .what = "no new token is asked for: the last " + std::to_string(log.consecutive_rejections + 1) +
              " were rejected soon after they had been given out",
      .hint = try_again_in(wait) + "; check the key's permissions, and that region and api are right",
      .retry_after = std::nullopt};
}

std::optional<AuthError> by_short_life(const RequestLog& log, const AttemptContext& question) {
  if (!log.grant || !log.grant->too_short || log.grant->lifetime > question.min_ttl ||
      question.now - log.grant->at >= short_life_remembered)
    return std::nullopt;
  return too_short(log.grant->lifetime, question.min_ttl);
}

/// The requests that still count.
auto counted_from(const RequestLog& log, BootTime now) noexcept {
  return std::ranges::find_if(log.requests, [now](BootTime at) { return now - at < request_window; });
}

std::optional<AuthError> by_guard(const RequestLog& log, const AttemptContext& question) {
  if (requests_left(log, question.now) != 0) return std::nullopt;
  // With this one gone, one fewer than the most are left.
  const BootTime next = *std::prev(log.requests.end(), request_limit);
  return AuthError{
      .kind = ErrorKind::rate_limited,
      .transient = true,
      .what = std::to_string(request_limit) +
              " requests for this API key went to the service within a minute, the most that are allowed",
      .hint = try_again_in(next + request_window - question.now),
      .retry_after = std::nullopt};
}

}  // namespace

AuthError too_short(seconds lifetime, seconds min_ttl) {
  return {.kind = ErrorKind::invalid_response,
          .transient = false,
          .what = "the service's new token lives " + protocol::format_duration(lifetime) +
                  (lifetime < min_ttl ? ", less than min-ttl " : ", no more than min-ttl ") +
                  protocol::format_duration(min_ttl),
          .hint = "lower 'min-ttl'",
          .retry_after = std::nullopt};
}

AuthError dead_on_arrival() {
  return {.kind = ErrorKind::invalid_response,
          .transient = false,
          .what = "the service's new token has expired already",
          .hint = "",
          .retry_after = std::nullopt};
}

std::optional<AuthError> failure_since(const RequestLog& log, const AttemptContext& question) {
  if (!is_ours(log, question)) return std::nullopt;
  if (log.failure->at >= question.started) return log.failure->auth_error;
  // Somebody has looked since whether the refused key is still the one.
  if (!is_rejection_remembered(log, question.now) || log.failure->confirmed < question.started)
    return std::nullopt;
  return retold(*log.failure, question.now);
}

bool is_rejection_remembered(const RequestLog& log, BootTime now) noexcept {
  return log.failure && log.failure->auth_error.kind == ErrorKind::rejected && now < end_of(*log.failure);
}

std::optional<AuthError> why_blocked(const RequestLog& log, const AttemptContext& question) {
  for (const auto rule : {by_failure, by_rejections, by_short_life, by_guard})
    if (auto auth_error = rule(log, question)) return auth_error;
  return std::nullopt;
}

bool may_refresh(const RequestLog& log, const AttemptContext& question, seconds refresh_ahead) {
  if (log.failure && question.now - log.failure->at < refresh_retry_pause) return false;
  if (log.refresh_started && question.now - *log.refresh_started < refresh_retry_pause) return false;
  // Where tokens live for less than refresh-ahead, every call would find one that wants renewing.
  const auto& grant = log.grant;
  const bool is_in_vain = grant && grant->ahead && grant->lifetime <= refresh_ahead &&
                          question.now - grant->at < BootTime(grant->lifetime) / 2;
  return !is_in_vain && !why_blocked(log, question);
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

void record_refresh_start(RequestLog& log, BootTime now) {
  log.refresh_started = now;
}

void record_key_fingerprint(RequestLog& log, std::string_view fingerprint, BootTime now) {
  if (log.failure->key == fingerprint)
    log.failure->confirmed = now;
  else
    log.failure.reset();
}

void record_failure(RequestLog& log, AuthError auth_error, std::string_view network_fingerprint,
                    BootTime now) {
  // They fit into a ledger, whatever paths are among them.
  auth_error.what.resize(std::min(auth_error.what.size(), longest_words));
  auth_error.hint.resize(std::min(auth_error.hint.size(), longest_words));
  log.failure = LastFailure{.auth_error = std::move(auth_error),
                            .at = now,
                            .network_fingerprint = std::string(network_fingerprint),
                            .key = {},
                            .confirmed = {}};
}

void record_success(RequestLog& log, seconds lifetime, bool too_short, bool ahead, BootTime now) {
  log.grant = LastSuccess{.at = now,
                          .lifetime = lifetime,
                          .after_erase = std::exchange(log.erased, false),
                          .too_short = too_short,
                          .ahead = ahead};
  log.failure.reset();
  log.refresh_started.reset();
}

void record_erase(RequestLog& log, BootTime now) {
  const auto& grant = log.grant;
  const bool at_once = grant && grant->after_erase && now - grant->at < quick_rejection;
  log.erased = true;
  log.consecutive_rejections = at_once ? log.consecutive_rejections + 1 : 0;
  if (!at_once) return;
  const auto doublings = std::min(log.consecutive_rejections - 1, 8U);
  log.paused_until = now + std::min(first_rejection_pause * (1U << doublings), longest_rejection_pause);
}

}  // namespace sase::rate_limit
