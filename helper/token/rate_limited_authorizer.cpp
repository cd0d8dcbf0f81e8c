// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"

#include "helper/cache/encryption.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace sase::token {

namespace {

using protocol::AuthError;
using protocol::ErrorKind;
using rate_limit::RefreshLock;
using rate_limit::RequestLog;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// Fingerprint of the network settings: connection failures are shared only between calls with the same
/// settings. A hash, since a proxy URL may contain a password.
std::string make_network_fingerprint(const config::Profile& profile) {
  return cache::hash_name("sase-cred-routev", {profile.name, profile.ca_file, profile.client_cert,
                                               profile.client_key, profile.proxy, profile.no_proxy});
}

/// An expired token is a failed request.
std::variant<protocol::TokenResponse, AuthError> reject_expired(
    std::variant<protocol::TokenResponse, AuthError> outcome) {
  const auto* const response = std::get_if<protocol::TokenResponse>(&outcome);
  if (response != nullptr && response->lifetime <= seconds(0)) return rate_limit::expired_on_arrival();
  return outcome;
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

RateLimitedAuthorizer::RateLimitedAuthorizer(const RateLimitedAuthorizerParts& parts)
    : parts_(parts),
      key_id_(parts.key.key_id()),
      network_fingerprint_(make_network_fingerprint(parts.profile)) {}

void RateLimitedAuthorizer::set_deadline(steady_clock::time_point deadline) noexcept {
  parts_.deadline = deadline;
  parts_.key.set_deadline(deadline);
}

NewToken RateLimitedAuthorizer::authorize(const RefreshLock* refresh_lock) {
  RequestLog log = read_log_before_request(refresh_lock);
  if (const auto auth_error = why_blocked(log, call())) throw to_failure(*auth_error);
  const unsigned tries = std::min(protocol::most_tries, requests_left(log, BootClock::now()));
  return token_or_failure(request(refresh_lock, std::move(log), {.tries = tries}, WhileGood::no));
}

NewToken RateLimitedAuthorizer::refresh(const RefreshLock& refresh_lock) {
  // One try: the next refresh is the retry.
  return token_or_failure(request(&refresh_lock, refresh_lock.read_log(), {.tries = 1}, WhileGood::yes));
}

ProbeOutcome RateLimitedAuthorizer::probe(const RefreshLock* refresh_lock, const std::string& read_url) {
  RequestLog log = read_log_before_request(refresh_lock);
  if (auto blocked = why_blocked(log, call())) {
    protocol::AuthorizeReply reply = send({.probe = protocol::Probe::way});
    return {.checks = std::move(reply.checks),
            .auth_error = std::get<AuthError>(std::move(reply.outcome)),
            .blocked = std::move(blocked)};
  }
  AuthorizeResult result = request(refresh_lock, std::move(log),
                                   {.probe = protocol::Probe::all, .read_url = read_url}, WhileGood::no);
  const auto* const error = std::get_if<AuthError>(&result.outcome);
  if (error != nullptr && error->kind == ErrorKind::authorizer_failed) throw to_failure(*error);
  ProbeOutcome probe{.checks = std::move(result.checks), .status = result.status};
  if (auto* const token = std::get_if<NewToken>(&result.outcome))
    probe.new_token = std::move(*token);
  else
    probe.auth_error = std::get<AuthError>(std::move(result.outcome));
  return probe;
}

void RateLimitedAuthorizer::throw_shared_failure(const RefreshLock& refresh_lock) {
  const RequestLog log = read(&refresh_lock);
  if (const auto auth_error = failure_since(log, call())) throw to_failure(*auth_error);
}

bool RateLimitedAuthorizer::may_refresh(const RefreshLock& refresh_lock) const {
  return rate_limit::may_refresh(refresh_lock.read_log(), call(), parts_.profile.refresh_ahead);
}

void RateLimitedAuthorizer::record_erase(const RefreshLock& refresh_lock) {
  RequestLog log = read(&refresh_lock);
  rate_limit::record_erase(log, BootClock::now());
  write(&refresh_lock, log);
}

rate_limit::CallContext RateLimitedAuthorizer::call() const noexcept {
  return {
      .started = parts_.started,
      .now = BootClock::now(),
      .network_fingerprint = network_fingerprint_,
      .min_ttl = parts_.profile.min_ttl,
      .deadline = BootClock::now() + std::chrono::floor<milliseconds>(parts_.deadline - steady_clock::now())};
}

RequestLog RateLimitedAuthorizer::read(const RefreshLock* refresh_lock) try {
  return refresh_lock != nullptr ? refresh_lock->read_log() : RequestLog{};
} catch (const std::system_error& error) {
  parts_.warning.warn(error.what());
  return {};
}

void RateLimitedAuthorizer::write(const RefreshLock* refresh_lock, const RequestLog& log) try {
  if (refresh_lock != nullptr) refresh_lock->write_log(log);
} catch (const std::system_error& error) {
  parts_.warning.warn(error.what());
}

/// A rejection is remembered for the rejected key only. The command of a deferred key may print another key
/// by now, so the command runs again and the keys are compared.
RequestLog RateLimitedAuthorizer::read_log_before_request(const RefreshLock* refresh_lock) {
  RequestLog log = read(refresh_lock);
  if (!parts_.key.is_deferred() || !is_rejection_remembered(log, BootClock::now()) ||
      failure_since(log, call()))
    return log;
  record_key_fingerprint(log, parts_.key.fingerprint(), BootClock::now());
  write(refresh_lock, log);
  return log;
}

/// A key that cannot be read is recorded as a failure, so that waiting calls share it.
void RateLimitedAuthorizer::read_key(const RefreshLock* refresh_lock, RequestLog& log) try {
  (void)parts_.key.key();
} catch (const Failure& failure) {
  const bool is_late = failure.code == ExitCode::unreachable;
  record_failure(log, {.kind = is_late ? ErrorKind::unreachable : ErrorKind::misconfigured,
                       .transient = is_late,
                       .what = failure.what(),
                       .hint = failure.hint});
  write(refresh_lock, log);
  throw;
}

void RateLimitedAuthorizer::record_failure(RequestLog& log, const AuthError& auth_error) {
  rate_limit::record_failure(log, auth_error, network_fingerprint_, BootClock::now());
  if (parts_.key.is_deferred() && auth_error.kind == ErrorKind::rejected)
    log.failure->key = parts_.key.fingerprint();
}

RateLimitedAuthorizer::AuthorizeResult RateLimitedAuthorizer::request(const RefreshLock* refresh_lock,
                                                                      RequestLog log,
                                                                      const AuthorizeOptions& options,
                                                                      WhileGood while_good) {
  read_key(refresh_lock, log);
  // Read before the request is sent, so that the expiry is never later than the service's.
  const ClockReading requested_at = ClockReading::now();
  protocol::AuthorizeReply reply = send_counted(refresh_lock, log, options, while_good);
  auto outcome = reject_expired(std::move(reply.outcome));
  if (auto* const auth_error = std::get_if<AuthError>(&outcome)) {
    record_failure(log, *auth_error);
    write(refresh_lock, log);
    return {.outcome = std::move(*auth_error), .checks = std::move(reply.checks), .status = reply.status};
  }
  auto& response = std::get<protocol::TokenResponse>(outcome);
  const seconds lifetime = std::min(response.lifetime, protocol::longest_lifetime);
  NewToken token = make_token(std::move(response), requested_at);
  record_success(log, lifetime, token.too_short.has_value(), while_good == WhileGood::yes, BootClock::now());
  write(refresh_lock, log);
  return {.outcome = std::move(token), .checks = std::move(reply.checks), .status = reply.status};
}

/// Counts the request before it is sent, and corrects the count by the reply.
protocol::AuthorizeReply RateLimitedAuthorizer::send_counted(const RefreshLock* refresh_lock, RequestLog& log,
                                                             const AuthorizeOptions& options,
                                                             WhileGood while_good) {
  count_before_send(log, BootClock::now());
  if (while_good == WhileGood::yes) {
    record_refresh_start(log, BootClock::now());
    refresh_lock->write_log(log);
  } else {
    write(refresh_lock, log);
  }
  // This process may have been stopped until after its deadline.
  if (refresh_lock != nullptr && !refresh_lock->is_current())
    throw Failure(ExitCode::unreachable,
                  "this process was stopped until after its deadline, and another one has replaced its lock",
                  "try again");
  protocol::AuthorizeReply reply = send(options);
  correct_count(log, reply.requests, BootClock::now());
  return reply;
}

/// The only place that turns the service's response into a Token.
NewToken RateLimitedAuthorizer::make_token(protocol::TokenResponse response,
                                           const ClockReading& requested_at) const {
  const seconds lifetime = std::min(response.lifetime, protocol::longest_lifetime);
  // Clock readings are in whole seconds, so up to one more second has passed.
  const seconds passed = std::max<seconds>(ClockReading::now().boot - requested_at.boot, seconds(1));
  NewToken token{
      .token = {.bearer = std::move(response.token), .expiry = Expiry::after(requested_at, lifetime)},
      .too_short = std::nullopt};
  if (lifetime - passed < parts_.profile.min_ttl)
    token.too_short = rate_limit::too_short(lifetime, parts_.profile.min_ttl);
  return token;
}

NewToken RateLimitedAuthorizer::token_or_failure(AuthorizeResult result) {
  if (const auto* const auth_error = std::get_if<AuthError>(&result.outcome)) throw to_failure(*auth_error);
  return std::get<NewToken>(std::move(result.outcome));
}

protocol::AuthorizeReply RateLimitedAuthorizer::send(const AuthorizeOptions& options) {
  // A call that waits for the network has the time to look for misspelled variables.
  if (parts_.misspelled_variables != nullptr) parts_.misspelled_variables->warn();
  return parts_.authorizer.authorize(make_request(options), parts_.deadline, parts_.trace);
}

protocol::AuthorizeRequest RateLimitedAuthorizer::make_request(const AuthorizeOptions& options) {
  const auto left = std::chrono::duration_cast<milliseconds>(parts_.deadline - steady_clock::now());
  const config::Profile& profile = parts_.profile;
  const bool needs_key = options.probe != protocol::Probe::way;
  return {.url = profile.authorize_url,
          .api_key = needs_key ? protocol::Secret(parts_.key.key().reveal()) : protocol::Secret(),
          .timeout = std::max(left, milliseconds(1)),
          .tries = options.tries,
          .ca_file = profile.ca_file,
          .client_cert = profile.client_cert,
          .client_key = profile.client_key,
          .proxy = profile.proxy,
          .no_proxy = profile.no_proxy,
          .trace = parts_.trace.on(),
          .probe = options.probe,
          .read_url = options.read_url};
}

}  // namespace sase::token
