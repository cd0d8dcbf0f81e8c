// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/exec_credential.hpp"

#include "protocol/escape.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"
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

}  // namespace

ExecInfo ExecInfo::parse(std::string_view text) {
  const JsonObject given = JsonObject::parse(text, limit);
  const auto kind = given.text("kind").value_or("");
  if (kind != "ExecCredential") throw ProtocolError("unknown kind" + quote_if_short(kind));
  const auto version = given.text("apiVersion").value_or("");
  const auto* const known = std::ranges::find(exec_api_versions, version);
  if (known == exec_api_versions.end()) throw ProtocolError("unknown apiVersion" + quote_if_short(version));
  ExecInfo info{.api_version = *known, .server = {}};
  const auto spec = given.object("spec");
  const auto cluster = spec ? spec->object("cluster") : std::nullopt;
  if (!cluster) return info;
  const auto server = cluster->text("server").value_or("");
  if (server.empty()) throw ProtocolError("'server' of the cluster is missing or empty");
  info.server = parse_plain_origin(server, "server");
  return info;
}

Secret write_exec_credential(const BearerToken& token, std::chrono::sys_seconds expires_at,
                             std::string_view api_version) {
  return Secret::join({R"({"apiVersion":")", api_version, R"(","kind":"ExecCredential","status":{"token":")",
                       token.reveal(), R"(","expirationTimestamp":")", format_rfc3339(expires_at), "\"}}\n"});
}

}  // namespace sase::protocol
