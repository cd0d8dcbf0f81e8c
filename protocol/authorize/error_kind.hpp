// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

inline constexpr std::array<std::pair<ErrorKind, std::string_view>, 7> error_kind_names = {{
    {ErrorKind::rejected, "rejected"},
    {ErrorKind::invalid_response, "invalid-response"},
    {ErrorKind::unreachable, "unreachable"},
    {ErrorKind::rate_limited, "rate-limited"},
    {ErrorKind::misconfigured, "misconfigured"},
    {ErrorKind::not_asked, "not-asked"},
    {ErrorKind::authorizer_failed, "authorizer-failed"},
}};

[[nodiscard]] inline std::string_view to_name(ErrorKind kind) noexcept {
  return std::ranges::find(error_kind_names, kind, &std::pair<ErrorKind, std::string_view>::first)->second;
}

/// The kind with this name, or nothing.
[[nodiscard]] inline std::optional<ErrorKind> find_error_kind(std::string_view name) noexcept {
  const auto* const found =
      std::ranges::find(error_kind_names, name, &std::pair<ErrorKind, std::string_view>::second);
  return found == error_kind_names.end() ? std::nullopt : std::optional(found->first);
}

/// Why an authorization failed, from the response to the message. `what` and `hint` contain no secret and
/// only printable ASCII.
struct AuthError {
  ErrorKind kind{};
  bool transient = false;  ///< the same request may succeed later
  std::string what;
  std::string hint;                                 ///< may be empty
  std::optional<std::chrono::seconds> retry_after;  ///< as the service demands
};

}  // namespace sase::protocol
