// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/open_connections.hpp"
#include "tests/sandbox/service.hpp"

#include <Poco/Net/HTTPRequestHandler.h>

#include <functional>
#include <stop_token>

namespace sase::sandbox {

/// What every exchange shares; the references must outlive the server's threads.
struct ExchangeContext {
  Service& service;
  ParkedConnections& parked;
  std::stop_token stop;
  /// Whether other connections wait for a thread. If so, connections are not kept alive.
  std::function<bool()> is_crowded;
};

/// One HTTP exchange: converts the request of POCO to a Request, and a Response to bytes.
class Exchange : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Exchange(const ExchangeContext& context);

  void handleRequest(Poco::Net::HTTPServerRequest& incoming,
                     Poco::Net::HTTPServerResponse& outgoing) override;

 private:
  const ExchangeContext& context_;
};

}  // namespace sase::sandbox
