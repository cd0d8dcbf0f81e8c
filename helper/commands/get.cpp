// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"
#include "helper/commands/deliver.hpp"
#include "protocol/git/credential.hpp"

namespace sase::commands {

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

}  // namespace sase::commands
