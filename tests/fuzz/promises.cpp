// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/promises.hpp"

#include "helper/authorize/net/endpoint.hpp"
#include "helper/authorize/service/json_members.hpp"
#include "protocol/token_format.hpp"
#include "tests/fuzz/check.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace sase::fuzz {

namespace {

using protocol::AuthorizeReply;
using protocol::AuthorizeRequest;
using protocol::Denied;
using protocol::Granted;
using std::chrono::seconds;

/// Two lines for a person, the longest of foreign words in them.
constexpr std::size_t longest_words = 1500;

void check_words(const std::string& what, const std::string& hint) {
  check(!what.empty(), "a failure says what it is");
  check(is_printable(what) && is_printable(hint), "what a person is told is printable");
  check(what.size() + hint.size() <= longest_words, "what a person is told is short");
}

void check_granted(const Granted& granted) {
  check(is_b64token(granted.token.reveal()), "a token is b64token text");
  check(granted.lifetime > seconds(0), "a granted token lives");
  check(granted.lifetime <= seconds(3600), "no token is believed to live longer than an hour");
}

void check_denied(const Denied& denied, std::string_view api_key) {
  check_words(denied.what, denied.hint);
  check(!gives_away(denied.what + denied.hint, api_key), "no piece of the key is in the words of a denial");
  check(!denied.retry_after || denied.transient, "only what passes is worth waiting for");
  check(!denied.retry_after || (denied.retry_after->count() >= 0 && denied.retry_after->count() <= 3600),
        "a Retry-After is within its bounds");
  const bool may_pass =
      denied.denial == protocol::Denial::unreachable || denied.denial == protocol::Denial::rate_limited;
  check(!denied.transient || may_pass, "a refusal does not pass");
}

/// JSON is written without escapes: a profile has nothing in it that would need one.
void check_token_text(const helper::Profile& profile) {
  const auto text = protocol::write_token(
      protocol::TokenFormat::json, protocol::BearerToken(protocol::Secret("to.ken==")),
      {.profile = profile.name, .api_url = profile.rest_url, .expires_in = seconds(1), .expires_at = {}});
  const auto members = helper::authorize::JsonMembers::parse(text.reveal());
  check(members && members->text({}, "api_url") == profile.rest_url,
        "a token's JSON says what the profile says");
}

bool same(const Denied& left, const Denied& right) {
  return left.denial == right.denial && left.transient == right.transient && left.what == right.what &&
         left.hint == right.hint && left.retry_after == right.retry_after;
}

}  // namespace

void check_failure(const helper::Failure& failure, helper::ExitCode code) {
  check(failure.code == code, "a failure has the exit code of its kind");
  check_words(failure.what(), failure.hint);
}

void check_profile(const helper::Profile& profile) {
  for (const std::string& text : {profile.key_source.value, profile.ca_file, profile.client_cert,
                                  profile.client_key, profile.proxy, profile.no_proxy})
    check(std::ranges::none_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; }),
          "a profile holds no control bytes");
  const auto endpoint = helper::authorize::Endpoint::parse(profile.authorize_url);
  check(endpoint.host == profile.hosts.front(), "a profile owns the host that authorizes");
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
        "the authorizer is told what the profile says");
}

void check_outcome(std::variant<Granted, Denied> outcome, std::string_view api_key) {
  const AuthorizeReply reply{.requests = 1, .outcome = std::move(outcome)};
  if (const auto* const granted = std::get_if<Granted>(&reply.outcome)) check_granted(*granted);
  if (const auto* const denied = std::get_if<Denied>(&reply.outcome)) check_denied(*denied, api_key);
  check(same(reply, AuthorizeReply::parse(reply.write().reveal())),
        "the front is told what the service said");
}

bool same(const AuthorizeReply& left, const AuthorizeReply& right) {
  const auto same_link = [](const protocol::Link& one, const protocol::Link& other) {
    return one.write() == other.write() && one.remedy == other.remedy;
  };
  if (left.status != right.status || !std::ranges::equal(left.links, right.links, same_link)) return false;
  if (left.requests != right.requests || left.outcome.index() != right.outcome.index()) return false;
  if (const auto* const denied = std::get_if<Denied>(&left.outcome))
    return same(*denied, std::get<Denied>(right.outcome));
  const auto& one = std::get<Granted>(left.outcome);
  const auto& other = std::get<Granted>(right.outcome);
  return one.token.reveal() == other.token.reveal() && one.lifetime == other.lifetime;
}

}  // namespace sase::fuzz
