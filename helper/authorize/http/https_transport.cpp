// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_transport.hpp"

#include "helper/authorize/http/proxy.hpp"
#include "helper/network/net/happy_eyeballs.hpp"
#include "helper/network/tls/tls_failure.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <chrono>
#include <system_error>
#include <vector>

namespace sase::authorize {

namespace {

using network::is_unexpected_end;
using network::resolve;
using Poco::Net::SecureStreamSocket;
using Poco::Net::StreamSocket;
using protocol::AuthError;
using protocol::CheckId;
using protocol::ErrorKind;
using protocol::Step;

constexpr auto closed = "closed the connection without a response";

std::optional<protocol::ProxyUrl> proxy_for(const protocol::AuthorizeRequest& request,
                                            const protocol::Host& host) {
  if (request.proxy.empty() || bypasses_proxy(request.no_proxy, host)) return std::nullopt;
  try {
    return protocol::ProxyUrl::parse(request.proxy);
  } catch (const protocol::ProtocolError& error) {
    throw FailedAttempt(ErrorKind::misconfigured, std::string("unusable proxy: ") + error.what(),
                        "set proxy (or HTTPS_PROXY) to http://[user:password@]host[:port]");
  }
}

network::TlsFiles trust_files(const protocol::AuthorizeRequest& request) {
  return {.ca_file = request.ca_file,
          .ca_directories = request.ca_directories,
          .client_cert = request.client_cert,
          .client_key = request.client_key};
}

std::string describe_trust(const protocol::AuthorizeRequest& request) {
  std::string text =
      "tls: the roots are " +
      (request.ca_file.empty() ? "the system's" : "in '" + protocol::escape(request.ca_file) + '\'');
  if (!request.client_cert.empty())
    text += ", the client certificate is in '" + protocol::escape(request.client_cert) + '\'';
  return text;
}

/// `localhost resolves to 127.0.0.1, ::1`, or that the host is an address.
std::string describe_addresses(const protocol::Host& host,
                               const std::vector<Poco::Net::SocketAddress>& addresses) {
  if (host.is_address()) return host.bare_name() + " is an address";
  std::string text = host.bare_name() + " resolves to ";
  for (const auto& address : addresses)
    text += (&address == &addresses.front() ? "" : ", ") + address.host().toString();
  return text;
}

void report_tls(Progress& progress, const network::TlsSession& session) {
  if (session.end && *session.end - std::chrono::system_clock::now() < network::short_validity)
    progress.warned(
        CheckId::tls, session.description,
        "the operator of the service, or of the proxy that intercepts TLS, must renew the certificate");
  else
    progress.passed(CheckId::tls, session.description);
}

/// A failure of the network, which may be over at the next try.
AuthError transient_failure(std::string what, std::string hint) {
  return {
      .kind = ErrorKind::unreachable, .transient = true, .what = std::move(what), .hint = std::move(hint)};
}

}  // namespace

HttpsTransport::HttpsTransport(const protocol::AuthorizeRequest& request, Progress& progress)
    : request_(request),
      progress_(progress),
      endpoint_(Endpoint::parse(request.url)),
      proxy_(proxy_for(request, endpoint_.host)),
      tls_((progress.enter(Step::preparing), trust_files(request)), endpoint_.host) {
  progress_.trace(describe_trust(request));
  if (!request.proxy.empty() && !proxy_) progress_.trace("proxy: " + bypassed());
}

template <typename Action>
auto HttpsTransport::attempt(const Action& action) {
  try {
    return action();
  } catch (...) {
    throw FailedAttempt(explain_failure());
  }
}

HttpReply HttpsTransport::post(std::string_view body) {
  return attempt([&] { return exchange(open(), endpoint_, body, progress_); });
}

HttpReply HttpsTransport::get(std::string_view url, std::string_view token) {
  return attempt([&] {
    const Endpoint target = Endpoint::parse(url);
    // The token is sent only to the host that received the key.
    if (target.host != endpoint_.host)
      throw FailedAttempt(ErrorKind::misconfigured,
                          "'" + target.host.text() + "' is not the host that issued the token",
                          "please report this");
    return read_with_token(open(), target, token, progress_);
  });
}

void HttpsTransport::reach() {
  attempt([&] { (void)open(); });
}

SecureStreamSocket HttpsTransport::open() {
  StreamSocket socket = connect();
  progress_.enter(Step::handshaking);
  SecureStreamSocket secure = tls_.handshake(socket);
  progress_.trace("tls: " + tls_.session().description + ", verified");
  report_tls(progress_, tls_.session());
  return secure;
}

StreamSocket HttpsTransport::connect() {
  if (!proxy_) {
    StreamSocket direct = connect_to(endpoint_.host);
    progress_.passed(CheckId::proxy, request_.proxy.empty() ? "none is set" : bypassed());
    return direct;
  }
  StreamSocket to_proxy = connect_to(proxy_->host);
  progress_.enter(Step::asking_proxy);
  const std::string target = endpoint_.host.authority();
  const std::string credentials = proxy_->has_credentials ? ", with user name and password" : "";
  progress_.trace("proxy: requested a tunnel to " + target + credentials);
  StreamSocket tunnel = open_tunnel(to_proxy, *proxy_, endpoint_.host);
  progress_.trace("proxy: tunnel established to " + target);
  progress_.passed(CheckId::proxy, "tunnel through '" + proxy_->host.authority() + "' established to '" +
                                       target + '\'' + credentials);
  return tunnel;
}

std::string HttpsTransport::bypassed() const {
  return "not used for '" + endpoint_.host.authority() + "' because of no-proxy";
}

StreamSocket HttpsTransport::connect_to(const protocol::Host& host) try {
  progress_.enter(Step::resolving);
  const auto addresses = resolve(host);
  const std::string found = describe_addresses(host, addresses);
  if (!host.is_address()) progress_.trace("name: " + found);
  progress_.passed(CheckId::name, proxy_ ? found + ", the proxy" : found);
  progress_.enter(Step::connecting);
  StreamSocket socket = network::connect_to_first(addresses, progress_);
  socket.setNoDelay(true);
  // POCO's loop over TLS records requires a timeout. The front's deadline, which began earlier, ends first.
  const Poco::Timespan timeout(std::chrono::microseconds(request_.timeout).count());
  socket.setReceiveTimeout(timeout);
  socket.setSendTimeout(timeout);
  // The peer may have closed the connection already, and then has no address.
  if (progress_.is_probing()) progress_.passed(CheckId::tcp, socket.peerAddress().toString() + " answers");
  return socket;
} catch (const std::system_error& error) {
  const std::string who = (proxy_ ? "the proxy '" : "'") + host.authority() + '\'';
  throw FailedAttempt(transient_failure(
      "cannot connect to " + who + ": " + std::generic_category().message(error.code().value()),
      network::remedy_for_socket(error.code(), proxy_ ? "check proxy, no-proxy and the network"
                                                      : "check url, proxy and the network")));
}

AuthError HttpsTransport::broken(std::string_view what) const {
  const bool at_proxy = progress_.step() == Step::asking_proxy;
  const std::string who = at_proxy ? proxy_->host.authority() : endpoint_.host.text();
  return transient_failure(
      '\'' + who + "' " + std::string(what) + ' ' + std::string(describe(progress_.step())),
      "check the network, proxy and url");
}

AuthError HttpsTransport::not_http() const {
  const bool at_proxy = progress_.step() == Step::asking_proxy;
  return {.kind = at_proxy ? ErrorKind::unreachable : ErrorKind::invalid_response,
          .what = (at_proxy ? "the response of the proxy '" + proxy_->host.authority() + '\''
                            : "the service's response") +
                  " is not HTTP, or its header is too large",
          .hint = at_proxy ? "check that proxy names a proxy that allows CONNECT"
                           : "check region, url and proxy: another host may have responded"};
}

/// Describes the exception that is being handled. The texts of POCO's exceptions are not shown: some contain
/// what the peer sent.
AuthError HttpsTransport::explain_failure() const try {
  if (!tls_.error()) throw;
  progress_.presented(tls_.session().description);
  return *tls_.error();
} catch (const FailedAttempt& failed) {
  return failed.auth_error();
} catch (const Poco::TimeoutException&) {
  return broken("sent nothing for too long");
} catch (const Poco::Net::ConnectionResetException&) {
  return broken("reset the connection");
} catch (const Poco::Net::NoMessageException&) {
  return broken(closed);
} catch (const Poco::Net::SSLException& error) {
  const bool is_established = progress_.step() > Step::handshaking;
  if (error.message().empty() || (is_established && is_unexpected_end(error.message())))
    return broken(closed);
  return network::describe_tls_failure(error.message(), endpoint_.host);
} catch (const Poco::Net::MessageException&) {
  return not_http();
} catch (const Poco::SyntaxException&) {
  return not_http();
} catch (const Poco::Exception& error) {
  return broken("failed: " + protocol::escape(error.name()));
}

}  // namespace sase::authorize
