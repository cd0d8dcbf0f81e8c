// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/server.hpp"

#include "tests/sandbox/connection.hpp"
#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/open_connections.hpp"
#include "tests/sandbox/parked_connections.hpp"
#include "tests/sandbox/tls_context.hpp"

#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timespan.h>

#include <stop_token>

namespace sase::sandbox {

namespace {

/// Connections waiting: in the kernel to be accepted, in the queue for a thread.
constexpr int backlog = 2048;
constexpr int queue_size = 4096;

constexpr long idle_limit = 15;       ///< Seconds a peer may take between two bytes.
constexpr long keep_alive_limit = 5;  ///< Seconds between two requests.
constexpr int requests_limit = 100;   ///< Requests of one connection.

Poco::Net::SecureServerSocket listening_socket(const Options& options, const StateDirectory& directory) {
  Poco::Net::SecureServerSocket socket(make_tls_context(directory, options.tls_max));
  // SO_REUSEADDR for a quick restart, but not SO_REUSEPORT: two sandboxes must not share a port unawares.
  socket.bind(Poco::Net::SocketAddress(options.address, options.port), true, false);
  socket.listen(backlog);
  return socket;
}

Poco::Net::HTTPServerParams::Ptr server_params(const Options& options) {
  Poco::Net::HTTPServerParams::Ptr params(new Poco::Net::HTTPServerParams);
  params->setMaxThreads(options.threads);
  params->setMaxQueued(queue_size);
  params->setTimeout(Poco::Timespan(idle_limit, 0));
  params->setKeepAlive(true);
  params->setKeepAliveTimeout(Poco::Timespan(keep_alive_limit, 0));
  params->setMaxKeepAliveRequests(requests_limit);
  return params;
}

}  // namespace

struct Server::Parts {
  Parts(const Options& options, const StateDirectory& directory, Service& service)
      : socket(listening_socket(options, directory)),
        context{service, parked, stop.get_token(), [this] { return server.queuedConnections() > 0; }},
        threads(1, options.threads),
        params(server_params(options)),
        server(new ConnectionFactory(context, open, params), threads, socket, params) {}

  std::stop_source stop;
  OpenConnections open;
  ParkedConnections parked;
  Poco::Net::SecureServerSocket socket;
  ExchangeContext context;
  Poco::ThreadPool threads;
  Poco::Net::HTTPServerParams::Ptr params;
  Poco::Net::TCPServer server;
};

Server::Server(const Options& options, const StateDirectory& directory, Service& service)
    : parts_(std::make_unique<Parts>(options, directory, service)) {
  parts_->server.start();
}

Server::~Server() {
  parts_->stop.request_stop();
  parts_->server.stop();
  parts_->open.shut_down();
  parts_->threads.joinAll();
  parts_->parked.clear();
}

std::uint16_t Server::port() const {
  return parts_->socket.address().port();
}

}  // namespace sase::sandbox
