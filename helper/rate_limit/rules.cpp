// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/rules.hpp"

#include "protocol/lifetime.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace sase::helper {

namespace {

using protocol::Denial;
using protocol::Denied;
using std::chrono::seconds;

constexpr std::size_t longest_words = 2000;

/// A duration for people: whole seconds, rounded up, so that "in 1s" is never too early. `90s`, `2m` or
/// `2m1s`.
std::string show(Instant duration) {
  const auto whole = std::chrono::ceil<seconds>(duration).count();
  if (whole < 120) return std::to_string(whole) + 's';
  return std::to_string(whole / 60) + 'm' + (whole % 60 == 0 ? "" : std::to_string(whole % 60) + 's');
}

std::string try_again_in(Instant wait) {
  return "try again in " + show(wait);
}

/// Whether a failure says something of the key or the service and not of the way to it.
bool is_of_the_service(const Denied& denied) noexcept {
  return denied.denial == Denial::refused || denied.denial == Denial::rate_limited || denied.retry_after;
}

/// When the service may be asked again after a failure.
Instant end_of(const PastFailure& failure) noexcept {
  const Denied& denied = failure.denied;
  if (denied.retry_after)
    return failure.at + std::max<Instant>(std::min(*denied.retry_after, longest_retry_after), failure_shared);
  if (denied.denial == Denial::refused) return failure.at + refusal_remembered;
  // A setting that was mended a moment ago must be tried.
  return denied.denial == Denial::misconfigured ? failure.at : failure.at + failure_shared;
}

/// A failure as a later call is told of it.
Denied retold(const PastFailure& failure, Instant now) {
  Denied denied = failure.denied;
  denied.what +=
      ", " + show(now - failure.at) + " ago; the service is asked again in " + show(end_of(failure) - now);
  if (denied.denial == Denial::rate_limited || denied.retry_after)
    denied.hint = try_again_in(end_of(failure) - now);
  return denied;
}

/// Whether the last failure says something of this request.
bool is_ours(const History& history, const Question& question) noexcept {
  return history.failure &&
         (history.failure->route == question.route || is_of_the_service(history.failure->denied));
}

std::optional<Denied> by_failure(const History& history, const Question& question) {
  if (auto denied = failure_since(history, question)) return denied;
  if (!is_ours(history, question) || question.now >= end_of(*history.failure)) return std::nullopt;
  return retold(*history.failure, question.now);
}

std::optional<Denied> by_rejections(const History& history, const Question& question) {
  const Instant wait = history.paused_until - question.now;
  if (wait <= Instant(0) || wait > longest_rejection_pause) return std::nullopt;
  return Denied{
      .denial = Denial::rate_limited,
      .transient = true,
      .what = "no new token is asked for: the last " + std::to_string(history.strikes + 1) +
              " were rejected soon after they had been given out",
      .hint = try_again_in(wait) + "; check the key's permissions, and that region and api are right",
      .retry_after = std::nullopt};
}

std::optional<Denied> by_short_life(const History& history, const Question& question) {
  if (!history.grant || !history.grant->too_short || history.grant->lifetime > question.min_ttl ||
      question.now - history.grant->at >= short_life_remembered)
    return std::nullopt;
  return too_short(history.grant->lifetime, question.min_ttl);
}

/// The requests that still count.
auto counted_from(const History& history, Instant now) noexcept {
  return std::ranges::find_if(history.requests, [now](Instant at) { return now - at < request_window; });
}

std::optional<Denied> by_guard(const History& history, const Question& question) {
  if (requests_left(history, question.now) != 0) return std::nullopt;
  // With this one gone, one fewer than the most are left.
  const Instant next = *std::prev(history.requests.end(), most_requests);
  return Denied{
      .denial = Denial::rate_limited,
      .transient = true,
      .what = std::to_string(most_requests) +
              " requests for this API key went to the service within a minute, the most that are allowed",
      .hint = try_again_in(next + request_window - question.now),
      .retry_after = std::nullopt};
}

}  // namespace

Denied too_short(seconds lifetime, seconds min_ttl) {
  return {.denial = Denial::nonsense,
          .transient = false,
          .what = "the service's new token lives " + protocol::format_duration(lifetime) +
                  (lifetime < min_ttl ? ", less than min-ttl " : ", no more than min-ttl ") +
                  protocol::format_duration(min_ttl),
          .hint = "lower 'min-ttl'",
          .retry_after = std::nullopt};
}

Denied dead_on_arrival() {
  return {.denial = Denial::nonsense,
          .transient = false,
          .what = "the service's new token has expired already",
          .hint = "",
          .retry_after = std::nullopt};
}

std::optional<Denied> failure_since(const History& history, const Question& question) {
  if (!is_ours(history, question)) return std::nullopt;
  if (history.failure->at >= question.started) return history.failure->denied;
  // Somebody has looked since whether the refused key is still the one.
  if (!remembers_refusal(history, question.now) || history.failure->confirmed < question.started)
    return std::nullopt;
  return retold(*history.failure, question.now);
}

bool remembers_refusal(const History& history, Instant now) noexcept {
  return history.failure && history.failure->denied.denial == Denial::refused &&
         now < end_of(*history.failure);
}

std::optional<Denied> reason_to_spare(const History& history, const Question& question) {
  for (const auto rule : {by_failure, by_rejections, by_short_life, by_guard})
    if (auto denied = rule(history, question)) return denied;
  return std::nullopt;
}

bool may_renew(const History& history, const Question& question, seconds refresh_ahead) {
  if (history.failure && question.now - history.failure->at < renewal_pause) return false;
  if (history.renewal_begun && question.now - *history.renewal_begun < renewal_pause) return false;
  // Where tokens live for less than refresh-ahead, every call would find one that wants renewing.
  const auto& grant = history.grant;
  const bool is_in_vain = grant && grant->ahead && grant->lifetime <= refresh_ahead &&
                          question.now - grant->at < Instant(grant->lifetime) / 2;
  return !is_in_vain && !reason_to_spare(history, question);
}

unsigned requests_left(const History& history, Instant now) noexcept {
  const auto counted =
      static_cast<unsigned>(std::distance(counted_from(history, now), history.requests.end()));
  return most_requests - std::min(counted, most_requests);
}

void expect_request(History& history, Instant now) {
  history.requests.erase(history.requests.begin(), counted_from(history, now));
  history.requests.push_back(now);
}

void settle_request(History& history, unsigned sent, Instant now) {
  if (!history.requests.empty()) history.requests.pop_back();
  history.requests.insert(history.requests.end(), std::min(sent, most_requests), now);
}

void note_renewal(History& history, Instant now) {
  history.renewal_begun = now;
}

void note_key(History& history, std::string_view fingerprint, Instant now) {
  if (history.failure->key == fingerprint)
    history.failure->confirmed = now;
  else
    history.failure.reset();
}

void note_failure(History& history, Denied denied, std::string_view route, Instant now) {
  // They fit into a ledger, whatever paths are among them.
  denied.what.resize(std::min(denied.what.size(), longest_words));
  denied.hint.resize(std::min(denied.hint.size(), longest_words));
  history.failure = PastFailure{
      .denied = std::move(denied), .at = now, .route = std::string(route), .key = {}, .confirmed = {}};
}

void note_grant(History& history, seconds lifetime, bool too_short, bool ahead, Instant now) {
  history.grant = PastGrant{.at = now,
                            .lifetime = lifetime,
                            .after_erase = std::exchange(history.erased, false),
                            .too_short = too_short,
                            .ahead = ahead};
  history.failure.reset();
  history.renewal_begun.reset();
}

void note_erase(History& history, Instant now) {
  const auto& grant = history.grant;
  const bool at_once = grant && grant->after_erase && now - grant->at < quick_rejection;
  history.erased = true;
  history.strikes = at_once ? history.strikes + 1 : 0;
  if (!at_once) return;
  const auto doublings = std::min(history.strikes - 1, 8U);
  history.paused_until = now + std::min(first_rejection_pause * (1U << doublings), longest_rejection_pause);
}

}  // namespace sase::helper
