// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/error_kind.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sase::protocol {

namespace {

constexpr std::array<std::pair<Denial, std::string_view>, 6> names = {{
    {Denial::refused, "refused"},
    {Denial::nonsense, "nonsense"},
    {Denial::unreachable, "unreachable"},
    {Denial::rate_limited, "rate-limited"},
    {Denial::misconfigured, "misconfigured"},
    {Denial::not_asked, "not-asked"},
}};

}  // namespace

std::string_view name_of(Denial denial) noexcept {
  return std::ranges::find(names, denial, &std::pair<Denial, std::string_view>::first)->second;
}

std::optional<Denial> denial_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(names, name, &std::pair<Denial, std::string_view>::second);
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace sase::protocol
