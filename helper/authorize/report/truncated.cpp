// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/report/truncated.hpp"

#include "protocol/ascii.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <string_view>

namespace sase::authorize {

std::string truncated(std::string words, std::size_t limit) {
  constexpr std::string_view cut_mark = "...";
  const bool printable = std::ranges::all_of(words, protocol::is_printable);
  if (!printable) words = protocol::escape(words);
  if (words.size() > limit) words.replace(limit - cut_mark.size(), std::string::npos, cut_mark);
  return words;
}

}  // namespace sase::authorize
