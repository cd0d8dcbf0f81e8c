// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/authorize/http/transport.hpp"
#include "protocol/authorize/exchange.hpp"

#include <chrono>
#include <string_view>

namespace sase::authorize {

/// Whether a reply is a web page: a captive portal's, a filter's, or that of a host which is not the service.
[[nodiscard]] bool is_web_page(const HttpReply& reply) noexcept;

/// What a reply with another status than 2xx means. `now` is the service's own time. The key is there only to
/// be looked for in what would be shown.
[[nodiscard]] protocol::AuthError describe_service_error(const HttpReply& reply, std::string_view api_key,
                                                         std::chrono::sys_seconds now);

}  // namespace sase::authorize
