// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sase::fuzz {

/// One connection in memory: a peer that says its bytes whatever it is told, then hangs up.
struct Wire {
  std::string_view said;   ///< what the peer says; must outlive the connection
  std::size_t piece;       ///< how many bytes of it arrive at a time
  std::string heard = {};  ///< what it was told
};

/// A connection over which TLS is spoken, as far as POCO can tell.
[[nodiscard]] Poco::Net::SecureStreamSocket secure_socket(std::shared_ptr<Wire> wire);

/// A connection in the clear.
[[nodiscard]] Poco::Net::StreamSocket plain_socket(std::shared_ptr<Wire> wire);

}  // namespace sase::fuzz
