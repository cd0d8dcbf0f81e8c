// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/probe.hpp"

#include "helper/authorize/http/check_details.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/service/service_error.hpp"
#include "helper/authorize/service/service_response.hpp"

#include <string>
#include <utility>

namespace sase::authorize {

namespace {

using protocol::AuthError;
using protocol::CheckId;
using protocol::ErrorKind;
using protocol::Step;
using protocol::TokenResponse;

std::string with_status(const char* what, int status) {
  return std::string(what) + " (HTTP " + std::to_string(status) + ')';
}

std::string describe_token(int status, std::chrono::seconds lifetime) {
  return "HTTP " + std::to_string(status) + ", a token with a lifetime of " +
         std::to_string(lifetime.count() / 60) + " min";
}

}  // namespace

std::variant<TokenResponse, AuthError> ConnectivityProbe::run(const protocol::AuthorizeRequest& request) {
  if (request.probe == protocol::Probe::way) {
    transport_.reach();
    return AuthError{
        .kind = ErrorKind::not_asked, .what = "no token was requested", .hint = {}, .retry_after = {}};
  }
  auto outcome = authorize(request.api_key.reveal());
  if (const auto* const token_response = std::get_if<TokenResponse>(&outcome))
    read(request.read_url, token_response->token);
  return outcome;
}

std::variant<TokenResponse, AuthError> ConnectivityProbe::authorize(std::string_view api_key) {
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
  progress_.passed(CheckId::authorize, [&] { return describe_token(reply.status, token_response.lifetime); });
  progress_.granted(token_response);
  return outcome;
}

void ConnectivityProbe::read(std::string_view url, const protocol::BearerToken& token) try {
  if (!url.empty()) report_read(progress_, transport_.get(url, token.reveal()));
} catch (const FailedAttempt& failed) {
  progress_.failed(failed.auth_error());
}

void report_read(Progress& progress, const HttpReply& reply) {
  const int status = reply.status;
  const auto fails = [&](ErrorKind kind, const char* what, const char* remedy) {
    progress.failed(CheckId::read, kind, with_status(what, status), remedy);
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
    progress.passed(CheckId::read, [&] { return "HTTP " + std::to_string(status) + " with the new token"; });
}

}  // namespace sase::authorize
