// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"
#include "helper/commands/commands.hpp"
#include "protocol/dialects/bazel.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/protocol_error.hpp"

/// The operations of credential helpers: get (in both dialects), store, erase, capability.
namespace sase::commands {

namespace {

/// Bazel kills its helpers after 10 seconds, and does not report why there is no token.
constexpr std::chrono::seconds bazel_timeout{9};

constexpr const char* request_form = R"(write {"uri":"https://..."}, then the end of the input)";

protocol::Origin read_origin(const Call& call) {
  const protocol::Secret text = cli::read_document(call.input, call.diagnostics, request_form);
  try {
    return protocol::parse_bazel_request(text.reveal());
  } catch (const protocol::ProtocolError& error) {
    throw cli::malformed_request(error.what(), request_form);
  }
}

/// A URI that does not match is an error, as the specification of this dialect requires.
ExitCode bazel_get(const Call& call) {
  if (call.line.no_prompt)
    throw Failure(ExitCode::usage_error, "'--no-prompt' is for git: no other tool prompts");
  config::Profile profile = cli::require_profile(profile_selector(call), read_origin(call), "the URI");
  if (!profile.has_own_timeout) profile.timeout = bazel_timeout;

  return deliver(call, profile, [](const protocol::BearerToken& bearer, const ExpiryTimes& times) {
    return protocol::write_bazel_reply(bearer, times.expires_at);
  });
}

}  // namespace

ExitCode get(const Call& call) {
  if (select_dialect(call) == cli::Dialect::bazel) return bazel_get(call);
  const protocol::Secret text = cli::read_request(call.input, call.diagnostics);
  const protocol::CredentialRequest request = cli::parse_request(text);
  const auto profile = cli::find_profile(profile_selector(call), request);
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
  const protocol::Secret text = cli::read_request(call.input, call.diagnostics);
  const protocol::CredentialRequest request = cli::parse_request(text);
  if (request.secret.empty()) return ExitCode::success;
  const auto profile = cli::find_profile(profile_selector(call), request);
  if (profile) token::TokenSession(session_context(call), *profile).provider().erase(request.secret);
  return ExitCode::success;
}

/// Reads nothing: callers may leave standard input open.
ExitCode capability(const Call& call) {
  write_output(call, protocol::capability_reply);
  return ExitCode::success;
}

}  // namespace sase::commands
