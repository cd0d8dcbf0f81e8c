// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bearer_token.hpp"
#include "protocol/secret.hpp"

#include <chrono>

namespace sase::protocol {

/// What Bazel reads: the header to send, an array since a header may stand more than once, and until when. A
/// fraction of a second would make Bazel refuse the whole reply.
[[nodiscard]] Secret write_bazel_reply(const BearerToken& token, std::chrono::sys_seconds expiry);

}  // namespace sase::protocol
