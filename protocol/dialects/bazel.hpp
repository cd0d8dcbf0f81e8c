// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bearer_token.hpp"
#include "protocol/host.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <string_view>

namespace sase::protocol {

/// The origin in the request of Bazel's credential helper protocol, `{"uri":"https://host/path"}`. Unknown
/// members are ignored (credential-helper-spec, "get"). Throws ProtocolError if the text is not a JSON object
/// (json_object.hpp), `uri` is missing or not a string, or parse_plain_origin() rejects it.
[[nodiscard]] Origin parse_bazel_request(std::string_view text);

/// The reply: the headers to send, and until when. Each header has an array of values because a header may
/// occur more than once. Bazel rejects a reply whose expiry has a fraction of a second.
[[nodiscard]] Secret write_bazel_reply(const BearerToken& token, std::chrono::sys_seconds expiry);

}  // namespace sase::protocol
