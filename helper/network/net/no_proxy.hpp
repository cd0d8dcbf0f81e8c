// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <string_view>

namespace sase::network {

/// Whether `host` is reached without a proxy. `no_proxy` is parsed as curl and Go parse it: entries separated
/// by commas and blanks; `*` for every host; a domain for itself and its subdomains, with or without a
/// leading
/// `.` or `*.`; an address, or a network such as `10.0.0.0/8`, for hosts that are addresses. An entry may end
/// in `:port`. Any other entry matches nothing.
[[nodiscard]] bool bypasses_proxy(std::string_view no_proxy, const protocol::Host& host);

}  // namespace sase::network
