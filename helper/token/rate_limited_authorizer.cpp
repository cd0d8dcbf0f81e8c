// SPDX-License-Identifier: Apache-2.0
#include "helper/token/rate_limited_authorizer.hpp"

#include "helper/cache/digest.hpp"
#include "helper/rate_limit/request_log_file.hpp"
#include "protocol/lifetime.hpp"

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

namespace sase::helper {

namespace {

using protocol::Denial;
using protocol::Denied;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// All on which it hangs whether the service can be reached: a failure on one way says nothing of another. A
/// hash, since a proxy's password may be among it.
std::string route_of(const Profile& profile) {
  Digest digest("sase-cred-routev");
  for (const std::string& part : {profile.name, profile.ca_file, profile.client_cert, profile.client_key,
                                  profile.proxy, profile.no_proxy})
    digest.add(part);
  return digest.hexadecimal();
}

NewToken token_of(protocol::Granted granted, const Moment& asked, bool is_too_short) {
  return {.granted = std::move(granted), .asked = asked, .is_too_short = is_too_short};
}

/// A token that cannot be used at all is no token.
void refuse_dead(protocol::AuthorizeReply& reply) {
  const auto* const granted = std::get_if<protocol::Granted>(&reply.outcome);
  if (granted == nullptr || granted->lifetime > std::chrono::seconds(0)) return;
  reply.outcome = dead_on_arrival();
}

}  // namespace

ExitCode exit_code_of(Denial denial) noexcept {
  switch (denial) {
    case Denial::refused:
    case Denial::nonsense: return ExitCode::refused;
    case Denial::unreachable:
    case Denial::rate_limited: return ExitCode::unreachable;
    case Denial::misconfigured: return ExitCode::settings;
    case Denial::not_asked: break;
  }
  return ExitCode::bug;
}

Failure to_failure(const Denied& denied) {
  return Failure(exit_code_of(denied.denial), denied.what, denied.hint);
}

SparingAuthorizer::SparingAuthorizer(const Profile& profile, KeyHolder& key, Authorizer& authorizer,
                                     const Trace& trace, WarningOnce& trouble, Instant started)
    : profile_(profile),
      key_(key),
      authorizer_(authorizer),
      trace_(trace),
      trouble_(trouble),
      started_(started),
      account_(key.account()),
      route_(route_of(profile)) {}

NewToken SparingAuthorizer::authorize(const Turn* turn, steady_clock::time_point deadline) {
  History history = read_before_asking(turn, deadline);
  if (const auto denied = reason_to_spare(history, question())) throw to_failure(*denied);
  const unsigned tries = std::min(protocol::most_tries, requests_left(history, boot_clock()));
  return token_or_failure(ask(turn, std::move(history), {.tries = tries}, deadline, Ahead::no));
}

NewToken SparingAuthorizer::renew(const Turn& turn, steady_clock::time_point deadline) {
  // Nobody waits for a renewal: the next one is its second try.
  return token_or_failure(ask(&turn, turn.read_ledger(), {.tries = 1}, deadline, Ahead::yes));
}

ServiceProbe SparingAuthorizer::probe(const Turn* turn, steady_clock::time_point deadline,
                                      const std::string& read_url) {
  History history = read_before_asking(turn, deadline);
  if (auto spared = reason_to_spare(history, question())) {
    protocol::AuthorizeReply reply = send({.probe = protocol::Probe::way}, deadline);
    return {.links = std::move(reply.links),
            .status = {},
            .denied = std::get<Denied>(std::move(reply.outcome)),
            .spared = std::move(spared),
            .fresh = {}};
  }
  const Errand errand{.probe = protocol::Probe::all, .read_url = read_url};
  Asked answer = ask(turn, std::move(history), errand, deadline, Ahead::no);
  ServiceProbe probe{.links = std::move(answer.reply.links),
                     .status = answer.reply.status,
                     .denied = {},
                     .spared = {},
                     .fresh = {}};
  if (auto* const granted = std::get_if<protocol::Granted>(&answer.reply.outcome))
    probe.fresh = token_of(std::move(*granted), answer.at, answer.is_too_short);
  else
    probe.denied = std::get<Denied>(std::move(answer.reply.outcome));
  return probe;
}

void SparingAuthorizer::share_failure(const Turn& turn) {
  const History history = read(&turn);
  if (const auto denied = failure_since(history, question())) throw to_failure(*denied);
}

bool SparingAuthorizer::may_renew(const Turn& turn) const {
  return helper::may_renew(turn.read_ledger(), question(), profile_.refresh_ahead);
}

void SparingAuthorizer::note_erase(const Turn& turn) {
  History history = read(&turn);
  helper::note_erase(history, boot_clock());
  write(&turn, history);
}

Question SparingAuthorizer::question() const noexcept {
  return {.started = started_, .now = boot_clock(), .route = route_, .min_ttl = profile_.min_ttl};
}

History SparingAuthorizer::read(const Turn* turn) try {
  return turn != nullptr ? turn->read_ledger() : History{};
} catch (const std::system_error& error) {
  trouble_.say(error.what());
  return {};
}

/// The ledger, once it has been looked whether a refused key is still the one.
History SparingAuthorizer::read_before_asking(const Turn* turn, steady_clock::time_point deadline) {
  History history = read(turn);
  if (key_.is_dear() && remembers_refusal(history, boot_clock()) && !failure_since(history, question()))
    look_for_another_key(turn, history, deadline);
  return history;
}

void SparingAuthorizer::write(const Turn* turn, const History& history) try {
  if (turn != nullptr) turn->write_ledger(history);
} catch (const std::system_error& error) {
  trouble_.say(error.what());
}

/// A refusal says nothing of the key that the command may write by now.
void SparingAuthorizer::look_for_another_key(const Turn* turn, History& history,
                                             steady_clock::time_point deadline) {
  note_key(history, key_.fingerprint(deadline), boot_clock());
  write(turn, history);
}

/// Where the key cannot be read, those who wait for this call shall not each find that out anew.
void SparingAuthorizer::read_key(const Turn* turn, History& history, steady_clock::time_point deadline) try {
  (void)key_.key(deadline);
} catch (const Failure& failure) {
  const bool is_late = failure.code == ExitCode::unreachable;
  note_failure(history,
               {.denial = is_late ? Denial::unreachable : Denial::misconfigured,
                .transient = is_late,
                .what = failure.what(),
                .hint = failure.hint,
                .retry_after = std::nullopt},
               deadline);
  write(turn, history);
  throw;
}

void SparingAuthorizer::note_failure(History& history, const Denied& denied,
                                     steady_clock::time_point deadline) {
  helper::note_failure(history, denied, route_, boot_clock());
  if (key_.is_dear() && denied.denial == Denial::refused) history.failure->key = key_.fingerprint(deadline);
}

SparingAuthorizer::Asked SparingAuthorizer::ask(const Turn* turn, History history, const Errand& errand,
                                                steady_clock::time_point deadline, Ahead ahead) {
  read_key(turn, history, deadline);
  const Instant before = boot_clock();
  expect_request(history, before);
  if (ahead == Ahead::yes) note_renewal(history, before);
  write(turn, history);
  // Taken before the request is sent, so that the token is never believed to live longer than it does.
  const Moment asked = Moment::now();
  protocol::AuthorizeReply reply = [&] {
    try {
      return send(errand, deadline);
    } catch (const AuthorizerNotStarted&) {
      settle_request(history, 0, boot_clock());
      write(turn, history);
      throw;
    }
  }();
  refuse_dead(reply);

  const Instant now = boot_clock();
  settle_request(history, reply.requests, now);
  if (const auto* const denied = std::get_if<Denied>(&reply.outcome)) {
    note_failure(history, *denied, deadline);
    write(turn, history);
    return {.reply = std::move(reply), .at = asked};
  }
  auto& granted = std::get<protocol::Granted>(reply.outcome);
  granted.lifetime = std::min(granted.lifetime, protocol::longest_lifetime);
  // Times are cut to whole seconds, so up to one of them has gone that nobody saw.
  const auto gone = std::max<std::chrono::seconds>(Moment::now().boot - asked.boot, std::chrono::seconds(1));
  const bool is_too_short = granted.lifetime - gone < profile_.min_ttl;
  note_grant(history, granted.lifetime, is_too_short, ahead == Ahead::yes, now);
  write(turn, history);
  return {.reply = std::move(reply), .at = asked, .is_too_short = is_too_short};
}

NewToken SparingAuthorizer::token_or_failure(Asked asked) {
  if (const auto* const denied = std::get_if<Denied>(&asked.reply.outcome)) throw to_failure(*denied);
  return token_of(std::get<protocol::Granted>(std::move(asked.reply.outcome)), asked.at, asked.is_too_short);
}

protocol::AuthorizeReply SparingAuthorizer::send(const Errand& errand, steady_clock::time_point deadline) {
  protocol::AuthorizeReply reply = authorizer_.authorize(request(errand, deadline), deadline);
  for (const protocol::TraceLine& line : reply.trace)
    trace_.line(Trace::Clock::time_point(line.at), line.what);
  return reply;
}

protocol::AuthorizeRequest SparingAuthorizer::request(const Errand& errand,
                                                      steady_clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  // Who only looks at the way wants no key.
  const bool wants_key = errand.probe != protocol::Probe::way;
  return {.url = profile_.authorize_url,
          .api_key = wants_key ? protocol::Secret(key_.key(deadline).reveal()) : protocol::Secret(),
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

}  // namespace sase::helper
