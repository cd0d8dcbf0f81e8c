// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"
#include "helper/rate_limit/rules.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>

namespace sase::fuzz {

namespace {

using helper::History;
using helper::Instant;
using helper::Question;

constexpr Instant now = std::chrono::hours(20);
constexpr helper::BootId boot{};

void check_words(const protocol::Denied& denied) {
  check(is_printable(denied.what + denied.hint), "what a person is told is printable");
}

/// Whatever is remembered, the rules have an answer.
void check_rules(History history, const Question& question) {
  if (const auto denied = reason_to_spare(history, question)) check_words(*denied);
  (void)may_renew(history, question, std::chrono::minutes(15));
  const unsigned left = requests_left(history, question.now);
  check(left <= helper::most_requests, "no more than five requests are allowed");
  expect_request(history, question.now);
  check(left == 0 || requests_left(history, question.now) == left - 1, "what is expected counts");
  settle_request(history, 0, question.now);
  check(requests_left(history, question.now) >= left, "what was not sent does not count");
  note_erase(history, question.now);
  note_grant(history, std::chrono::hours(1), false, false, question.now);
}

}  // namespace

/// What is remembered of the requests for one key, with times before 20 hours after a start that is all zero.
void ledger(std::string_view bytes) {
  const History history = History::parse(bytes, boot, now);
  const std::string written = history.write(boot);
  check(History::parse(written, boot, now).write(boot) == written, "a written ledger reads as itself");
  check_rules(history, {.started = now, .now = now, .route = "route", .min_ttl = std::chrono::minutes(1)});
  // A failure, a strike or a pause may last for an hour at the longest.
  const Instant later = now + std::chrono::hours(1);
  check(!reason_to_spare(history, {.started = later, .now = later, .route = "route", .min_ttl = {}}),
        "nobody is locked out for more than an hour");
}

}  // namespace sase::fuzz
