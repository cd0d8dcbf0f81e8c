// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/host.hpp"

#include <string_view>

namespace sase::protocol {

/// The origin of a URL in a JSON member called `member`, whatever stands behind it. Throws ProtocolError,
/// which names the member, for what parse_url() refuses and for a URL that holds a blank or a control byte or
/// names a user: programs differ in where such a URL leads.
[[nodiscard]] Origin plain_origin(std::string_view url, std::string_view member);

}  // namespace sase::protocol
