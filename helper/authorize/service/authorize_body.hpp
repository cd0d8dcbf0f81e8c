// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <string_view>

namespace sase::authorize {

/// The JSON document that trades a key for a token.
[[nodiscard]] protocol::Secret write_authorize_body(std::string_view api_key);

}  // namespace sase::authorize
