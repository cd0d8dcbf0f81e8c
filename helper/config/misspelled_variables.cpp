// SPDX-License-Identifier: Apache-2.0
#include "helper/config/misspelled_variables.hpp"

#include "helper/api_key/key_place.hpp"
#include "helper/config/settings.hpp"
#include "helper/nearest_name.hpp"
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

/// Between names that are shorter behind the prefix, such as SASE_URL and SASE_URI, one letter is no mistake.
constexpr std::size_t shortest_name = prefix.size() + 4;

std::vector<std::string_view> known_variables() {
  // The first is no setting; `token --format env` and `exec` set the others.
  std::vector<std::string_view> known = {"SASE_PROFILE", protocol::token_variable, protocol::expiry_variable};
  for (const Setting& setting : settings)
    known.push_back(setting.variable);
  for (const std::string_view name : api_key::standard_key_variables)
    if (name.starts_with(prefix)) known.push_back(name);
  return known;
}

/// The known variable that the one of an entry `NAME=value` was meant to be, or nothing.
std::string_view meant_by(std::string_view name, const std::vector<std::string_view>& known) {
  if (std::ranges::find(known, name) != known.end()) return {};
  const std::string_view near = nearest_within(1, name, known);
  return near.size() < shortest_name ? std::string_view{} : near;
}

}  // namespace

void MisspelledVariables::warn() noexcept try {
  if (std::exchange(looked_, true)) return;
  const std::vector<std::string_view> known = known_variables();
  for (const char* const* entry = environment_.entries(); *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with(prefix)) continue;
    const std::string_view name = text.substr(0, text.find('='));
    const std::string_view near = meant_by(name, known);
    if (!near.empty())
      diagnostics_.warning(protocol::escape(name) + " is not known; did you mean " + std::string(near) + "?");
  }
} catch (const std::exception&) {
  return;  // a warning is worth no failure
}

}  // namespace sase::config
