// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <string_view>

namespace sase::protocol {

/// Reads what Bazel writes to a credential helper's `get`, `{"uri":"https://host/path"}`, and gives the
/// origin of that URI; members that are not known are for others (credential-helper-spec, "get"). Throws
/// ProtocolError when it is no JSON object (json_object.hpp), `uri` is missing or no string, or the URI is
/// malformed, holds a blank or a control byte, or names a user.
[[nodiscard]] Origin parse_bazel_request(std::string_view text);

}  // namespace sase::protocol
