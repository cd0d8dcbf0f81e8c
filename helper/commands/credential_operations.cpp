// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/processes/terminal.hpp"
#include "protocol/dialects/bazel.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

/// The operations of credential helpers: get (in both dialects), store, erase, capability.
namespace sase::commands {

namespace {

/// Bazel kills its helpers after 10 seconds, and does not report why there is no token.
constexpr std::chrono::seconds bazel_timeout{9};

constexpr const char* request_form = R"(write {"uri":"https://..."}, then the end of the input)";

constexpr const char* git_form = "write lines 'protocol=https' and 'host=...', then an empty line";

Failure no_match(std::string_view what, const std::string& why, std::string hint = {}) {
  return Failure(ExitCode::invalid_settings, "cannot send a token to " + std::string(what) + ": " + why,
                 std::move(hint));
}

/// Reads the input. The caller can finish writing a request that is too long.
template <typename Read>
protocol::Secret read_input(int input, const char* form, Read read) try {
  return read(input);
} catch (const protocol::ProtocolError& error) {
  os::discard_input(input);
  throw malformed_request(error.what(), form);
} catch (const std::length_error& error) {
  os::discard_input(input);
  throw malformed_request(std::string("it has ") + error.what(), form);
} catch (const std::system_error& error) {
  throw malformed_request("it cannot be read: " + error.code().message(), form);
}

/// Reads a request up to its empty line. At a terminal, a hint explains what is expected.
protocol::Secret read_request(const Call& call) {
  if (os::is_terminal(call.input))
    call.diagnostics.hint("waiting for a request: lines 'protocol=https' and 'host=...', then an empty line");
  return read_input(call.input, git_form, [](int fd) { return os::read_message(fd); });
}

/// The views in the result point into `text`.
protocol::CredentialRequest parse_request(const protocol::Secret& text) try {
  return protocol::CredentialRequest::parse(text.reveal());
} catch (const protocol::ProtocolError& error) {
  throw malformed_request(error.what(), git_form);
}

/// The profile that a request selects, or nothing if the request does not match.
std::optional<config::Profile> find_profile(const config::ProfileSelector& selector,
                                            const protocol::CredentialRequest& request) {
  if (request.protocol != "https") return std::nullopt;
  const auto host = protocol::Host::parse(request.host);
  return host ? selector.for_host(*host, request.username) : std::nullopt;
}

protocol::Origin read_origin(const Call& call) {
  const protocol::Secret text = read_document(call, request_form);
  try {
    return protocol::parse_bazel_request(text.reveal());
  } catch (const protocol::ProtocolError& error) {
    throw malformed_request(error.what(), request_form);
  }
}

/// A URI that does not match is an error, as the specification of this dialect requires.
ExitCode bazel_get(const Call& call) {
  if (call.line.no_prompt)
    throw Failure(ExitCode::usage_error, "'--no-prompt' is for git: no other tool prompts");
  config::Profile profile = require_profile(profile_selector(call), read_origin(call), "the URI");
  if (!profile.has_own_timeout) profile.timeout = bazel_timeout;

  return deliver(call, profile, [](const protocol::BearerToken& bearer, const ExpiryTimes& times) {
    return protocol::write_bazel_reply(bearer, times.expires_at);
  });
}

}  // namespace

protocol::Secret read_document(const Call& call, const char* form) {
  if (os::is_terminal(call.input)) call.diagnostics.hint(form);
  return read_input(call.input, form,
                    [](int fd) { return os::read_all(fd, protocol::JsonObject::usual_limit); });
}

Failure malformed_request(const std::string& why, const char* form) {
  return Failure(ExitCode::malformed_request, "the request on standard input is not understood: " + why,
                 form);
}

config::Profile require_profile(const config::ProfileSelector& selector, const protocol::Origin& origin,
                                std::string_view what) {
  if (origin.scheme != "https") throw no_match(what, "its scheme is not https");
  if (auto profile = selector.for_host(origin.host, {})) return *std::move(profile);
  throw no_match(
      what,
      (selector.is_named() ? "the profile does not have the host '" : "no profile has the host '") +
          origin.host.text() + "'",
      "a profile has the host of its 'region' or 'url', and each that it adds with 'host'");
}

ExitCode get(const Call& call) {
  if (select_dialect(call) == cli::Dialect::bazel) return bazel_get(call);
  const protocol::Secret text = read_request(call);
  const protocol::CredentialRequest request = parse_request(text);
  const auto profile = find_profile(profile_selector(call), request);
  if (!profile) return ExitCode::success;

  const auto form = request.authtype ? protocol::ReplyForm::bearer : protocol::ReplyForm::password;
  return deliver(call, *profile, [&](const protocol::BearerToken& bearer, const ExpiryTimes& times) {
    return protocol::write_credential_reply(form, profile->name, bearer, times.expires_at);
  });
}

/// The service is the only source of tokens: one that is offered may be another user's, so it is discarded.
ExitCode store(const Call& call) {
  ignore_request(call);
  return ExitCode::success;
}

ExitCode erase(const Call& call) {
  const protocol::Secret text = read_request(call);
  const protocol::CredentialRequest request = parse_request(text);
  if (request.secret.empty()) return ExitCode::success;
  const auto profile = find_profile(profile_selector(call), request);
  if (profile) token::TokenSession(session_context(call), *profile).provider().erase(request.secret);
  return ExitCode::success;
}

/// Reads nothing: callers may leave standard input open.
ExitCode capability(const Call& call) {
  write_output(call, protocol::capability_reply);
  return ExitCode::success;
}

}  // namespace sase::commands
