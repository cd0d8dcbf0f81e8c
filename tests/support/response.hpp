// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/response.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sase::tests {

/// The lines of a complete response.
[[nodiscard]] inline std::string write(const protocol::AuthorizeReply& reply) {
  std::string text;
  const protocol::ResponseWriter writer([&text](std::string_view lines) { text += lines; });
  writer.requests(reply.requests);
  if (reply.status) writer.status(*reply.status);
  for (const protocol::Check& check : reply.checks)
    writer.check(check);
  if (const auto* const auth_error = std::get_if<protocol::AuthError>(&reply.outcome)) {
    writer.failed(*auth_error);
  } else {
    writer.token(std::get<protocol::TokenResponse>(reply.outcome));
    writer.granted();
  }
  return text;
}

/// Throws ProtocolError.
[[nodiscard]] inline protocol::AuthorizeReply parse_response(std::string_view text) {
  protocol::ResponseReader reader;
  reader.read(text);
  return std::move(reader).finish();
}

}  // namespace sase::tests
