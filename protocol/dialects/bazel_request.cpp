// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel_request.hpp"

#include "protocol/dialects/plain_origin.hpp"
#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"

namespace sase::protocol {

Origin parse_bazel_request(std::string_view text) {
  const JsonObject request = JsonObject::parse(text);
  const auto uri = request.text("uri");
  if (!uri || uri->empty()) throw ProtocolError("'uri' is missing or empty");
  return plain_origin(*uri, "uri");
}

}  // namespace sase::protocol
