// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace Poco::Net {
class HTTPResponse;
}  // namespace Poco::Net

namespace sase::network {

inline constexpr int most_header_fields = 100;

inline constexpr auto user_agent = "sase-credential/" SASE_VERSION;

/// The status, whatever number the peer wrote. POCO's own getter reads it through an enumeration that cannot
/// hold every number, which is undefined behavior.
[[nodiscard]] int read_status(const Poco::Net::HTTPResponse& response);

}  // namespace sase::network
