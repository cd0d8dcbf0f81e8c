// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/server.hpp"

#include "tests/sandbox/connection.hpp"
#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/open_connections.hpp"
#include "tests/sandbox/options.hpp"
#include "tests/sandbox/state_directory.hpp"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>
#include <Poco/Timespan.h>
#include <Poco/Version.h>
#include <openssl/ssl.h>

#include <stdexcept>
#include <stop_token>

namespace sase::sandbox {

namespace {

/// TLS 1.1 signs with SHA-1, which OpenSSL allows at security level 0 only. It is offered to prove that
/// clients reject it.
constexpr const char* all_ciphers = "ALL:@SECLEVEL=0";

int protocol_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::v1_1: return TLS1_1_VERSION;
    case TlsVersion::v1_2: return TLS1_2_VERSION;
    case TlsVersion::v1_3: return TLS1_3_VERSION;
  }
  return 0;
}

Poco::Net::Context::Ptr make_tls_context(const StateDirectory& directory, TlsVersion newest) {
  Poco::Net::Context::Params params;
  params.certificateFile = directory.file("server.pem").string();
  params.privateKeyFile = directory.file("server-key.pem").string();
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  params.loadDefaultCAs = false;
#if POCO_VERSION >= 0x010C0000
  // POCO before 1.14 passes its Diffie-Hellman parameters to OpenSSL and frees them as well. At this level
  // OpenSSL rejects them.
  params.securityLevel = Poco::Net::Context::SECURITY_LEVEL_112_BITS;
#endif
  Poco::Net::Context::Ptr context(new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params));
  SSL_CTX* const ssl = context->sslContext();
  const int oldest = newest == TlsVersion::v1_1 ? TLS1_VERSION : TLS1_2_VERSION;
  if (newest == TlsVersion::v1_1) (void)SSL_CTX_set_cipher_list(ssl, all_ciphers);
  if (SSL_CTX_set_min_proto_version(ssl, oldest) != 1 ||
      SSL_CTX_set_max_proto_version(ssl, protocol_number(newest)) != 1) {
    throw std::runtime_error("cannot choose the TLS version");
  }
  return context;
}

/// Connections waiting: in the kernel to be accepted, in the queue for a thread.
constexpr int backlog = 2048;
constexpr int queue_size = 4096;

constexpr long idle_limit = 15;       ///< Seconds a peer may take between two bytes.
constexpr long keep_alive_limit = 5;  ///< Seconds between two requests.
constexpr int requests_limit = 100;   ///< Requests of one connection.

Poco::Net::SecureServerSocket listening_socket(const Options& options, const StateDirectory& directory) {
  Poco::Net::SecureServerSocket socket(make_tls_context(directory, options.tls_max));
  // SO_REUSEADDR for a quick restart, but not SO_REUSEPORT: two sandboxes must not share a port.
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

std::uint16_t Server::port() const { return parts_->socket.address().port(); }

}  // namespace sase::sandbox
