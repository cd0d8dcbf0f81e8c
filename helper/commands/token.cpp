// SPDX-License-Identifier: Apache-2.0
#include "helper/clock.hpp"
#include "helper/commands/commands.hpp"
#include "helper/commands/format_choice.hpp"
#include "helper/commands/token_query.hpp"
#include "helper/token/session.hpp"
#include "protocol/dialects/token_format.hpp"

namespace sase::commands {

ExitCode token(const Call& call) {
  const protocol::TokenFormat format = format_of(call.line);
  const TokenQuery query = token_query(call, format);
  const config::Profile& profile = query.profile;
  token::TokenSession session(session_context(call), profile);
  const token::FreshToken fresh = session.provider().get();
  const protocol::TokenFacts facts{.profile = profile.name,
                                   .api_url = profile.rest_url,
                                   .expires_in = fresh.time_left,
                                   .expires_at = ClockReading::now().wall + fresh.time_left,
                                   .exec_api_version = query.exec_api_version};
  write_output(call, protocol::write_token(format, fresh.token, facts).reveal());
  session.provider().refresh_in_background();
  return ExitCode::success;
}

}  // namespace sase::commands
