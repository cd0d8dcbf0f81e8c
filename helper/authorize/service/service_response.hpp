// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "protocol/authorize/exchange.hpp"

#include <chrono>
#include <string_view>
#include <variant>

namespace sase::authorize {

/// What the service's reply comes to: `data.accessToken` with what is left of its life on the service's own
/// clock, or why there is none. Reads every form of reply that SERVICE.md lists; members it does not know are
/// ignored. No byte of a token that is not one, nor of the key, gets into the words of a denial.
///
/// `wall_clock` stands in for a missing or unreadable `Date`. It may be wrong, so a token that looks dead by
/// it is taken to have an unknown expiry.
[[nodiscard]] std::variant<protocol::TokenResponse, protocol::AuthError> parse_service_response(
    const HttpReply& reply, std::string_view api_key, std::chrono::sys_seconds wall_clock);

}  // namespace sase::authorize
