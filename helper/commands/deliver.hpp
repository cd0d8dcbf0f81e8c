// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/access_token.hpp"
#include "helper/commands/commands.hpp"
#include "helper/config/profile.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/secret.hpp"

#include <functional>

namespace sase::commands {

/// Formats a token as one reply.
using ReplyFormatter = std::function<protocol::Secret(const protocol::BearerToken&, const ExpiryTimes&)>;

/// Writes the token of a profile to standard output, then refreshes it in the background if it is due. Throws
/// Failure.
ExitCode deliver(const Call& call, const config::Profile& profile, const ReplyFormatter& format);

/// The format that `--format` names, or the default. Throws Failure (usage_error) that suggests the nearest
/// name.
[[nodiscard]] const protocol::TokenFormat& parse_format(const cli::CommandLine& line);

}  // namespace sase::commands
