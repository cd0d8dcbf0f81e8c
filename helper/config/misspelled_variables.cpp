// SPDX-License-Identifier: Apache-2.0
#include "helper/config/misspelled_variables.hpp"

#include "helper/config/api_key_source.hpp"
#include "helper/config/settings.hpp"
#include "helper/names.hpp"
#include "protocol/dialects/token_format.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sase::config {

namespace {

constexpr std::string_view prefix = "SASE_";

/// Names that are shorter after the prefix, such as SASE_URL and SASE_URI, may differ by one letter on
/// purpose.
constexpr std::size_t shortest_name = prefix.size() + 4;

std::vector<std::string_view> known_variables() {
  // The variables that are not settings: one selects the profile, `exec` and `token --format env` set two.
  std::vector<std::string_view> known = {"SASE_PROFILE", protocol::token_variable, protocol::expiry_variable};
  for (const Setting& setting : settings)
    known.push_back(setting.variable);
  for (const std::string_view name : standard_key_variables)
    if (name.starts_with(prefix)) known.push_back(name);
  return known;
}

/// The known variable that the user probably meant, or an empty name.
std::string_view find_intended(std::string_view name, const std::vector<std::string_view>& known) {
  if (std::ranges::find(known, name) != known.end()) return {};
  const std::string_view near = nearest_within(1, name, known);
  return near.size() < shortest_name ? std::string_view{} : near;
}

}  // namespace

void MisspelledVariables::warn() noexcept try {
  if (std::exchange(has_warned_, true)) return;
  const std::vector<std::string_view> known = known_variables();
  for (const char* const* entry = environment_.entries(); *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with(prefix)) continue;
    const std::string_view name = text.substr(0, text.find('='));
    const std::string_view near = find_intended(name, known);
    if (!near.empty())
      diagnostics_.warning(protocol::escape(name) + " is not known; did you mean " + std::string(near) + "?");
  }
} catch (const std::exception&) {
  return;  // a missing warning must not fail the call
}

}  // namespace sase::config
