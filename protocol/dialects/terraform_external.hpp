// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// The query of Terraform's data source `external`: a flat JSON object of strings. The members and the object
/// itself are optional. null counts as absent. The reply is the format `external` of token_format.hpp.
struct ExternalQuery {
  /// The known members.
  static constexpr std::array<std::string_view, 2> known = {"profile", "host"};

  std::optional<std::string> profile;
  std::optional<Host> host;            ///< that receives the token
  std::optional<std::string> unknown;  ///< the first unknown member

  /// Throws ProtocolError if the text is not a JSON object (json_object.hpp), a known member is not a string
  /// or is empty, or `host` is not a host.
  [[nodiscard]] static ExternalQuery parse(std::string_view text);
};

}  // namespace sase::protocol
