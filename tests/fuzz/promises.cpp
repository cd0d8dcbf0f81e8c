// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/promises.hpp"

#include "helper/authorize/http/https_transport.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/json_object.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/support/response.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace sase::fuzz {

namespace {

using protocol::AuthError;
using protocol::AuthorizeReply;
using protocol::AuthorizeRequest;
using protocol::TokenResponse;
using std::chrono::seconds;

/// Size of a message and its hint, including the longest quotation.
constexpr std::size_t longest_message = 1500;

void check_message(const std::string& what, const std::string& hint) {
  check(!what.empty(), "a failure has a message");
  check(is_printable(what) && is_printable(hint), "a message is printable");
  check(what.size() + hint.size() <= longest_message, "a message is short");
}

void check_token_response(const TokenResponse& token_response) {
  check(is_b64token(token_response.token.reveal()), "a token is b64token text");
  check(token_response.lifetime > seconds(0), "a new token has not expired");
  check(token_response.lifetime <= seconds(3600), "the lifetime of a token is at most an hour");
}

void check_auth_error(const AuthError& auth_error, std::string_view api_key) {
  check_message(auth_error.what, auth_error.hint);
  check(!gives_away(auth_error.what + auth_error.hint, api_key), "a message contains no part of the key");
  check(!auth_error.retry_after || auth_error.transient, "only a transient error has a Retry-After");
  check(!auth_error.retry_after ||
            (auth_error.retry_after->count() >= 0 && auth_error.retry_after->count() <= 3600),
        "a Retry-After is within its bounds");
  const bool may_pass = auth_error.kind == protocol::ErrorKind::unreachable ||
                        auth_error.kind == protocol::ErrorKind::rate_limited;
  check(!auth_error.transient || may_pass, "a rejection is not transient");
}

/// JSON is written without escapes: no value of a profile needs one.
void check_token_text(const config::Profile& profile) {
  const auto text = protocol::write_json(
      protocol::BearerToken(protocol::Secret("to.ken==")),
      {.profile = profile.name, .api_url = profile.rest_url, .expires_in = seconds(1), .expires_at = {}});
  check(protocol::JsonObject::parse(text.reveal()).text("api_url") == profile.rest_url,
        "the JSON contains the URL of the profile");
}

bool same(const AuthError& left, const AuthError& right) {
  return left.kind == right.kind && left.what == right.what && left.hint == right.hint &&
         left.retry_after == right.retry_after;
}

}  // namespace

void check_failure(const Failure& failure, ExitCode code) {
  check(failure.code == code, "a failure has the exit code of its kind");
  check_message(failure.what(), failure.hint);
}

void check_profile(const config::Profile& profile) {
  const std::string key_source = profile.key_source ? profile.key_source->value : "";
  for (const std::string& text : {key_source, profile.ca_file, profile.client_cert, profile.client_key,
                                  profile.proxy, profile.no_proxy})
    check(std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }),
          "a profile contains no control bytes");
  const auto endpoint = authorize::Endpoint::parse(profile.authorize_url);
  check(endpoint.host == profile.hosts.front(), "a profile owns the host of its authorize URL");
  check(profile.min_ttl >= seconds(0) && profile.min_ttl <= seconds(3600), "min-ttl is within its bounds");
  check(profile.timeout >= seconds(1) && profile.timeout <= std::chrono::hours(24 * 365),
        "timeout is within its bounds");
  check_token_text(profile);
  const AuthorizeRequest request{.url = profile.authorize_url,
                                 .api_key = protocol::Secret("key"),
                                 .timeout = profile.timeout,
                                 .ca_file = profile.ca_file,
                                 .client_cert = profile.client_cert,
                                 .client_key = profile.client_key,
                                 .proxy = profile.proxy,
                                 .no_proxy = profile.no_proxy};
  const AuthorizeRequest read = AuthorizeRequest::parse(request.write().reveal());
  check(read.ca_file == profile.ca_file && read.client_cert == profile.client_cert &&
            read.client_key == profile.client_key && read.proxy == profile.proxy &&
            read.no_proxy == profile.no_proxy,
        "the authorizer reads the settings of the profile");
}

void check_outcome(std::variant<TokenResponse, AuthError> outcome, std::string_view api_key) {
  const AuthorizeReply reply{.requests = 1, .outcome = std::move(outcome)};
  if (const auto* const token_response = std::get_if<TokenResponse>(&reply.outcome))
    check_token_response(*token_response);
  if (const auto* const auth_error = std::get_if<AuthError>(&reply.outcome))
    check_auth_error(*auth_error, api_key);
  check(same(reply, tests::parse_response(tests::write(reply))), "the front reads the outcome unchanged");
}

bool same(const AuthorizeReply& left, const AuthorizeReply& right) {
  const auto same_check = [](const protocol::Check& one, const protocol::Check& other) {
    return one.write() == other.write() && one.remedy == other.remedy;
  };
  if (left.status != right.status || !std::ranges::equal(left.checks, right.checks, same_check)) return false;
  if (left.requests != right.requests || left.outcome.index() != right.outcome.index()) return false;
  if (const auto* const auth_error = std::get_if<AuthError>(&left.outcome))
    return same(*auth_error, std::get<AuthError>(right.outcome));
  const auto& one = std::get<TokenResponse>(left.outcome);
  const auto& other = std::get<TokenResponse>(right.outcome);
  return one.token.reveal() == other.token.reveal() && one.lifetime == other.lifetime;
}

}  // namespace sase::fuzz
