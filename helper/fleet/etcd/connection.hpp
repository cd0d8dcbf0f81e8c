// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/fleet/etcd/gateway_reply.hpp"
#include "helper/network/report/progress.hpp"
#include "helper/network/tls/tls_context.hpp"
#include "protocol/host.hpp"

#include <Poco/Net/HTTPClientSession.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace sase::fleet {

inline constexpr auto check_member = "check that the member runs, its address in fleet, the network and DNS";
extern const network::PeerWords member_words;

struct GatewayRequest {
  std::string path;
  std::string body;           ///< of a POST; empty for a GET
  bool needs_leader = false;  ///< asks the member to reject the request at once if it has no leader
  bool is_stream = false;     ///< the body of the reply is read with next_line()
};

/// One connection to one member, which keeps it open between requests. Functions block without a time limit
/// of their own, and throw AttemptFailed; then the connection is not usable any more.
class Connection {
 public:
  /// Connects, and sets `is_accepted` once the member has accepted a TCP connection. A read without a byte
  /// fails after `patience`.
  Connection(const protocol::Host& host, const network::TlsFiles& files, std::chrono::milliseconds patience,
             network::Progress& progress, std::atomic<bool>& is_accepted);

  [[nodiscard]] GatewayReply exchange(const GatewayRequest& request);

  /// The next line of a stream, without its end.
  [[nodiscard]] std::string next_line();

  /// The member's.
  [[nodiscard]] std::string describe_certificate() const;

  /// Which certificate must soon be renewed, the member's or this host's; else empty.
  [[nodiscard]] std::string find_renewal() const;

 private:
  void send(const GatewayRequest& request);

  protocol::Host host_;
  network::TlsContext tls_;
  std::unique_ptr<Poco::Net::HTTPClientSession> session_;
  std::istream* reply_ = nullptr;  ///< of the last request; owned by the session
};

}  // namespace sase::fleet
