// SPDX-License-Identifier: Apache-2.0
#include "helper/rate_limit/request_log.hpp"

#include "helper/rate_limit/rules.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <chrono>

namespace sase::fuzz {

namespace {

using rate_limit::CallContext;
using rate_limit::RequestLog;

constexpr BootTime now{std::chrono::hours(20)};
constexpr BootId boot{};

void check_words(const protocol::AuthError& auth_error) {
  check(is_printable(auth_error.what + auth_error.hint), "a message is printable");
}

/// The rules work for each log.
void check_rules(rate_limit::RequestLog log, const rate_limit::CallContext& context) {
  if (const auto auth_error = why_blocked(log, context)) check_words(*auth_error);
  (void)may_refresh(log, context, std::chrono::minutes(15));
  const unsigned left = requests_left(log, context.now);
  check(left <= rate_limit::request_limit, "no more requests than the limit are allowed");
  count_before_send(log, context.now);
  check(left == 0 || requests_left(log, context.now) == left - 1, "an announced request counts");
  correct_count(log, 0, context.now);
  check(requests_left(log, context.now) >= left, "a request that was not sent does not count");
  record_erase(log, context.now);
  record_success(log, {.at = context.now, .lifetime = std::chrono::hours(1)});
}

}  // namespace

/// The text of a request log, read 20 hours after a boot whose id is all zeros.
void request_log(std::string_view bytes) {
  const rate_limit::RequestLog log = rate_limit::RequestLog::parse(bytes, boot, now);
  const std::string written = log.write(boot);
  check(rate_limit::RequestLog::parse(written, boot, now).write(boot) == written,
        "a written log reads back as itself");
  check_rules(
      log,
      {.started = now, .now = now, .network_fingerprint = "network", .min_ttl = std::chrono::minutes(1)});
  // A failure, a rejection or a pause blocks for at most an hour.
  const BootTime later = now + std::chrono::hours(1);
  check(!why_blocked(log, {.started = later, .now = later, .network_fingerprint = "network", .min_ttl = {}}),
        "requests are not blocked for more than an hour");
}

}  // namespace sase::fuzz
