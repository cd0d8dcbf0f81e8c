// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "protocol/authorize/response.hpp"
#include "protocol/json_object.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sase::authorize {

/// The JSON document of an authorize request.
[[nodiscard]] protocol::Secret write_authorize_body(std::string_view api_key);

/// Parses the service's reply: `data.accessToken` with its remaining lifetime on the service's clock, or the
/// error. Ignores unknown members. The error contains no byte of the key or of an invalid token.
///
/// `wall_clock` replaces a missing or invalid `Date`. It may be wrong, so a token that has expired by it is
/// treated as one with an unknown expiry.
[[nodiscard]] protocol::Outcome parse_service_response(const HttpReply& reply, std::string_view api_key,
                                                       std::chrono::sys_seconds wall_clock);

/// The service's own error message, in each of its forms: `message` (with `messageCode`, `id` or `error`),
/// `body` (with `statusCode`), or `error`. Empty if absent. Not escaped.
[[nodiscard]] std::string find_service_message(const protocol::JsonObject& response);

/// The message for a person: `: "..."`, escaped and truncated to 200 bytes. Empty if it is empty, may contain
/// a token, or contains 8 consecutive bytes of the key in any case.
[[nodiscard]] std::string quote_unless_secret(std::string_view message, std::string_view api_key);

/// Whether the reply is a web page: of a captive portal, a filter, or a host that is not the service.
[[nodiscard]] bool is_web_page(const HttpReply& reply) noexcept;

/// Describes a reply with a status other than 2xx. `now` is the service's clock. A message that contains a
/// part of the key is not quoted.
[[nodiscard]] protocol::AuthError describe_service_error(const HttpReply& reply, std::string_view api_key,
                                                         std::chrono::sys_seconds now);

}  // namespace sase::authorize
