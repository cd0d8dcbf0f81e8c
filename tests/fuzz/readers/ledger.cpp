// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"
#include "helper/rate_limit/rules.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>

namespace sase::fuzz {

namespace {

using BootTime;
using rate_limit::AttemptContext;
using rate_limit::RequestLog;

constexpr BootTime now = std::chrono::hours(20);
constexpr BootId boot{};

void check_words(const protocol::AuthError& auth_error) {
  check(is_printable(auth_error.what + auth_error.hint), "what a person is told is printable");
}

/// Whatever is remembered, the rules have an answer.
void check_rules(rate_limit::RequestLog log, const rate_limit::AttemptContext& question) {
  if (const auto auth_error = why_blocked(log, question)) check_words(*auth_error);
  (void)may_refresh(log, question, std::chrono::minutes(15));
  const unsigned left = requests_left(log, question.now);
  check(left <= rate_limit::request_limit, "no more than five requests are allowed");
  count_before_send(log, question.now);
  check(left == 0 || requests_left(log, question.now) == left - 1, "what is expected counts");
  correct_count(log, 0, question.now);
  check(requests_left(log, question.now) >= left, "what was not sent does not count");
  record_erase(log, question.now);
  record_success(log, std::chrono::hours(1), false, false, question.now);
}

}  // namespace

/// What is remembered of the requests for one key, with times before 20 hours after a start that is all zero.
void log_file(std::string_view bytes) {
  const rate_limit::RequestLog log = rate_limit::RequestLog::parse(bytes, boot, now);
  const std::string written = log.write(boot);
  check(rate_limit::RequestLog::parse(written, boot, now).write(boot) == written,
        "a written ledger reads as itself");
  check_rules(
      log, {.started = now, .now = now, .network_fingerprint = "route", .min_ttl = std::chrono::minutes(1)});
  // A failure, a strike or a pause may last for an hour at the longest.
  const BootTime later = now + std::chrono::hours(1);
  check(!why_blocked(log, {.started = later, .now = later, .network_fingerprint = "route", .min_ttl = {}}),
        "nobody is locked out for more than an hour");
}

}  // namespace sase::fuzz
