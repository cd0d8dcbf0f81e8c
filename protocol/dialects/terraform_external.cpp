// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/terraform_external.hpp"

#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>

namespace sase::protocol {

namespace {

constexpr std::string_view white_space = " \t\r\n";

/// An empty value is rejected and never means "any".
std::optional<std::string_view> find_text(const JsonObject& query, std::string_view name) {
  const auto text = query.text(name);
  if (text && text->empty()) throw ProtocolError("'" + std::string(name) + "' is empty");
  return text;
}

Host require_host(std::string_view text) {
  if (auto host = Host::parse(text)) return *std::move(host);
  throw ProtocolError("'host' is neither 'name' nor 'name:port'");
}

}  // namespace

ExternalQuery ExternalQuery::parse(std::string_view text) {
  ExternalQuery query;
  // A person who calls the command sends no query.
  if (text.find_first_not_of(white_space) == std::string_view::npos) return query;
  const JsonObject given = JsonObject::parse(text);
  for (const std::string_view name : given.names())
    if (!query.unknown && std::ranges::find(known, name) == known.end()) query.unknown = name;
  if (const auto profile = find_text(given, "profile")) query.profile = *profile;
  if (const auto host = find_text(given, "host")) query.host = require_host(*host);
  return query;
}

}  // namespace sase::protocol
