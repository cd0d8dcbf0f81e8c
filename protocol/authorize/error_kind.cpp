// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/error_kind.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sase::protocol {

namespace {

constexpr std::array<std::pair<ErrorKind, std::string_view>, 6> names = {{
    {ErrorKind::rejected, "rejected"},
    {ErrorKind::invalid_response, "invalid-response"},
    {ErrorKind::unreachable, "unreachable"},
    {ErrorKind::rate_limited, "rate-limited"},
    {ErrorKind::misconfigured, "misconfigured"},
    {ErrorKind::not_asked, "not-asked"},
}};

}  // namespace

std::string_view name_of(ErrorKind kind) noexcept {
  return std::ranges::find(names, kind, &std::pair<ErrorKind, std::string_view>::first)->second;
}

std::optional<ErrorKind> find_error_kind(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(names, name, &std::pair<ErrorKind, std::string_view>::second);
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace sase::protocol
