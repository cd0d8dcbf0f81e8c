// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// Why there is no token. The names are part of the response.
enum class ErrorKind {
  rejected,           ///< the service rejected the key
  invalid_response,   ///< the service's response is not a valid one
  unreachable,        ///< no connection, no response in time, no trusted certificate
  rate_limited,       ///< the service demands a pause
  misconfigured,      ///< a setting is unusable, such as a CA file that does not exist
  not_asked,          ///< only the connection was to be checked
  authorizer_failed,  ///< the authorizer did not start, or ended without a valid response
};

/// In the order of ErrorKind.
inline constexpr std::array<std::string_view, 7> error_kind_names = {
    "rejected",      "invalid-response", "unreachable",      "rate-limited",
    "misconfigured", "not-asked",        "authorizer-failed"};

[[nodiscard]] inline std::string_view to_name(ErrorKind kind) noexcept {
  return error_kind_names[static_cast<std::size_t>(kind)];
}

/// The kind with this name, or nothing.
[[nodiscard]] inline std::optional<ErrorKind> find_error_kind(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(error_kind_names, name);
  if (found == error_kind_names.end()) return std::nullopt;
  return static_cast<ErrorKind>(found - error_kind_names.begin());
}

/// Why an authorization failed, from the response to the message. `what` and `hint` contain no secret and
/// only printable ASCII.
struct AuthError {
  ErrorKind kind{};
  bool transient = false;  ///< the same request may succeed later
  std::string what = {};
  std::string hint = {};                                 ///< may be empty
  std::optional<std::chrono::seconds> retry_after = {};  ///< as the service demands
};

}  // namespace sase::protocol
