// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/exec_credential.hpp"

#include "protocol/escape.hpp"
#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <string>

namespace sase::protocol {

namespace {

/// A value in a message. A very long one says nothing to a person.
std::string shown(std::string_view value) {
  constexpr std::size_t longest_shown = 60;
  return value.size() > longest_shown ? "" : " '" + escape(value) + "'";
}

std::string_view known_version(std::string_view given) {
  const auto* const found = std::ranges::find(exec_api_versions, given);
  if (found == exec_api_versions.end()) throw ProtocolError("unknown apiVersion" + shown(given));
  return *found;
}

std::optional<Origin> server_of(const JsonObject& info) {
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
  if (kind != "ExecCredential") throw ProtocolError("unknown kind" + shown(kind));
  return {.api_version = known_version(info.text("apiVersion").value_or("")), .server = server_of(info)};
}

}  // namespace sase::protocol
