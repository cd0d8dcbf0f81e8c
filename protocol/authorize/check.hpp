// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/error_kind.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// The links of the chain to the service that lie beyond this machine, in the order in which they are tried.
enum class CheckId { name, tcp, proxy, tls, clock, authorize, read };
inline constexpr std::size_t check_count = 7;

enum class CheckState {
  ok,
  warning,  ///< it holds, and a person should know something of it
  broken,
  untried,  ///< a link before it is broken, or it is not wanted
};

/// What is known of one link, in words for a person: no secret, and only printable ASCII.
struct Check {
  CheckId name{};
  CheckState state = CheckState::untried;
  std::optional<ErrorKind> kind;     ///< of a broken one, and of no other
  std::chrono::microseconds took{};  ///< how long it took to try it
  std::string what;
  std::string remedy;  ///< what to do, of a broken one or a warning; may be empty

  /// One line: `tls ok 1830 TLSv1.3, ...`. In the place of the state, a broken link has its denial's name.
  /// The remedy is not in it.
  [[nodiscard]] std::string write() const;
  /// Throws ProtocolError.
  [[nodiscard]] static Check parse(std::string_view line);
};

[[nodiscard]] std::string_view name_of(CheckId name) noexcept;
[[nodiscard]] std::string_view name_of(CheckState state) noexcept;

}  // namespace sase::protocol
