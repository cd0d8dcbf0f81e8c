// SPDX-License-Identifier: Apache-2.0
#include "helper/clock.hpp"
#include "helper/commands/commands.hpp"
#include "helper/token/session.hpp"
#include "protocol/git/credential_reply.hpp"

namespace sase::commands {

ExitCode get(const Call& call) {
  if (dialect_of(call) == cli::Dialect::bazel) return bazel_get(call);
  const protocol::Secret text = token::read_request(call);
  const protocol::CredentialRequest request = token::parse_request(text);
  const auto profile = token::profile_for(call, request);
  if (!profile) return ExitCode::success;

  token::TokenSession tokens(call, *profile);
  const token::FreshToken fresh = tokens.source().get();
  const auto form = request.authtype ? protocol::ReplyForm::bearer : protocol::ReplyForm::password;
  const auto expiry = ClockReading::now().wall + fresh.time_left;
  write_output(call, protocol::write_credential_reply(form, profile->name, fresh.token, expiry).reveal());
  tokens.source().refresh_in_background();
  return ExitCode::success;
}

}  // namespace sase::commands
