// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/authorizer.hpp"

#include "helper/authorize/http/https_transport.hpp"
#include "helper/authorize/probe.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/service/service_response.hpp"

#include <exception>
#include <utility>

namespace sase::authorize {

namespace {

using protocol::AuthError;
using protocol::TokenResponse;

using Outcome = std::variant<TokenResponse, AuthError>;

std::string describe_pause(std::chrono::milliseconds pause, std::optional<std::chrono::seconds> retry_after) {
  return "pause: " + std::to_string(pause.count()) + " ms before the next try" +
         (retry_after ? ", since the service asked for " + std::to_string(retry_after->count()) + " s" : "");
}

}  // namespace

Outcome Authorizer::authorize(std::string_view api_key, unsigned most_tries) {
  const protocol::Secret body = write_authorize_body(api_key);
  for (unsigned tries = 1;; ++tries) {
    Outcome outcome = try_once(body.reveal(), api_key);
    const auto* const auth_error = std::get_if<AuthError>(&outcome);
    if (auth_error == nullptr) return outcome;
    progress_.trace([&] { return "try " + std::to_string(tries) + " failed: " + auth_error->what; });
    if (!auth_error->transient || tries >= most_tries) return outcome;
    const auto pause =
        pause_before_retry(tries, timing_.time_left(), auth_error->retry_after, timing_.chance());
    if (!pause) return outcome;
    progress_.enter(protocol::Step::pausing);
    progress_.trace([&] { return describe_pause(*pause, auth_error->retry_after); });
    timing_.pause(*pause);
  }
}

Outcome Authorizer::try_once(std::string_view body, std::string_view api_key) try {
  return parse_service_response(transport_.post(body), api_key, timing_.wall_clock());
} catch (const FailedAttempt& failed) {
  return failed.auth_error();
}

namespace {

Outcome run(const protocol::AuthorizeRequest& request, std::chrono::steady_clock::time_point start,
            Progress& progress) try {
  HttpsTransport transport(request, progress);
  SystemTiming timing(start, request.timeout);
  if (progress.is_probing()) return ConnectivityProbe(transport, timing, progress).run(request);
  return Authorizer(transport, timing, progress).authorize(request.api_key.reveal(), request.tries);
} catch (const FailedAttempt& failed) {
  progress.failed(failed.auth_error());
  return failed.auth_error();
} catch (const std::exception&) {
  // The text of an unexpected exception may contain a secret.
  AuthError auth_error{.kind = protocol::ErrorKind::invalid_response,
                       .what = "internal error " + std::string(describe(progress.step())),
                       .hint = "please report this",
                       .retry_after = {}};
  progress.failed(auth_error);
  return auth_error;
}

}  // namespace

void authorize_over_network(const protocol::AuthorizeRequest& request,
                            std::chrono::steady_clock::time_point start, Progress& progress) {
  progress.finish(run(request, start, progress));
}

}  // namespace sase::authorize
