// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/open_connections.hpp"

#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/TCPServerConnectionFactory.h>

namespace sase::sandbox {

/// Creates POCO HTTP connections that are counted, may be reset before TLS (fault `reset=accept`), and can be
/// shut down through `open`.
class ConnectionFactory : public Poco::Net::TCPServerConnectionFactory {
 public:
  /// The references must outlive the server's threads.
  ConnectionFactory(const ExchangeContext& context, OpenConnections& open,
                    Poco::Net::HTTPServerParams::Ptr params);

  /// The caller owns the connection.
  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override;

 private:
  const ExchangeContext& context_;
  OpenConnections& open_;
  Poco::Net::HTTPServerParams::Ptr params_;
  Poco::Net::HTTPRequestHandlerFactory::Ptr exchanges_;
};

}  // namespace sase::sandbox
