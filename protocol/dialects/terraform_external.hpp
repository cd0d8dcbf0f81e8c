// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// What a Terraform `external` data source asks of its program: a flat JSON object of strings. All of it may
/// be left out, and so may the object; null and an empty string count as left out, since that is what an
/// unset variable of Terraform's becomes.
struct ExternalQuery {
  /// The members that are known.
  static constexpr std::array<std::string_view, 2> known = {"profile", "host"};

  std::optional<std::string> profile;
  std::optional<Host> host;            ///< that the token is for
  std::optional<std::string> unknown;  ///< the first member that is none of these

  /// Throws ProtocolError when it is no JSON object (json_object.hpp), a known member is no string, or `host`
  /// is none.
  [[nodiscard]] static ExternalQuery parse(std::string_view text);
};

}  // namespace sase::protocol
