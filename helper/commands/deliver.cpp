// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/deliver.hpp"

#include "helper/names.hpp"
#include "helper/token/session.hpp"

#include <algorithm>
#include <array>

namespace sase::commands {

using protocol::token_formats;

ExitCode deliver(const Call& call, const config::Profile& profile, const ReplyFormatter& format) {
  token::TokenSession session(session_context(call), profile);
  const token::ProvidedToken provided = session.provider().get();
  write_output(call, format(provided.token.bearer, ExpiryTimes::from(provided.token.expiry)).reveal());
  session.provider().refresh_in_background(provided);
  return ExitCode::success;
}

const protocol::TokenFormat& parse_format(const cli::CommandLine& line) {
  if (!line.format) return token_formats.front();
  if (const auto* const found = protocol::find_token_format(*line.format)) return *found;
  std::array<std::string_view, token_formats.size()> known;
  std::ranges::transform(token_formats, known.begin(), &protocol::TokenFormat::name);
  throw Failure(ExitCode::usage_error, "unknown format" + quote_if_short(*line.format),
                suggest(*line.format, known, "see: sase-credential help formats"));
}

}  // namespace sase::commands
