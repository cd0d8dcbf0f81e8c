// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"

#include "helper/cache/digest.hpp"
#include "helper/rate_limit/request_log_file.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

namespace sase::token {

namespace {

using protocol::AuthError;
using protocol::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// All on which it hangs whether the service can be reached: a failure on one way says nothing of another. A
/// hash, since a proxy's password may be among it.
std::string route_of(const config::Profile& profile) {
  cache::Digest digest("sase-cred-routev");
  for (const std::string& part : {profile.name, profile.ca_file, profile.client_cert, profile.client_key,
                                  profile.proxy, profile.no_proxy})
    digest.add(part);
  return digest.hexadecimal();
}

NewToken token_of(protocol::TokenResponse token_response, const ClockReading& asked, bool is_too_short) {
  return {.token_response = std::move(token_response), .asked = asked, .is_too_short = is_too_short};
}

/// A token that cannot be used at all is no token.
void reject_expired_response(protocol::AuthorizeReply& reply) {
  const auto* const token_response = std::get_if<protocol::TokenResponse>(&reply.outcome);
  if (token_response == nullptr || token_response->lifetime > std::chrono::seconds(0)) return;
  reply.outcome = rate_limit::dead_on_arrival();
}

}  // namespace

ExitCode exit_code_of(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::rejected:
    case ErrorKind::invalid_response: return ExitCode::rejected;
    case ErrorKind::unreachable:
    case ErrorKind::rate_limited: return ExitCode::unreachable;
    case ErrorKind::misconfigured: return ExitCode::invalid_settings;
    case ErrorKind::not_asked: break;
  }
  return ExitCode::internal_error;
}

Failure to_failure(const AuthError& auth_error) {
  return Failure(exit_code_of(auth_error.kind), auth_error.what, auth_error.hint);
}

RateLimitedAuthorizer::RateLimitedAuthorizer(const config::Profile& profile, ApiKeyHandle& key,
                                             Authorizer& authorizer, const Trace& trace, WarningOnce& warning,
                                             BootTime started,
                                             config::MisspelledVariables* misspelled_variables)
    : profile_(profile),
      key_(key),
      authorizer_(authorizer),
      trace_(trace),
      warning_(warning),
      misspelled_variables_(misspelled_variables),
      started_(started),
      key_id_(key.key_id()),
      network_fingerprint_(route_of(profile)) {}

NewToken RateLimitedAuthorizer::authorize(const rate_limit::RefreshLock* refresh_lock,
                                          steady_clock::time_point deadline) {
  rate_limit::RequestLog log = read_log_before_request(refresh_lock);
  if (const auto auth_error = why_blocked(log, question())) throw to_failure(*auth_error);
  const unsigned tries = std::min(protocol::most_tries, requests_left(log, boot_clock()));
  return token_or_failure(ask(refresh_lock, std::move(log), {.tries = tries}, deadline, Ahead::no));
}

NewToken RateLimitedAuthorizer::renew(const rate_limit::RefreshLock& refresh_lock,
                                      steady_clock::time_point deadline) {
  // Nobody waits for a renewal: the next one is its second try.
  return token_or_failure(ask(&refresh_lock, refresh_lock.read_log(), {.tries = 1}, deadline, Ahead::yes));
}

ProbeOutcome RateLimitedAuthorizer::probe(const rate_limit::RefreshLock* refresh_lock,
                                          steady_clock::time_point deadline, const std::string& read_url) {
  rate_limit::RequestLog log = read_log_before_request(refresh_lock);
  if (auto blocked = why_blocked(log, question())) {
    protocol::AuthorizeReply reply = send({.probe = protocol::Probe::way}, deadline);
    return {.checks = std::move(reply.checks),
            .status = {},
            .auth_error = std::get<AuthError>(std::move(reply.outcome)),
            .blocked = std::move(blocked),
            .fresh = {}};
  }
  const AuthorizeOptions errand{.probe = protocol::Probe::all, .read_url = read_url};
  AuthorizeResult answer = ask(refresh_lock, std::move(log), errand, deadline, Ahead::no);
  ProbeOutcome probe{.checks = std::move(answer.reply.checks),
                     .status = answer.reply.status,
                     .auth_error = {},
                     .blocked = {},
                     .fresh = {}};
  if (auto* const token_response = std::get_if<protocol::TokenResponse>(&answer.reply.outcome))
    probe.fresh = token_of(std::move(*token_response), answer.at, answer.is_too_short);
  else
    probe.auth_error = std::get<AuthError>(std::move(answer.reply.outcome));
  return probe;
}

void RateLimitedAuthorizer::throw_shared_failure(const rate_limit::RefreshLock& refresh_lock) {
  const rate_limit::RequestLog log = read(&refresh_lock);
  if (const auto auth_error = failure_since(log, question())) throw to_failure(*auth_error);
}

bool RateLimitedAuthorizer::may_refresh(const rate_limit::RefreshLock& refresh_lock) const {
  return rate_limit::may_refresh(refresh_lock.read_log(), question(), profile_.refresh_ahead);
}

void RateLimitedAuthorizer::record_erase(const rate_limit::RefreshLock& refresh_lock) {
  rate_limit::RequestLog log = read(&refresh_lock);
  rate_limit::record_erase(log, boot_clock());
  write(&refresh_lock, log);
}

rate_limit::AttemptContext RateLimitedAuthorizer::question() const noexcept {
  return {.started = started_,
          .now = boot_clock(),
          .network_fingerprint = network_fingerprint_,
          .min_ttl = profile_.min_ttl};
}

rate_limit::RequestLog RateLimitedAuthorizer::read(const rate_limit::RefreshLock* refresh_lock) try {
  return refresh_lock != nullptr ? refresh_lock->read_log() : rate_limit::RequestLog{};
} catch (const std::system_error& error) {
  warning_.say(error.what());
  return {};
}

/// The ledger, once it has been looked whether a refused key is still the one.
rate_limit::RequestLog RateLimitedAuthorizer::read_log_before_request(
    const rate_limit::RefreshLock* refresh_lock) {
  rate_limit::RequestLog log = read(refresh_lock);
  if (key_.is_deferred() && is_rejection_remembered(log, boot_clock()) && !failure_since(log, question()))
    check_for_new_key(refresh_lock, log);
  return log;
}

void RateLimitedAuthorizer::write(const rate_limit::RefreshLock* refresh_lock,
                                  const rate_limit::RequestLog& log) try {
  if (refresh_lock != nullptr) refresh_lock->write_log(log);
} catch (const std::system_error& error) {
  warning_.say(error.what());
}

/// A refusal says nothing of the key that the command may write by now.
void RateLimitedAuthorizer::check_for_new_key(const rate_limit::RefreshLock* refresh_lock,
                                              rate_limit::RequestLog& log) {
  record_key_fingerprint(log, key_.fingerprint(), boot_clock());
  write(refresh_lock, log);
}

/// Where the key cannot be read, those who wait for this call shall not each find that out anew.
void RateLimitedAuthorizer::read_key(const rate_limit::RefreshLock* refresh_lock,
                                     rate_limit::RequestLog& log) try {
  (void)key_.key();
} catch (const Failure& failure) {
  const bool is_late = failure.code == ExitCode::unreachable;
  record_failure(log, {.kind = is_late ? ErrorKind::unreachable : ErrorKind::misconfigured,
                       .transient = is_late,
                       .what = failure.what(),
                       .hint = failure.hint,
                       .retry_after = std::nullopt});
  write(refresh_lock, log);
  throw;
}

void RateLimitedAuthorizer::record_failure(rate_limit::RequestLog& log, const AuthError& auth_error) {
  rate_limit::record_failure(log, auth_error, network_fingerprint_, boot_clock());
  if (key_.is_deferred() && auth_error.kind == ErrorKind::rejected) log.failure->key = key_.fingerprint();
}

RateLimitedAuthorizer::AuthorizeResult RateLimitedAuthorizer::ask(const rate_limit::RefreshLock* refresh_lock,
                                                                  rate_limit::RequestLog log,
                                                                  const AuthorizeOptions& errand,
                                                                  steady_clock::time_point deadline,
                                                                  Ahead ahead) {
  read_key(refresh_lock, log);
  const BootTime before = boot_clock();
  count_before_send(log, before);
  if (ahead == Ahead::yes) record_refresh_start(log, before);
  write(refresh_lock, log);
  // Taken before the request is sent, so that the token is never believed to live longer than it does.
  const ClockReading asked = ClockReading::now();
  protocol::AuthorizeReply reply = [&] {
    try {
      return send(errand, deadline);
    } catch (const AuthorizerNotStarted&) {
      correct_count(log, 0, boot_clock());
      write(refresh_lock, log);
      throw;
    }
  }();
  reject_expired_response(reply);

  const BootTime now = boot_clock();
  correct_count(log, reply.requests, now);
  if (const auto* const auth_error = std::get_if<AuthError>(&reply.outcome)) {
    record_failure(log, *auth_error);
    write(refresh_lock, log);
    return {.reply = std::move(reply), .at = asked};
  }
  auto& token_response = std::get<protocol::TokenResponse>(reply.outcome);
  token_response.lifetime = std::min(token_response.lifetime, protocol::longest_lifetime);
  // Times are cut to whole seconds, so up to one of them has gone that nobody saw.
  const auto gone =
      std::max<std::chrono::seconds>(ClockReading::now().boot - asked.boot, std::chrono::seconds(1));
  const bool is_too_short = token_response.lifetime - gone < profile_.min_ttl;
  record_success(log, token_response.lifetime, is_too_short, ahead == Ahead::yes, now);
  write(refresh_lock, log);
  return {.reply = std::move(reply), .at = asked, .is_too_short = is_too_short};
}

NewToken RateLimitedAuthorizer::token_or_failure(AuthorizeResult asked) {
  if (const auto* const auth_error = std::get_if<AuthError>(&asked.reply.outcome))
    throw to_failure(*auth_error);
  return token_of(std::get<protocol::TokenResponse>(std::move(asked.reply.outcome)), asked.at,
                  asked.is_too_short);
}

protocol::AuthorizeReply RateLimitedAuthorizer::send(const AuthorizeOptions& errand,
                                                     steady_clock::time_point deadline) {
  // A call that waits for the network has the time to look for misspelled variables.
  if (misspelled_variables_ != nullptr) misspelled_variables_->warn();
  protocol::AuthorizeReply reply = authorizer_.authorize(request(errand, deadline), deadline);
  for (const protocol::TraceLine& line : reply.trace)
    trace_.line(Trace::Clock::time_point(line.at), line.what);
  return reply;
}

protocol::AuthorizeRequest RateLimitedAuthorizer::request(const AuthorizeOptions& errand,
                                                          steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  // Who only looks at the way wants no key.
  const bool wants_key = errand.probe != protocol::Probe::way;
  return {.url = profile_.authorize_url,
          .api_key = wants_key ? protocol::Secret(key_.key().reveal()) : protocol::Secret(),
          .timeout = std::max(left, milliseconds(1)),
          .tries = errand.tries,
          .ca_file = profile_.ca_file,
          .client_cert = profile_.client_cert,
          .client_key = profile_.client_key,
          .proxy = profile_.proxy,
          .no_proxy = profile_.no_proxy,
          .trace = trace_.on(),
          .probe = errand.probe,
          .read_url = errand.read_url};
}

}  // namespace sase::token
