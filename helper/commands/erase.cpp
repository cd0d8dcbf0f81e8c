// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/commands.hpp"
#include "helper/token/session.hpp"

namespace sase::commands {

ExitCode erase(const Call& call) {
  const protocol::Secret text = token::read_request(call);
  const protocol::CredentialRequest request = token::parse_request(text);
  if (request.secret.empty()) return ExitCode::success;
  const auto profile = token::profile_for(call, request);
  if (profile) token::TokenSession(call, *profile).source().erase(request.secret);
  return ExitCode::success;
}

}  // namespace sase::commands
