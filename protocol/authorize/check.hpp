// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// What is checked on the connection to the service, in the order of the checks.
enum class CheckId { name, tcp, proxy, tls, clock, authorize, read };
inline constexpr std::size_t check_count = 7;

enum class CheckState {
  ok,
  warning,  ///< passed, with something that needs attention
  broken,
  untried,  ///< an earlier check failed, or the check was not requested
};

/// The result of one check. The texts contain no secret and only printable ASCII.
struct Check {
  CheckId name{};
  CheckState state = CheckState::untried;
  std::optional<ErrorKind> kind = {};  ///< of a failed check only
  std::chrono::microseconds took{};    ///< the duration of the check
  std::string what = {};
  std::string remedy = {};  ///< of a failed check or a warning; may be empty

  /// One line without the remedy: name, state, microseconds, text, such as `tls ok 1830 TLSv1.3, ...`. A
  /// failed check has the name of its ErrorKind in place of the state.
  [[nodiscard]] std::string write() const;
  /// Throws ProtocolError.
  [[nodiscard]] static Check parse(std::string_view line);
};

[[nodiscard]] std::string_view to_name(CheckId name) noexcept;
[[nodiscard]] std::string_view to_name(CheckState state) noexcept;

}  // namespace sase::protocol
