// SPDX-License-Identifier: Apache-2.0
#include "helper/commands/format_choice.hpp"

#include "helper/failure.hpp"
#include "helper/nearest_name.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <array>

namespace sase::commands {

using protocol::token_formats;

protocol::TokenFormat format_of(const cli::CommandLine& line) {
  if (!line.format) return token_formats.front().format;
  const auto* const found = std::ranges::find(token_formats, *line.format, &protocol::TokenFormatName::name);
  if (found != token_formats.end()) return found->format;
  std::array<std::string_view, token_formats.size()> known;
  std::ranges::transform(token_formats, known.begin(), &protocol::TokenFormatName::name);
  throw Failure(ExitCode::usage_error, "unknown format" + quote_if_short(*line.format),
                suggest(*line.format, known, "see: sase-credential help formats"));
}

}  // namespace sase::commands
