// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/parked_connections.hpp"
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
  /// True while other connections wait for a thread: then none is kept alive for its next request.
  std::function<bool()> is_crowded;
};

/// One HTTP request and its answer: POCO's request to ours, our response to bytes.
class Exchange : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Exchange(const ExchangeContext& context);

  void handleRequest(Poco::Net::HTTPServerRequest& incoming,
                     Poco::Net::HTTPServerResponse& outgoing) override;

 private:
  const ExchangeContext& context_;
};

}  // namespace sase::sandbox
