// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace sase::protocol {

/// Why there is no token. The names travel between the programs.
enum class ErrorKind {
  rejected,          ///< the service said no to this key
  invalid_response,  ///< the service's answer is not what it should be
  unreachable,       ///< no connection, no answer in time, no trusted certificate
  rate_limited,      ///< the service asks to come back later
  misconfigured,     ///< a setting cannot be used, such as a CA file that does not exist
  not_asked,         ///< no token was wanted, only a report on the way to the service
};

[[nodiscard]] std::string_view name_of(ErrorKind kind) noexcept;

/// The denial of a name, or nothing.
[[nodiscard]] std::optional<ErrorKind> find_error_kind(std::string_view name) noexcept;

}  // namespace sase::protocol
