// SPDX-License-Identifier: Apache-2.0
#include "helper/token/fleet_call.hpp"

#include "helper/os/processes/this_process.hpp"
#include "protocol/time.hpp"

#include <sodium.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace sase::token {

namespace {

using protocol::FleetOperation;
using protocol::FleetReply;
using protocol::FleetSnapshot;
using protocol::FleetUnavailable;
using protocol::FleetWritten;
using rate_limit::FleetUse;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::sys_seconds;

/// A call stops waiting for another host this long before its deadline, and begins no request after it.
constexpr seconds reserve{1};
/// How long a caller that has its token waits until the other hosts have it.
constexpr milliseconds longest_publish{700};
/// In one call, each after another host was faster.
constexpr int most_acquires = 20;
/// For another host to acquire the lock that this one has released.
constexpr milliseconds handover{500};
/// An outage of the store is shorter than this, or hosts refresh without it.
constexpr std::chrono::minutes long_outage{1};

/// Of the program's start and its first and last attempts, until it reports that it gives up. As long as the
/// budget at most, so that a silent program leaves the time for a request.
constexpr milliseconds attempt_slack{2000};

/// Other hosts share a failure of the service, but no local one, and not one before the TLS handshake.
bool is_shared(const ProbeReport& report) {
  const auto& error = report.auth_error;
  return error && report.requests != 0 && error->kind != protocol::ErrorKind::misconfigured &&
         error->kind != protocol::ErrorKind::authorizer_failed;
}

}  // namespace

FleetCall::FleetCall(const TokenProviderParts& parts, RateLimitedAuthorizer& requests,
                     std::function<void(const Token&, bool)> keep)
    : parts_(parts),
      requests_(requests),
      store_(*parts.fleet),
      keep_(std::move(keep)),
      needs_{.min_ttl = parts.profile.min_ttl, .refresh_ahead = parts.profile.refresh_ahead} {}

FleetResult FleetCall::get() {
  needs_.blocked = requests_.find_block();
  return run();
}

FleetResult FleetCall::refresh(seconds left) {
  needs_.cached_left = left;
  requests_.read_log_for_refresh();
  return run();
}

FleetResult FleetCall::run() {
  const rate_limit::FleetMemory& memory = requests_.log().fleet;
  if (is_fleet_paused(requests_.log(), BootClock::now())) {
    parts_.trace.line("fleet: not contacted: " + memory.error);
    return without_store();
  }
  needs_.rejected_tags = memory.rejected_tags;
  identity_.emplace(parts_.profile.authorize_url, requests_.read_key().reveal());
  protocol::FleetSetup setup = make_fleet_setup(parts_, *identity_, parts_.deadline);
  budget_ = setup.budget;
  store_.open(std::move(setup));
  FleetReply reply = ask({.operation = FleetOperation::read});
  while (const auto* const snapshot = std::get_if<FleetSnapshot>(&reply)) {
    FleetView view = read_view(*snapshot);
    const std::int64_t revision = snapshot->revision;
    const FleetDecision decision = decide(view, needs_);
    if (is_end(decision.step)) return end(decision, std::move(view));
    if (decision.step == FleetStep::acquire && !may_acquire()) return without_store();
    reply = decision.step == FleetStep::wait ? wait(view, revision) : acquire(view);
    if (const auto* const lock = std::get_if<FleetWritten>(&reply))
      return authorize(std::move(view), lock->revision);
  }
  return record_unavailable(std::get<FleetUnavailable>(reply));
}

FleetResult FleetCall::end(const FleetDecision& decision, FleetView view) {
  if (decision.step == FleetStep::use)
    return use(std::move(view), has_waited_ ? FleetUse::waited : FleetUse::hit);
  record_available();
  if (decision.error) throw to_failure(*decision.error);
  return {};
}

/// A short outage causes no refresh: the other hosts would refresh the token as well.
FleetResult FleetCall::without_store() const {
  const auto& since = requests_.log().fleet.unavailable_since;
  return {.falls_back = !needs_.cached_left || (since && BootClock::now() - *since >= long_outage)};
}

FleetResult FleetCall::record_unavailable(const FleetUnavailable& why) {
  requests_.change_log([&why](rate_limit::RequestLog& log) {
    record_fleet_failure(log, why.what, BootClock::now(), ::randombytes_random() / 4294967296.0);
  });
  if (needs_.cached_left) return without_store();
  parts_.diagnostics.warning("authorizing without the fleet: " + why.what);
  const std::string flag = config::profile_flag(parts_.profile.name);
  parts_.diagnostics.hint(why.hint.empty() ? "run 'sase-credential doctor" + flag + '\'' : why.hint);
  return without_store();
}

/// Not after each snapshot: without a majority of its members, the store is read only.
void FleetCall::record_available() {
  if (!requests_.log().fleet.unavailable_since) return;
  requests_.change_log([](rate_limit::RequestLog& log) { log.fleet.unavailable_since.reset(); });
}

FleetReply FleetCall::ask(const protocol::FleetRequest& request) {
  const auto now = steady_clock::now();
  Deadline deadline = std::min(now + budget_ + std::min(attempt_slack, budget_), parts_.deadline);
  if (request.operation == FleetOperation::wait) deadline = parts_.deadline - reserve;
  if (request.operation == FleetOperation::publish)
    deadline = std::clamp(parts_.deadline, now + milliseconds(50), now + longest_publish);
  FleetReply reply = store_.ask(request, deadline, parts_.trace);
  if (const auto* const snapshot = std::get_if<FleetSnapshot>(&reply)) clock_ = snapshot->clock;
  if (const auto* const written = std::get_if<FleetWritten>(&reply)) clock_ = written->clock;
  return reply;
}

FleetView FleetCall::read_view(const FleetSnapshot& snapshot) {
  FleetView view = FleetView::of(snapshot, *identity_, BootClock::now());
  if (view.is_damaged) report_damage();
  if (std::exchange(is_first_, false)) needs_.known_failure = view.record.log.failure;
  place_ = {};
  if (const auto& record = snapshot.record)
    place_ = {record->mod_revision, record->create_revision, record->version};
  return view;
}

void FleetCall::report_damage() {
  const auto& last = requests_.log().fleet.damage_reported;
  if (last && BootClock::now() - *last < rate_limit::fleet_pause) return;
  parts_.diagnostics.warning("the fleet's record cannot be decrypted and counts as absent");
  parts_.diagnostics.hint("if this recurs, find out who else writes to the store");
  requests_.change_log([](rate_limit::RequestLog& log) { log.fleet.damage_reported = BootClock::now(); });
}

FleetResult FleetCall::use(FleetView view, FleetUse use) {
  FleetToken& shared = *view.record.token;
  const seconds left = std::min(shared.time_left(view.now), protocol::longest_lifetime);
  parts_.trace.line("fleet: a token with " + protocol::describe_duration(left) + " left");
  NewToken token{.token = {.bearer = protocol::BearerToken(std::move(shared.bearer)),
                           .expiry = Expiry::after(ClockReading::now(), left)},
                 .too_short = {}};
  keep_(token.token, /*is_of_fleet=*/true);
  record_use(use);
  return {.token = std::move(token), .is_from_store = true};
}

void FleetCall::record_use(FleetUse use) {
  requests_.change_log([use](rate_limit::RequestLog& log) { record_fleet_use(log, use, BootClock::now()); });
}

FleetReply FleetCall::wait(const FleetView& view, std::int64_t revision) {
  if (!std::exchange(has_waited_, true)) parts_.trace.line("fleet: another host holds the lock");
  acquire_by_ = Deadline::max();
  FleetReply reply = ask({.operation = FleetOperation::wait, .seen = revision});
  if (std::holds_alternative<FleetUnavailable>(reply) && steady_clock::now() >= parts_.deadline - reserve)
    throw Failure(ExitCode::unreachable,
                  "another host of the fleet, " + view.holder->describe() + ", is still asking for a token",
                  "try again later, or raise 'timeout'");
  return reply;
}

/// Neither a short timeout costs the token, nor a store in which no acquire succeeds.
bool FleetCall::may_acquire() {
  const auto now = steady_clock::now();
  const bool has_time = parts_.deadline - now >= reserve;
  if (!has_time && has_waited_)
    throw Failure(ExitCode::unreachable, "no time is left for a request after the wait for other hosts",
                  "try again, or raise 'timeout'");
  acquire_by_ = std::min(acquire_by_, now + budget_);
  return has_time && now < acquire_by_ && ++acquires_ <= most_acquires;
}

/// The request is counted in advance, for all hosts.
FleetReply FleetCall::acquire(FleetView& view) {
  const auto left = std::chrono::floor<seconds>(parts_.deadline - steady_clock::now());
  const BootTime now = BootClock::now();
  rate_limit::RequestLog& log = view.record.log;
  count_before_send(log, log_writing_time(clock_, now));
  if (needs_.cached_left) log.refresh_started = log_writing_time(clock_, now);
  const FleetLock lock{.host = os::host_name(),
                       .pid = static_cast<std::uint32_t>(os::process_id()),
                       .expires_at = writing_time(clock_, now) + left};
  const auto place = cache::FleetPlace::record(place_.create_revision, ++place_.version);
  return ask({.operation = FleetOperation::acquire,
              .seen = place_.mod_revision,
              .record = view.record.encrypt(*identity_, place),
              .lock = lock.encrypt(*identity_)});
}

FleetResult FleetCall::authorize(FleetView view, std::int64_t revision) {
  record_available();
  place_.mod_revision = revision;
  if (place_.version == 1) place_.create_revision = revision;
  const BootTime now = BootClock::now();
  const sys_seconds issued_at = writing_time(clock_, now);
  // This request is counted already.
  const unsigned tries = 1 + requests_left(view.record.log, log_reading_time(clock_, now));
  ProbeReport report =
      requests_.request_for_fleet(needs_.cached_left.has_value(), tries, steady_clock::now() + budget_);
  record_outcome(view, report, issued_at);
  FleetReply published = publish(view);
  if (report.new_token) return finish(*std::move(report.new_token), std::move(published));
  if (report.requests != 0) throw to_failure(*report.auth_error);
  return release(published);
}

/// The token that lives longer stays in the record.
void FleetCall::record_outcome(FleetView& view, ProbeReport& report, sys_seconds issued_at) {
  const sys_seconds now = writing_time(clock_, BootClock::now());
  const BootTime log_now = log_writing_time(clock_, BootClock::now());
  FleetRecord& record = view.record;
  correct_count(record.log, report.requests, log_now);
  if (report.requests == 0) record.log.refresh_started.reset();
  if (is_shared(report)) record_failure(record.log, *report.auth_error, {}, log_now);
  if (!report.new_token) return;
  const rate_limit::LastSuccess& success = *requests_.log().success;
  record_success(record.log, {.at = log_now,
                              .lifetime = success.lifetime,
                              .too_short = success.too_short,
                              .was_refresh = success.was_refresh});
  FleetToken token{.issued_at = issued_at,
                   .lifetime = success.lifetime,
                   .bearer = protocol::Secret(report.new_token->token.bearer.reveal())};
  const auto& before = record.token;
  if (!before || is_rejected(*before, needs_) || before->time_left(now) <= token.time_left(now)) {
    // If another host holds the lock by now, only its token counts.
    if (before) needs_.rejected_tags.push_back(cache::tag_token(before->bearer.reveal()));
    record.token = std::move(token);
  }
  keep_(report.new_token->token, /*is_of_fleet=*/false);
}

FleetReply FleetCall::publish(const FleetView& view) {
  const auto place = cache::FleetPlace::record(place_.create_revision, ++place_.version);
  return ask({.operation = FleetOperation::publish,
              .seen = place_.mod_revision,
              .record = view.record.encrypt(*identity_, place)});
}

/// Another host may reach the service. Else this one tries again without the fleet.
FleetResult FleetCall::release(const FleetReply& published) {
  const auto* const written = std::get_if<FleetWritten>(&published);
  if (written == nullptr || needs_.cached_left) return {.falls_back = !needs_.cached_left};
  has_waited_ = true;
  const Deadline until = std::min(steady_clock::now() + handover, parts_.deadline);
  const auto wait_for_holder = [&](std::int64_t revision) {
    return store_.ask({.operation = FleetOperation::wait, .seen = revision}, until, parts_.trace);
  };
  FleetReply reply = wait_for_holder(written->revision);
  while (const auto* const snapshot = std::get_if<FleetSnapshot>(&reply)) {
    clock_ = snapshot->clock;
    const std::int64_t revision = snapshot->revision;
    FleetView view = read_view(*snapshot);
    const FleetDecision decision = decide(view, needs_);
    if (is_end(decision.step)) return end(decision, std::move(view));
    if (decision.step != FleetStep::wait && steady_clock::now() >= until) break;
    reply = decision.step == FleetStep::wait ? wait(view, revision) : wait_for_holder(revision);
  }
  return {.falls_back = true};
}

/// After a snapshot another host has acquired the lock: for its token the service may have ended this one.
FleetResult FleetCall::finish(NewToken token, FleetReply published) {
  record_use(needs_.cached_left ? FleetUse::refreshed : FleetUse::authorized);
  needs_.cached_left.reset();
  while (const auto* const snapshot = std::get_if<FleetSnapshot>(&published)) {
    const std::int64_t revision = snapshot->revision;
    FleetView view = read_view(*snapshot);
    const FleetStep step = decide(view, needs_).step;
    if (step == FleetStep::use) return use(std::move(view), FleetUse::waited);
    if (step != FleetStep::wait) break;
    published = ask({.operation = FleetOperation::wait, .seen = revision});
  }
  return {.token = std::move(token)};
}

}  // namespace sase::token
