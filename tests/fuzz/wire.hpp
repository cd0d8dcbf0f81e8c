// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sase::fuzz {

/// A connection in memory to a peer that sends fixed bytes, regardless of what it receives, and disconnects.
struct Wire {
  std::string_view sent;      ///< what the peer sends; must outlive the connection
  std::size_t piece;          ///< how many bytes arrive at a time
  std::string received = {};  ///< what the peer received
};

/// A connection that POCO treats as TLS.
[[nodiscard]] Poco::Net::SecureStreamSocket secure_socket(std::shared_ptr<Wire> wire);

/// A connection without TLS.
[[nodiscard]] Poco::Net::StreamSocket plain_socket(std::shared_ptr<Wire> wire);

}  // namespace sase::fuzz
