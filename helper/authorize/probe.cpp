// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/probe.hpp"

#include "helper/authorize/report/check_details.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/service/authorize_body.hpp"
#include "helper/authorize/service/service_error.hpp"
#include "helper/authorize/service/service_response.hpp"

#include <string>
#include <utility>

namespace sase::helper::authorize {

namespace {

using protocol::AuthorizeReply;
using protocol::Denial;
using protocol::Denied;
using protocol::Granted;
using protocol::LinkName;

std::string with_status(const char* what, int status) {
  return std::string(what) + " (HTTP " + std::to_string(status) + ')';
}

std::string describe_grant(int status, std::chrono::seconds lifetime) {
  return "HTTP " + std::to_string(status) + ", a token that lives for " +
         std::to_string(lifetime.count() / 60) + " min";
}

/// Why no token was asked for.
Denied not_asked() {
  return {.denial = Denial::not_asked, .what = "no token was asked for", .hint = {}, .retry_after = {}};
}

}  // namespace

AuthorizeReply ChainProbe::run(const protocol::AuthorizeRequest& request) try {
  return request.probe == protocol::Probe::way ? reach() : ask(request);
} catch (const FailedAttempt& failed) {
  return broken_off(failed.denied(), progress_, report_);
}

AuthorizeReply ChainProbe::reach() {
  transport_.reach();
  return {.requests = 0, .outcome = not_asked(), .links = report_.complete("not tried")};
}

AuthorizeReply ChainProbe::ask(const protocol::AuthorizeRequest& request) {
  const std::string_view key = request.api_key.reveal();
  const HttpReply reply = transport_.post(write_authorize_body(key).reveal());
  progress_.enter(Phase::reading);
  report_.answered(static_cast<unsigned>(reply.status));
  report_clock(report_, reply.date, timing_.wall_clock());
  auto outcome = read_service_reply(reply, key, timing_.wall_clock());
  if (auto* const denied = std::get_if<Denied>(&outcome))
    return broken_off(std::move(*denied), progress_, report_);
  auto& granted = std::get<Granted>(outcome);
  report_.holds(LinkName::authorize, describe_grant(reply.status, granted.lifetime));
  // The report keeps the token too, for the one who watches the deadline.
  Granted given{.token = protocol::BearerToken(protocol::Secret(granted.token.reveal())),
                .lifetime = granted.lifetime};
  report_.keep(std::move(granted));
  progress_.begin_reading();
  read(request.read_url, given.token);
  return {.requests = progress_.requests(),
          .outcome = std::move(given),
          .links = report_.complete("not tried"),
          .status = report_.status()};
}

void ChainProbe::read(std::string_view url, const protocol::BearerToken& token) {
  if (url.empty()) return;
  report_read(report_, transport_.get(url, token.reveal()));
}

AuthorizeReply broken_off(Denied denied, const Progress& progress, LinkReport& report) {
  auto links = report.complete(denied, progress.link());
  const auto requests = progress.requests();
  if (auto granted = report.take_granted())
    return {.requests = requests,
            .outcome = std::move(*granted),
            .links = std::move(links),
            .status = report.status()};
  return {.requests = requests,
          .outcome = std::move(denied),
          .links = std::move(links),
          .status = report.status()};
}

void report_read(LinkReport& report, const HttpReply& reply) {
  const int status = reply.status;
  const auto fails = [&](Denial denial, const char* what, const char* remedy) {
    report.fails(LinkName::read, denial, with_status(what, status), remedy);
  };
  if (status == 401)
    fails(Denial::refused, "the service does not accept the token that it has just given",
          "check url and api: tokens of v1 and v3 are not mixed; another program's new token may have ended "
          "this one");
  else if (status == 403)
    fails(Denial::refused, "the service denies this token access",
          "give the key its permissions in the console, Settings > API Support, and check region and api");
  else if (status == 429)
    fails(Denial::rate_limited, "the service limits the rate of requests",
          "wait some minutes: other programs behind the same address count as well");
  else if (status >= 500 && status <= 599)
    fails(Denial::unreachable, "the service is failing", "try again later");
  else if (status < 200 || status > 299)
    fails(Denial::nonsense, "the service does not know the address that was read",
          "check region, api and url: another host may have answered");
  else if (is_web_page(reply))
    fails(Denial::nonsense, "a web page answered instead of the service",
          "log in to this network in a browser, or check proxy, region and url");
  else
    report.holds(LinkName::read, "HTTP " + std::to_string(status) + " with the new token");
}

}  // namespace sase::helper::authorize
