// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <string_view>

namespace sase::authorize {

/// Whether `host` is to be reached without a proxy. `no_proxy` is read as curl and Go read it: entries
/// between commas and blanks; `*` for everything; a domain for itself and all below it, with or without a
/// leading `.` or `*.`; an address, or a network such as `10.0.0.0/8`, for hosts that are addresses. An entry
/// may end in `:port`. What is none of these matches nothing.
[[nodiscard]] bool bypasses_proxy(std::string_view no_proxy, const protocol::Host& host);

}  // namespace sase::authorize
