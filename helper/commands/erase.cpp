// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"
#include "helper/token/session.hpp"

namespace sase::helper {

ExitCode erase(const Call& call) {
  const protocol::Secret text = read_request(call);
  const protocol::CredentialRequest request = parse_request(text);
  if (request.secret.empty()) return ExitCode::success;
  const auto profile = profile_for(call, request);
  if (profile) TokenSession(call, *profile).source().erase(request.secret);
  return ExitCode::success;
}

}  // namespace sase::helper
