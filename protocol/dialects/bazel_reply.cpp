// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/bazel_reply.hpp"

#include "protocol/timestamp.hpp"

#include <cstddef>

namespace sase::protocol {

/// Written by hand so that the token is in no buffer that nobody wipes; b64token text needs no escapes.
Secret write_bazel_reply(const BearerToken& token, std::chrono::sys_seconds expiry) {
  constexpr std::size_t words_size = 128;
  Secret reply = Secret::with_capacity(words_size + token.reveal().size());
  reply.append(R"({"headers":{"Authorization":["Bearer )");
  reply.append(token.reveal());
  reply.append(R"("]},"expires":")");
  reply.append(format_rfc3339(expiry));
  reply.append("\"}\n");
  return reply;
}

}  // namespace sase::protocol
