// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "protocol/authorize/response.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <string_view>
#include <variant>

namespace sase::authorize {

/// The JSON document of an authorize request.
[[nodiscard]] protocol::Secret write_authorize_body(std::string_view api_key);

/// Parses the service's reply: `data.accessToken` with its remaining lifetime on the service's clock, or the
/// error. Ignores unknown members. The error contains no byte of the key or of an invalid token.
///
/// `wall_clock` replaces a missing or invalid `Date`. It may be wrong, so a token that has expired by it is
/// treated as one with an unknown expiry.
[[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> parse_service_response(
    const HttpReply& reply, std::string_view api_key, std::chrono::sys_seconds wall_clock);

}  // namespace sase::authorize
