// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"

#include "helper/authorize/http/https_transport.hpp"
#include "helper/authorize/service/service_response.hpp"
#include "helper/os/processes/this_process.hpp"
#include "protocol/time.hpp"

#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <variant>

namespace sase::authorize {

namespace {

using protocol::AuthError;
using protocol::CheckId;
using protocol::ErrorKind;
using protocol::Outcome;
using protocol::Step;
using protocol::TokenResponse;

std::string describe_pause(std::chrono::milliseconds pause, std::optional<std::chrono::seconds> retry_after) {
  return "pause: " + std::to_string(pause.count()) + " ms before the next try" +
         (retry_after ? ", since the service asked for " + std::to_string(retry_after->count()) + " s" : "");
}

/// A larger difference to the service's clock is an error. A response may take some seconds.
constexpr std::chrono::seconds most_difference{60};

AuthError fail(Progress& progress, AuthError auth_error) {
  progress.failed(auth_error);
  return auth_error;
}

Outcome run(const protocol::AuthorizeRequest& request, std::chrono::steady_clock::time_point start,
            Progress& progress) try {
  HttpsTransport transport(request, progress);
  SystemTiming timing(start + request.timeout);
  Authorizer authorizer(transport, timing, progress);
  if (progress.is_probing()) return authorizer.probe(request);
  return authorizer.authorize(request.api_key.reveal(), request.tries);
} catch (const FailedAttempt& failed) {
  return fail(progress, failed.auth_error());
} catch (const std::bad_alloc&) {
  const auto error = std::make_error_code(std::errc::not_enough_memory);
  return fail(progress, {.kind = ErrorKind::authorizer_failed,
                         .what = "out of memory " + std::string(describe(progress.step())),
                         .hint = std::string(os::remedy_for_shortage(error))});
} catch (const std::exception&) {
  // The text of an unexpected exception may contain a secret.
  return fail(progress, {.kind = ErrorKind::invalid_response,
                         .what = "internal error " + std::string(describe(progress.step())),
                         .hint = "please report this"});
}

}  // namespace

Outcome Authorizer::authorize(std::string_view api_key, unsigned most_tries) {
  const protocol::Secret body = write_authorize_body(api_key);
  for (unsigned tries = 1;; ++tries) {
    Outcome outcome = try_once(body.reveal(), api_key);
    const auto* const auth_error = std::get_if<AuthError>(&outcome);
    if (auth_error == nullptr) return outcome;
    progress_.trace("try " + std::to_string(tries) + " failed: " + auth_error->what);
    if (!auth_error->transient || tries >= most_tries) return outcome;
    const auto pause =
        pause_before_retry(tries, timing_.time_left(), auth_error->retry_after, timing_.chance());
    if (!pause) return outcome;
    progress_.enter(Step::pausing);
    progress_.trace(describe_pause(*pause, auth_error->retry_after));
    timing_.pause(*pause);
  }
}

Outcome Authorizer::try_once(std::string_view body, std::string_view api_key) try {
  return parse_service_response(transport_.post(body), api_key, timing_.wall_clock());
} catch (const FailedAttempt& failed) {
  return failed.auth_error();
}

Outcome Authorizer::probe(const protocol::AuthorizeRequest& request) {
  if (request.probe == protocol::Probe::connection) {
    transport_.reach();
    return AuthError{.kind = ErrorKind::not_asked, .what = "no token was requested"};
  }
  auto outcome = probe_authorize(request.api_key.reveal());
  if (const auto* const token_response = std::get_if<TokenResponse>(&outcome))
    probe_read(request.read_url, token_response->token);
  return outcome;
}

Outcome Authorizer::probe_authorize(std::string_view api_key) {
  const HttpReply reply = transport_.post(write_authorize_body(api_key).reveal());
  progress_.enter(Step::reading);
  progress_.answered(static_cast<unsigned>(reply.status));
  report_clock(progress_, reply.date, timing_.wall_clock());
  auto outcome = parse_service_response(reply, api_key, timing_.wall_clock());
  if (const auto* const auth_error = std::get_if<AuthError>(&outcome)) {
    progress_.failed(*auth_error);
    return outcome;
  }
  const auto& token_response = std::get<TokenResponse>(outcome);
  progress_.passed(CheckId::authorize, "HTTP " + std::to_string(reply.status) +
                                           ", a token with a lifetime of " +
                                           std::to_string(token_response.lifetime.count() / 60) + " min");
  progress_.granted(token_response);
  return outcome;
}

void Authorizer::probe_read(std::string_view url, const protocol::BearerToken& token) try {
  if (!url.empty()) report_read(progress_, transport_.get(url, token.reveal()));
} catch (const FailedAttempt& failed) {
  progress_.failed(failed.auth_error());
}

void report_clock(Progress& progress, std::string_view date, std::chrono::sys_seconds now) {
  const auto service_time = protocol::parse_http_date(date);
  if (!service_time) {
    progress.warned(CheckId::clock, "the response of the service has no valid Date", "");
    return;
  }
  const auto difference = now - *service_time;
  const std::string text = protocol::describe_duration(std::chrono::abs(difference)) +
                           (difference.count() < 0 ? " behind" : " ahead of");
  if (difference <= most_difference && -difference <= most_difference)
    progress.passed(CheckId::clock, difference.count() == 0 ? "the same as the service's"
                                                            : "this machine's is " + text + " the service's");
  else
    progress.failed(CheckId::clock, ErrorKind::misconfigured,
                    "this machine's clock is " + text + " the service's: it says " +
                        protocol::format_rfc3339(now) + ", and the service " +
                        protocol::format_rfc3339(*service_time),
                    "set this machine's clock, as with: timedatectl set-ntp true");
}

void report_read(Progress& progress, const HttpReply& reply) {
  const int status = reply.status;
  const auto fails = [&](ErrorKind kind, const std::string& what, const char* remedy) {
    progress.failed(CheckId::read, kind, what + " (HTTP " + std::to_string(status) + ')', remedy);
  };
  if (status == 401)
    fails(ErrorKind::rejected, "the service rejects the token that it has just issued",
          "check url and api: tokens of v1 and v3 are not mixed; a newer token of another program may have "
          "revoked this one");
  else if (status == 403)
    fails(ErrorKind::rejected, "the service denies access with this token",
          "give the key its permissions in the console, Settings > API Support, and check region and api");
  else if (status == 429)
    fails(ErrorKind::rate_limited, "the service limits the rate of requests",
          "wait some minutes: other programs with the same IP address count as well");
  else if (status >= 500 && status <= 599)
    fails(ErrorKind::unreachable, "the service is failing", "try again later");
  else if (status < 200 || status > 299)
    fails(ErrorKind::invalid_response, "the service does not know the URL that was read",
          "check region, api and url: another host may have responded");
  else if (is_web_page(reply))
    fails(ErrorKind::invalid_response, "a web page instead of a response of the service",
          "log in to this network in a browser, or check proxy, region and url");
  else
    progress.passed(CheckId::read, "HTTP " + std::to_string(status) + " with the new token");
}

void authorize_over_network(const protocol::AuthorizeRequest& request,
                            std::chrono::steady_clock::time_point start, Progress& progress) {
  progress.finish(run(request, start, progress));
}

}  // namespace sase::authorize
