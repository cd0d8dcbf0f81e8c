// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/commands/commands.hpp"
#include "helper/config/profile.hpp"
#include "protocol/dialects/token_format.hpp"

#include <string_view>

namespace sase::commands {

/// What a call of `token` asks for: its words, and what the host of a format says beside them.
struct TokenQuery {
  config::Profile profile;
  std::string_view exec_api_version = protocol::exec_api_versions.front();
};

/// For `external` the query on standard input counts, for `exec-credential` KUBERNETES_EXEC_INFO. Throws
/// Failure: request where these are not understood, settings where they ask for a host that no profile owns.
[[nodiscard]] TokenQuery token_query(const Call& call, protocol::TokenFormat format);

}  // namespace sase::commands
