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
  const auto write = [&text](const protocol::Secret& lines) { text += lines.reveal(); };
  write(protocol::write_line("requests", std::to_string(reply.requests)));
  if (reply.status) write(protocol::write_line("status", std::to_string(*reply.status)));
  for (const protocol::Check& check : reply.checks)
    write(protocol::write_lines(check));
  if (const auto* const auth_error = std::get_if<protocol::AuthError>(&reply.outcome)) {
    write(protocol::write_end(*auth_error));
  } else {
    write(protocol::write_lines(std::get<protocol::TokenResponse>(reply.outcome)));
    text += protocol::end_with_token;
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
