// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"
#include "helper/clock.hpp"
#include "helper/commands/commands.hpp"
#include "helper/token/session.hpp"
#include "protocol/dialects/bazel.hpp"
#include "protocol/protocol_error.hpp"

namespace sase::commands {

namespace {

/// Bazel kills its helpers after 10 seconds, and then says nothing of why there is no token.
constexpr std::chrono::seconds bazel_patience{9};

constexpr const char* awaited = R"(write {"uri":"https://..."}, then the end of the input)";

protocol::Origin asked_origin(const Call& call) {
  const protocol::Secret text = cli::read_document(call.input, call.diagnostics, awaited);
  try {
    return protocol::parse_bazel_request(text.reveal());
  } catch (const protocol::ProtocolError& error) {
    throw cli::malformed_request(error.what(), awaited);
  }
}

}  // namespace

/// A URI that is not ours is an error here, as the specification of these helpers has it.
ExitCode bazel_get(const Call& call) {
  if (call.line.no_prompt)
    throw Failure(ExitCode::usage_error, "'--no-prompt' is for git, which alone would ask a person");
  config::Profile profile = cli::require_profile(profile_selector(call), asked_origin(call), "the URI");
  if (!profile.has_own_timeout) profile.timeout = bazel_patience;

  token::TokenSession session(session_context(call), profile);
  const token::FreshToken fresh = session.provider().get();
  const auto expiry = ClockReading::now().wall + fresh.time_left;
  write_output(call, protocol::write_bazel_reply(fresh.token, expiry).reveal());
  session.provider().refresh_in_background();
  return ExitCode::success;
}

}  // namespace sase::commands
