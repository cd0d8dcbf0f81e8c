// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/exec_credential.hpp"

#include "protocol/escape.hpp"
#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

#include <algorithm>
#include <string>

namespace sase::protocol {

namespace {

/// A value for a message; empty if it is too long to help.
std::string quote_if_short(std::string_view value) {
  constexpr std::size_t longest_quoted = 60;
  return value.size() > longest_quoted ? "" : " '" + escape(value) + "'";
}

std::string_view require_version(std::string_view given) {
  const auto* const found = std::ranges::find(exec_api_versions, given);
  if (found == exec_api_versions.end()) throw ProtocolError("unknown apiVersion" + quote_if_short(given));
  return *found;
}

std::optional<Origin> parse_server(const JsonObject& info) {
  const JsonObject* const spec = info.object("spec");
  const JsonObject* const cluster = spec != nullptr ? spec->object("cluster") : nullptr;
  if (cluster == nullptr) return std::nullopt;
  const auto server = cluster->text("server");
  if (!server || server->empty()) throw ProtocolError("'server' of the cluster is missing or empty");
  return parse_plain_origin(*server, "server");
}

}  // namespace

ExecInfo ExecInfo::parse(std::string_view text) {
  const JsonObject info = JsonObject::parse(text, limit);
  const auto kind = info.text("kind").value_or("");
  if (kind != "ExecCredential") throw ProtocolError("unknown kind" + quote_if_short(kind));
  return {.api_version = require_version(info.text("apiVersion").value_or("")), .server = parse_server(info)};
}

Secret write_exec_credential(const BearerToken& token, std::chrono::sys_seconds expires_at,
                             std::string_view api_version) {
  return Secret::join({R"({"apiVersion":")", api_version, R"(","kind":"ExecCredential","status":{"token":")",
                       token.reveal(), R"(","expirationTimestamp":")", format_rfc3339(expires_at), "\"}}\n"});
}

}  // namespace sase::protocol
