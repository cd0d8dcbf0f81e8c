// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"
#include "helper/commands/commands.hpp"
#include "helper/token/session.hpp"

namespace sase::commands {

ExitCode erase(const Call& call) {
  const protocol::Secret text = cli::read_request(call.input, call.diagnostics);
  const protocol::CredentialRequest request = cli::parse_request(text);
  if (request.secret.empty()) return ExitCode::success;
  const auto profile = cli::find_profile(profile_selector(call), request);
  if (profile) token::TokenSession(session_context(call), *profile).provider().erase(request.secret);
  return ExitCode::success;
}

}  // namespace sase::commands
