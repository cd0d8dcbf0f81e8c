// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"
#include "helper/commands/deliver.hpp"
#include "protocol/dialects/bazel.hpp"
#include "protocol/protocol_error.hpp"

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

}  // namespace

/// A URI that does not match is an error, as the specification of this dialect requires.
ExitCode bazel_get(const Call& call) {
  if (call.line.no_prompt)
    throw Failure(ExitCode::usage_error, "'--no-prompt' is for git, which alone would ask a person");
  config::Profile profile = cli::require_profile(profile_selector(call), read_origin(call), "the URI");
  if (!profile.has_own_timeout) profile.timeout = bazel_timeout;

  return deliver(call, profile, [](const protocol::BearerToken& bearer, const ExpiryTimes& times) {
    return protocol::write_bazel_reply(bearer, times.expires_at);
  });
}

}  // namespace sase::commands
