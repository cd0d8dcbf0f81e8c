// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/command.hpp"
#include "helper/commands/token_query.hpp"
#include "helper/commands/tokens.hpp"
#include "helper/failure.hpp"
#include "helper/nearest_name.hpp"
#include "helper/policy/clock.hpp"
#include "protocol/escape.hpp"
#include "protocol/token_format.hpp"

#include <algorithm>
#include <array>

namespace sase::helper {

namespace {

using protocol::token_formats;

protocol::TokenFormat format_of(const CommandLine& line) {
  if (!line.format) return token_formats.front().format;
  const auto* const found = std::ranges::find(token_formats, *line.format, &protocol::TokenFormatName::name);
  if (found != token_formats.end()) return found->format;
  std::array<std::string_view, token_formats.size()> known;
  std::ranges::transform(token_formats, known.begin(), &protocol::TokenFormatName::name);
  throw Failure(ExitCode::usage, "unknown format" + quote_if_short(*line.format),
                suggest(*line.format, known, "see: sase-credential help formats"));
}

}  // namespace

ExitCode token(const Call& call) {
  const protocol::TokenFormat format = format_of(call.line);
  const TokenQuery query = token_query(call, format);
  const Profile& profile = query.profile;
  Tokens tokens(call, profile);
  const FreshToken fresh = tokens.source().get();
  const protocol::TokenFacts facts{.profile = profile.name,
                                   .api_url = profile.rest_url,
                                   .expires_in = fresh.time_left,
                                   .expires_at = Moment::now().wall + fresh.time_left,
                                   .exec_api_version = query.exec_api_version};
  write_output(call, protocol::write_token(format, fresh.token, facts).reveal());
  tokens.source().renew_ahead();
  return ExitCode::done;
}

}  // namespace sase::helper
