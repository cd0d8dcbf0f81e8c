// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"
#include "protocol/json_object.hpp"
#include "protocol/parsing.hpp"
#include "protocol/secret.hpp"
#include "protocol/time.hpp"

#include <chrono>
#include <string_view>

namespace sase::protocol {

/// The origin in the request of Bazel's credential helper protocol, `{"uri":"https://host/path"}`. Unknown
/// members are ignored (credential-helper-spec, "get"). Throws ProtocolError if the text is not a JSON object
/// (json_object.hpp), `uri` is missing or not a string, or parse_plain_origin() rejects it.
[[nodiscard]] inline Origin parse_bazel_request(std::string_view text) {
  const JsonObject request = JsonObject::parse(text);
  const auto uri = request.text("uri");
  if (!uri || uri->empty()) throw ProtocolError("'uri' is missing or empty");
  return parse_plain_origin(*uri, "uri");
}

/// The reply: the headers to send, and until when. Each header has an array of values because a header may
/// occur more than once. Bazel rejects a reply whose expiry has a fraction of a second. A JSON
/// library would leave copies of the token in memory that is not wiped; b64token text needs no escapes.
[[nodiscard]] inline Secret write_bazel_reply(const BearerToken& token, std::chrono::sys_seconds expiry) {
  return Secret::join({R"({"headers":{"Authorization":["Bearer )", token.reveal(), R"("]},"expires":")",
                       format_rfc3339(expiry), "\"}\n"});
}

}  // namespace sase::protocol
