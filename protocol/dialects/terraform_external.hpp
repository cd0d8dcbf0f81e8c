// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>
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
  std::optional<std::string> unknown;  ///< an unknown member

  /// Throws ProtocolError if the text is not a JSON object (json_object.hpp), a known member is not a string
  /// or is empty, or `host` is not a host.
  [[nodiscard]] static ExternalQuery parse(std::string_view text) {
    ExternalQuery query;
    // A person who calls the command sends no query.
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return query;
    const JsonObject given = JsonObject::parse(text);
    for (const std::string_view name : given.names())
      if (!query.unknown && std::ranges::find(known, name) == known.end()) query.unknown = name;
    for (const std::string_view name : known)
      // An empty value never means "any".
      if (given.text(name) == "") throw ProtocolError("'" + std::string(name) + "' is empty");
    query.profile = given.text("profile");
    if (const auto host = given.text("host"); host && !(query.host = Host::parse(*host)))
      throw ProtocolError("'host' is neither 'name' nor 'name:port'");
    return query;
  }
};

}  // namespace sase::protocol
