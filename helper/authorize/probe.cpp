// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/probe.hpp"

#include "helper/authorize/report/check_details.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/service/authorize_body.hpp"
#include "helper/authorize/service/service_error.hpp"
#include "helper/authorize/service/service_response.hpp"

#include <string>
#include <utility>

namespace sase::authorize {

namespace {

using protocol::AuthError;
using protocol::AuthorizeReply;
using protocol::CheckId;
using protocol::ErrorKind;
using protocol::TokenResponse;

std::string with_status(const char* what, int status) {
  return std::string(what) + " (HTTP " + std::to_string(status) + ')';
}

std::string describe_grant(int status, std::chrono::seconds lifetime) {
  return "HTTP " + std::to_string(status) + ", a token that lives for " +
         std::to_string(lifetime.count() / 60) + " min";
}

/// Why no token was asked for.
AuthError not_asked() {
  return {.kind = ErrorKind::not_asked, .what = "no token was asked for", .hint = {}, .retry_after = {}};
}

}  // namespace

AuthorizeReply ConnectivityProbe::run(const protocol::AuthorizeRequest& request) try {
  return request.probe == protocol::Probe::way ? reach() : ask(request);
} catch (const FailedAttempt& failed) {
  return broken_off(failed.auth_error(), progress_, report_);
}

AuthorizeReply ConnectivityProbe::reach() {
  transport_.reach();
  return {.requests = 0, .outcome = not_asked(), .checks = report_.complete("not tried")};
}

AuthorizeReply ConnectivityProbe::ask(const protocol::AuthorizeRequest& request) {
  const std::string_view key = request.api_key.reveal();
  const HttpReply reply = transport_.post(write_authorize_body(key).reveal());
  progress_.enter(Phase::reading);
  report_.answered(static_cast<unsigned>(reply.status));
  report_clock(report_, reply.date, timing_.wall_clock());
  auto outcome = parse_service_response(reply, key, timing_.wall_clock());
  if (auto* const auth_error = std::get_if<AuthError>(&outcome))
    return broken_off(std::move(*auth_error), progress_, report_);
  auto& token_response = std::get<TokenResponse>(outcome);
  report_.holds(CheckId::authorize, describe_grant(reply.status, token_response.lifetime));
  // The report keeps the token too, for the one who watches the deadline.
  TokenResponse given{.token = protocol::BearerToken(protocol::Secret(token_response.token.reveal())),
                      .lifetime = token_response.lifetime};
  report_.keep(std::move(token_response));
  progress_.begin_reading();
  read(request.read_url, given.token);
  return {.requests = progress_.requests(),
          .outcome = std::move(given),
          .checks = report_.complete("not tried"),
          .status = report_.status()};
}

void ConnectivityProbe::read(std::string_view url, const protocol::BearerToken& token) {
  if (url.empty()) return;
  report_read(report_, transport_.get(url, token.reveal()));
}

AuthorizeReply broken_off(AuthError auth_error, const Progress& progress, CheckReport& report) {
  auto checks = report.complete(auth_error, progress.check());
  const auto requests = progress.requests();
  if (auto token_response = report.take_token_response())
    return {.requests = requests,
            .outcome = std::move(*token_response),
            .checks = std::move(checks),
            .status = report.status()};
  return {.requests = requests,
          .outcome = std::move(auth_error),
          .checks = std::move(checks),
          .status = report.status()};
}

void report_read(CheckReport& report, const HttpReply& reply) {
  const int status = reply.status;
  const auto fails = [&](ErrorKind kind, const char* what, const char* remedy) {
    report.fails(CheckId::read, kind, with_status(what, status), remedy);
  };
  if (status == 401)
    fails(ErrorKind::rejected, "the service does not accept the token that it has just given",
          "check url and api: tokens of v1 and v3 are not mixed; another program's new token may have ended "
          "this one");
  else if (status == 403)
    fails(ErrorKind::rejected, "the service denies this token access",
          "give the key its permissions in the console, Settings > API Support, and check region and api");
  else if (status == 429)
    fails(ErrorKind::rate_limited, "the service limits the rate of requests",
          "wait some minutes: other programs behind the same address count as well");
  else if (status >= 500 && status <= 599)
    fails(ErrorKind::unreachable, "the service is failing", "try again later");
  else if (status < 200 || status > 299)
    fails(ErrorKind::invalid_response, "the service does not know the address that was read",
          "check region, api and url: another host may have answered");
  else if (is_web_page(reply))
    fails(ErrorKind::invalid_response, "a web page answered instead of the service",
          "log in to this network in a browser, or check proxy, region and url");
  else
    report.holds(CheckId::read, "HTTP " + std::to_string(status) + " with the new token");
}

}  // namespace sase::authorize
