// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/fault_plan.hpp"

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <stop_token>
#include <string_view>

namespace sase::sandbox {

/// Sends the bytes of a response to the peer, with the faults of the plan.
class Transmission {
 public:
  /// Pauses end early when `stop` is requested. A `socket` is a handle: copies share the connection.
  Transmission(const Poco::Net::StreamSocket& socket, std::stop_token stop);

  /// Sends head and body as the plan asks: late, slowly, in part, ended by a reset.
  /// Throws Poco::Exception if the peer has disconnected.
  void send(std::string_view head, std::string_view body, const FaultPlan& plan);

 private:
  void send_whole(std::string_view bytes);
  void send_slowly(std::string_view bytes, std::chrono::milliseconds between);
  void pause(std::chrono::milliseconds duration) const;

  Poco::Net::StreamSocket socket_;
  std::stop_token stop_;
};

/// Closes the connection with a TCP reset. The socket remains a valid handle, without a connection.
void reset_connection(const Poco::Net::StreamSocket& socket);

/// Whether a connection cannot be reused after a response with these faults.
[[nodiscard]] bool ends_connection(const FaultPlan& plan) noexcept;

}  // namespace sase::sandbox
