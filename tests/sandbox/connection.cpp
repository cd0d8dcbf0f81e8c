// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/connection.hpp"

#include "tests/sandbox/transmission.hpp"

#include <Poco/Net/HTTPServerConnection.h>
#include <Poco/Net/SocketImpl.h>

#include <memory>
#include <utility>

namespace sase::sandbox {

namespace {

class ExchangeFactory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit ExchangeFactory(const ExchangeContext& context) : context_(context) {}

  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest& /*request*/) override {
    return std::make_unique<Exchange>(context_).release();
  }

 private:
  const ExchangeContext& context_;
};

class Connection : public Poco::Net::HTTPServerConnection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, Poco::Net::HTTPServerParams::Ptr params,
             Poco::Net::HTTPRequestHandlerFactory::Ptr exchanges, const ExchangeContext& context,
             OpenConnections& open)
      : HTTPServerConnection(socket, std::move(params), std::move(exchanges)),
        context_(context),
        open_(open) {}

  void run() override {
    context_.service.counters().count(Event::connection);
    // POCO does the TLS handshake with the first read.
    if (context_.service.faults().next_accept_reset()) {
      context_.service.counters().count(Event::faulted);
      reset_connection(socket());
      return;
    }
    const OpenConnections::Entry entry(open_, socket().impl()->sockfd());
    HTTPServerConnection::run();
  }

 private:
  const ExchangeContext& context_;
  OpenConnections& open_;
};

}  // namespace

ConnectionFactory::ConnectionFactory(const ExchangeContext& context, OpenConnections& open,
                                     Poco::Net::HTTPServerParams::Ptr params)
    : context_(context), open_(open), params_(std::move(params)), exchanges_(new ExchangeFactory(context)) {}

Poco::Net::TCPServerConnection* ConnectionFactory::createConnection(const Poco::Net::StreamSocket& socket) {
  return std::make_unique<Connection>(socket, params_, exchanges_, context_, open_).release();
}

}  // namespace sase::sandbox
