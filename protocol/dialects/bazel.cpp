// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel.hpp"

#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"
#include "protocol/time.hpp"

namespace sase::protocol {

Origin parse_bazel_request(std::string_view text) {
  const JsonObject request = JsonObject::parse(text);
  const auto uri = request.text("uri");
  if (!uri || uri->empty()) throw ProtocolError("'uri' is missing or empty");
  return parse_plain_origin(*uri, "uri");
}

/// A JSON library would leave copies of the token in memory that is not wiped. b64token text needs no
/// escapes.
Secret write_bazel_reply(const BearerToken& token, std::chrono::sys_seconds expiry) {
  return Secret::join({R"({"headers":{"Authorization":["Bearer )", token.reveal(), R"("]},"expires":")",
                       format_rfc3339(expiry), "\"}\n"});
}

}  // namespace sase::protocol
