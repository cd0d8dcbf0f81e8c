// SPDX-License-Identifier: Apache-2.0
#include "protocol/dialects/plain_origin.hpp"

#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <string>

namespace sase::protocol {

Origin plain_origin(std::string_view url, std::string_view member) try {
  if (std::ranges::any_of(url, [](char c) { return (c >= 0 && c <= ' ') || c == 0x7f; }))
    throw ProtocolError("a blank or a control byte in the URL");
  Origin origin = parse_url(url).origin;
  if (!origin.user.empty()) throw ProtocolError("the URL names a user");
  return origin;
} catch (const ProtocolError& error) {
  throw ProtocolError("'" + std::string(member) + "': " + error.what());
}

}  // namespace sase::protocol
