// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"

#include "helper/cache/encryption.hpp"
#include "helper/cache/fleet_cipher.hpp"
#include "helper/rate_limit/rejected_marks.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace sase::token {

namespace {

using protocol::AuthError;
using protocol::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// Fingerprint of the network settings: connection failures are shared only between calls with the same
/// settings. A hash, since a proxy URL may contain a password.
std::string make_network_fingerprint(const config::Profile& profile) {
  return cache::hash_name("sase-cred-routev", {profile.name, profile.ca_file, profile.client_cert,
                                               profile.client_key, profile.proxy, profile.no_proxy});
}

NewToken token_or_failure(ProbeReport report) {
  if (report.auth_error) throw to_failure(*report.auth_error);
  return *std::move(report.new_token);
}

}  // namespace

ExitCode exit_code_for(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::rejected:
    case ErrorKind::invalid_response: return ExitCode::rejected;
    case ErrorKind::unreachable:
    case ErrorKind::rate_limited: return ExitCode::unreachable;
    case ErrorKind::misconfigured: return ExitCode::invalid_settings;
    case ErrorKind::authorizer_failed: return ExitCode::local_state;
    case ErrorKind::not_asked: break;
  }
  return ExitCode::internal_error;
}

Failure to_failure(const AuthError& auth_error) {
  return Failure(exit_code_for(auth_error.kind), auth_error.what, auth_error.hint);
}

RateLimitedAuthorizer::RateLimitedAuthorizer(const TokenProviderParts& parts, ApiKeyHandle& key,
                                             WarningOnce& warning,
                                             const std::optional<rate_limit::RefreshLock>& lock)
    : parts_(parts),
      key_(key),
      warning_(warning),
      lock_(lock),
      network_fingerprint_(make_network_fingerprint(parts.profile)) {}

NewToken RateLimitedAuthorizer::authorize() {
  read_log_before_request();
  if (const auto auth_error = why_blocked(log_, call())) throw to_failure(*auth_error);
  const unsigned tries = std::min(protocol::most_tries, requests_left(log_, BootClock::now()));
  return token_or_failure(request({.tries = tries}));
}

NewToken RateLimitedAuthorizer::refresh() {
  read_log_for_refresh();
  // One try: the next refresh is the retry.
  return token_or_failure(request({.is_refresh = true}));
}

ProbeReport RateLimitedAuthorizer::probe(const std::string& read_url) {
  read_log_before_request();
  if (auto blocked = why_blocked(log_, call())) {
    protocol::AuthorizeReply reply = send({.probe = protocol::Probe::connection});
    return {.checks = std::move(reply.checks),
            .auth_error = std::get<AuthError>(std::move(reply.outcome)),
            .blocked = std::move(blocked)};
  }
  ProbeReport report = request({.probe = protocol::Probe::all, .read_url = read_url});
  if (report.auth_error && report.auth_error->kind == ErrorKind::authorizer_failed)
    throw to_failure(*report.auth_error);
  return report;
}

void RateLimitedAuthorizer::throw_shared_failure() {
  read_log();
  if (const auto auth_error = failure_since(log_, call())) throw to_failure(*auth_error);
}

bool RateLimitedAuthorizer::may_refresh() const {
  return rate_limit::may_refresh(lock_->read_log(), call(), parts_.profile.refresh_ahead);
}

void RateLimitedAuthorizer::record_erase(std::string_view token) {
  change_log([&](rate_limit::RequestLog& log) {
    rate_limit::record_erase(log, BootClock::now(),
                             parts_.fleet_settings ? cache::tag_token(token) : std::string());
  });
}

std::optional<AuthError> RateLimitedAuthorizer::find_block() {
  read_log_before_request();
  return why_blocked(log_, call());
}

void RateLimitedAuthorizer::change_log(const std::function<void(rate_limit::RequestLog&)>& change) {
  read_log();
  change(log_);
  write_log();
}

ProbeReport RateLimitedAuthorizer::request_for_fleet(bool is_refresh, unsigned tries,
                                                     steady_clock::time_point connect_by) {
  const unsigned left = std::min(protocol::most_tries, requests_left(log_, BootClock::now()));
  return request(
      {.tries = is_refresh ? 1 : std::min(tries, left), .is_refresh = is_refresh, .connect_by = connect_by});
}

rate_limit::CallContext RateLimitedAuthorizer::call() const noexcept {
  return {
      .started = parts_.started,
      .now = BootClock::now(),
      .network_fingerprint = network_fingerprint_,
      .min_ttl = parts_.profile.min_ttl,
      .deadline = BootClock::now() + std::chrono::floor<milliseconds>(parts_.deadline - steady_clock::now())};
}

void RateLimitedAuthorizer::read_log() try {
  if (lock_)
    log_ = lock_->read_log();
  else if (parts_.fleet_settings && parts_.state_directory)  // some file systems have no locks
    add_rejected(log_, *parts_.state_directory, key_.key_id());
} catch (const std::system_error& error) {
  warning_.warn(error.what());
}

void RateLimitedAuthorizer::write_log() try {
  if (lock_) lock_->write_log(log_);
} catch (const std::system_error& error) {
  warning_.warn(error.what());
}

/// A rejection is remembered for the rejected key only. The command of a deferred key may print another key
/// by now, so the command runs again and the keys are compared.
void RateLimitedAuthorizer::read_log_before_request() {
  read_log();
  if (!key_.is_deferred() || !is_rejection_remembered(log_, BootClock::now()) || failure_since(log_, call()))
    return;
  record_key_fingerprint(log_, key_.fingerprint(), BootClock::now());
  write_log();
}

/// A key that cannot be read is recorded as a failure, so that waiting calls share it.
const api_key::ApiKey& RateLimitedAuthorizer::read_key() try {
  return key_.key();
} catch (const Failure& failure) {
  const bool is_late = failure.code == ExitCode::unreachable;
  record_failure({.kind = is_late ? ErrorKind::unreachable : ErrorKind::misconfigured,
                  .what = failure.what(),
                  .hint = failure.hint});
  throw;
}

void RateLimitedAuthorizer::record_failure(const AuthError& auth_error) {
  rate_limit::record_failure(log_, auth_error, network_fingerprint_, BootClock::now());
  if (key_.is_deferred() && auth_error.kind == ErrorKind::rejected)
    log_.failure->rejected_key_fingerprint = key_.fingerprint();
  write_log();
}

ProbeReport RateLimitedAuthorizer::request(const AuthorizeOptions& options) {
  (void)read_key();
  // Read before the request is sent, so that the expiry is never later than the service's.
  const ClockReading requested_at = ClockReading::now();
  protocol::AuthorizeReply reply = send_counted(options);
  ProbeReport report{.checks = std::move(reply.checks), .requests = reply.requests, .status = reply.status};
  auto* const response = std::get_if<protocol::TokenResponse>(&reply.outcome);
  if (response != nullptr && response->lifetime > seconds(0)) {
    report.new_token = accept(std::move(*response), requested_at, options.is_refresh);
  } else {
    report.auth_error = response != nullptr ? rate_limit::expired_on_arrival()
                                            : std::get<AuthError>(std::move(reply.outcome));
    const bool is_for_fleet = options.connect_by != steady_clock::time_point::max();
    if (!is_for_fleet || report.requests != 0)
      record_failure(*report.auth_error);
    else
      write_log();
  }
  return report;
}

/// Counts the request before it is sent, and corrects the count by the reply.
protocol::AuthorizeReply RateLimitedAuthorizer::send_counted(const AuthorizeOptions& options) {
  count_before_send(log_, BootClock::now());
  if (options.is_refresh) log_.refresh_started = BootClock::now();
  if (options.is_refresh && lock_)
    lock_->write_log(log_);
  else
    write_log();
  if (lock_ && !lock_->is_current())
    throw Failure(ExitCode::unreachable,
                  "this process was stopped until after its deadline, or its lock file was removed",
                  "try again");
  protocol::AuthorizeReply reply = send(options);
  correct_count(log_, reply.requests, BootClock::now());
  return reply;
}

/// The only place that turns the service's response into a Token.
NewToken RateLimitedAuthorizer::accept(protocol::TokenResponse response, const ClockReading& requested_at,
                                       bool is_refresh) {
  const seconds lifetime = std::min(response.lifetime, protocol::longest_lifetime);
  // Clock readings are in whole seconds, so up to one more second has passed.
  const seconds passed = std::max<seconds>(ClockReading::now().boot - requested_at.boot, seconds(1));
  NewToken token{
      .token = {.bearer = std::move(response.token), .expiry = Expiry::after(requested_at, lifetime)},
      .too_short = std::nullopt};
  if (lifetime - passed < parts_.profile.min_ttl)
    token.too_short = rate_limit::too_short(lifetime, parts_.profile.min_ttl);
  record_success(
      log_, {.at = BootClock::now(),
             .lifetime = lifetime,
             .too_short = token.too_short.has_value(),
             .was_refresh = is_refresh,
             .tag = parts_.fleet_settings ? cache::tag_token(token.token.bearer.reveal()) : std::string()});
  write_log();
  return token;
}

protocol::AuthorizeReply RateLimitedAuthorizer::send(const AuthorizeOptions& options) {
  // A call that waits for the network has the time to look for ignored variables.
  if (parts_.ignored_variables != nullptr) parts_.ignored_variables->warn();
  const auto left = std::chrono::duration_cast<milliseconds>(parts_.deadline - steady_clock::now());
  const config::Profile& profile = parts_.profile;
  const bool needs_key = options.probe != protocol::Probe::connection;
  return parts_.authorizer.authorize(
      {.url = profile.authorize_url,
       .api_key = needs_key ? protocol::Secret(key_.key().reveal()) : protocol::Secret(),
       .timeout = std::max(left, milliseconds(1)),
       .tries = options.tries,
       .ca_file = profile.ca_file,
       .client_cert = profile.client_cert,
       .client_key = profile.client_key,
       .proxy = profile.proxy,
       .no_proxy = profile.no_proxy,
       .trace = parts_.trace.on(),
       .probe = options.probe,
       .read_url = options.read_url,
       .connect_by = options.connect_by},
      parts_.deadline, parts_.trace);
}

}  // namespace sase::token
