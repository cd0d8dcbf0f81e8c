// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"

#include "helper/authorize/http/https_transport.hpp"
#include "helper/authorize/probe.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/service/authorize_body.hpp"
#include "helper/authorize/service/retry.hpp"
#include "helper/authorize/service/service_response.hpp"

#include <exception>
#include <utility>

namespace sase::authorize {

namespace {

std::string describe_pause(std::chrono::milliseconds pause, std::optional<std::chrono::seconds> retry_after) {
  return "pause: " + std::to_string(pause.count()) + " ms before the next try" +
         (retry_after ? ", since the service asked for " + std::to_string(retry_after->count()) + " s" : "");
}

}  // namespace

using protocol::AuthError;
using protocol::AuthorizeReply;
using protocol::TokenResponse;

using Outcome = std::variant<TokenResponse, AuthError>;

Outcome Authorizer::authorize(std::string_view api_key, unsigned most_tries) {
  const protocol::Secret body = write_authorize_body(api_key);
  for (unsigned tries = 1;; ++tries) {
    Outcome outcome = try_once(body.reveal(), api_key);
    const auto* const auth_error = std::get_if<AuthError>(&outcome);
    if (auth_error != nullptr)
      progress_.note([&] { return "try " + std::to_string(tries) + " failed: " + auth_error->what; });
    if (auth_error == nullptr || !auth_error->transient || tries >= most_tries) return outcome;
    const auto pause =
        pause_before_retry(tries, timing_.time_left(), auth_error->retry_after, timing_.chance());
    if (!pause) return outcome;
    progress_.enter(Phase::pausing);
    progress_.note([&] { return describe_pause(*pause, auth_error->retry_after); });
    timing_.pause(*pause);
  }
}

Outcome Authorizer::try_once(std::string_view body, std::string_view api_key) try {
  return parse_service_response(transport_.post(body), api_key, timing_.wall_clock());
} catch (const FailedAttempt& failed) {
  return failed.auth_error();
}

namespace {

AuthorizeReply reply_with(Outcome outcome, const Progress& progress) {
  if (CheckReport* const report = progress.report())
    return broken_off(std::get<AuthError>(std::move(outcome)), progress, *report);
  return {.requests = progress.requests(), .outcome = std::move(outcome)};
}

}  // namespace

AuthorizeReply authorize_over_network(const protocol::AuthorizeRequest& request,
                                      std::chrono::steady_clock::time_point deadline, Progress& progress) {
  try {
    HttpsTransport transport(request, deadline, progress);
    SystemTiming timing(deadline);
    if (CheckReport* const report = progress.report())
      return ConnectivityProbe(transport, timing, progress, *report).run(request);
    return reply_with(
        Authorizer(transport, timing, progress).authorize(request.api_key.reveal(), request.tries), progress);
  } catch (const FailedAttempt& failed) {
    return reply_with(failed.auth_error(), progress);
  } catch (const std::exception&) {
    // Its text may hold anything and is not shown.
    return reply_with(AuthError{.kind = protocol::ErrorKind::invalid_response,
                                .what = "the authorizer failed " + std::string(describe(progress.phase())) +
                                        " in a way that it does not know",
                                .hint = "please report this",
                                .retry_after = {}},
                      progress);
  }
}

}  // namespace sase::authorize
