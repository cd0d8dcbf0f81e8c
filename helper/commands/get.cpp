// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"
#include "helper/clock.hpp"
#include "helper/commands/commands.hpp"
#include "helper/token/session.hpp"
#include "protocol/git/credential_reply.hpp"

namespace sase::commands {

ExitCode get(const Call& call) {
  if (dialect_of(call) == cli::Dialect::bazel) return bazel_get(call);
  const protocol::Secret text = cli::read_request(call.input, call.diagnostics);
  const protocol::CredentialRequest request = cli::parse_request(text);
  const auto profile = cli::find_profile(profile_selector(call), request);
  if (!profile) return ExitCode::success;

  token::TokenSession session(session_context(call), *profile);
  const token::FreshToken fresh = session.provider().get();
  const auto form = request.authtype ? protocol::ReplyForm::bearer : protocol::ReplyForm::password;
  const auto expiry = ClockReading::now().wall + fresh.time_left;
  write_output(call, protocol::write_credential_reply(form, profile->name, fresh.token, expiry).reveal());
  session.provider().refresh_in_background();
  return ExitCode::success;
}

}  // namespace sase::commands
