// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_transport.hpp"

#include "helper/authorize/http/https_exchange.hpp"
#include "helper/authorize/net/happy_eyeballs.hpp"
#include "helper/authorize/net/no_proxy.hpp"
#include "helper/authorize/net/proxy_tunnel.hpp"
#include "helper/authorize/net/resolver.hpp"
#include "helper/authorize/report/check_details.hpp"
#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/tls/tls_failure.hpp"
#include "helper/authorize/watchdog.hpp"
#include "protocol/escape.hpp"
#include "protocol/protocol_error.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

namespace sase::authorize {

namespace {

using Poco::Net::SecureStreamSocket;
using Poco::Net::StreamSocket;
using protocol::AuthError;
using protocol::CheckId;
using protocol::ErrorKind;
using std::chrono::steady_clock;

constexpr auto went_away = "closed the connection without an answer";

std::optional<protocol::ProxyUrl> proxy_for(const protocol::AuthorizeRequest& request,
                                            const protocol::Host& host) {
  if (request.proxy.empty() || bypasses_proxy(request.no_proxy, host)) return std::nullopt;
  try {
    return protocol::ProxyUrl::parse(request.proxy);
  } catch (const protocol::ProtocolError& error) {
    throw FailedAttempt({.kind = ErrorKind::misconfigured,
                         .what = std::string("unusable proxy: ") + error.what(),
                         .hint = "set proxy (or HTTPS_PROXY) to http://[user:password@]host[:port]",
                         .retry_after = {}});
  }
}

std::string describe_trust(const protocol::AuthorizeRequest& request) {
  std::string words =
      "tls: the roots are " +
      (request.ca_file.empty() ? "the system's" : "in '" + protocol::escape(request.ca_file) + '\'');
  if (!request.client_cert.empty())
    words += ", the client certificate is in '" + protocol::escape(request.client_cert) + '\'';
  return words;
}

std::string describe_question(const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  return "proxy: asked for the way to " + host.authority() +
         (proxy.has_credentials ? ", with user name and password" : "");
}

std::string describe_reply(const HttpReply& reply) {
  return "reply: " + std::to_string(reply.status) + ", " + std::to_string(reply.body.size()) + " bytes";
}

AuthError unreachable(std::string what, std::string hint) {
  return {.kind = ErrorKind::unreachable,
          .transient = true,
          .what = std::move(what),
          .hint = std::move(hint),
          .retry_after = {}};
}

}  // namespace

HttpsTransport::HttpsTransport(const protocol::AuthorizeRequest& request, steady_clock::time_point deadline,
                               Progress& progress)
    : request_(request),
      deadline_(deadline),
      progress_(progress),
      endpoint_(Endpoint::parse(request.url)),
      proxy_(proxy_for(request, endpoint_.host)),
      tls_((progress.enter(Phase::preparing), request), endpoint_.host) {
  progress_.note([&] { return describe_trust(request); });
  if (!request.proxy.empty() && !proxy_)
    progress_.note([&] { return "proxy: not for " + endpoint_.host.authority() + ", says no-proxy"; });
}

HttpReply HttpsTransport::post(std::string_view body) {
  try {
    return try_post(body);
  } catch (...) {
    throw FailedAttempt(explain_failure());
  }
}

HttpReply HttpsTransport::get(std::string_view url, std::string_view token) {
  try {
    return try_get(Endpoint::parse(url), token);
  } catch (...) {
    throw FailedAttempt(explain_failure());
  }
}

void HttpsTransport::reach() {
  try {
    (void)open();
  } catch (...) {
    throw FailedAttempt(explain_failure());
  }
}

HttpReply HttpsTransport::try_post(std::string_view body) {
  const SecureStreamSocket secure = open();
  progress_.enter(Phase::waiting);
  progress_.count_request();
  HttpReply reply = exchange(secure, endpoint_, body, progress_);
  progress_.note([&] { return describe_reply(reply); });
  return reply;
}

HttpReply HttpsTransport::try_get(const Endpoint& target, std::string_view token) {
  // The token goes where the key went, and nowhere else.
  if (target.host != endpoint_.host)
    throw FailedAttempt({.kind = ErrorKind::misconfigured,
                         .what = "'" + target.host.text() + "' is not the host that gave the token",
                         .hint = "please report this",
                         .retry_after = {}});
  const SecureStreamSocket secure = open();
  progress_.enter(Phase::waiting);
  HttpReply reply = read_with_token(secure, target, token, progress_);
  progress_.note([&] { return describe_reply(reply); });
  return reply;
}

SecureStreamSocket HttpsTransport::open() {
  StreamSocket socket = connect();
  progress_.enter(Phase::handshaking);
  limit_waiting(socket);
  SecureStreamSocket secure = tls_.handshake(socket);
  progress_.note([&] { return "tls: " + tls_.session().describe() + ", verified"; });
  if (CheckReport* const report = progress_.report()) report_tls(*report, tls_.session());
  limit_waiting(socket);
  return secure;
}

StreamSocket HttpsTransport::connect() {
  if (!proxy_) {
    StreamSocket direct = connect_to(endpoint_.host);
    progress_.holds(CheckId::proxy, [&] { return describe_no_proxy(request_, endpoint_.host); });
    return direct;
  }
  StreamSocket to_proxy = connect_to(proxy_->host);
  progress_.enter(Phase::asking_proxy);
  limit_waiting(to_proxy);
  progress_.note([&] { return describe_question(*proxy_, endpoint_.host); });
  StreamSocket tunnel = open_tunnel(to_proxy, *proxy_, endpoint_.host);
  progress_.note([&] { return "proxy: the way to " + endpoint_.host.authority() + " is open"; });
  progress_.holds(CheckId::proxy, [&] { return describe_tunnel(*proxy_, endpoint_.host); });
  return tunnel;
}

StreamSocket HttpsTransport::connect_to(const protocol::Host& host) try {
  progress_.enter(Phase::resolving);
  const auto addresses = resolve(host);
  if (!host.is_address()) progress_.note([&] { return "name: " + describe_addresses(host, addresses); });
  progress_.holds(CheckId::name, [&] {
    const std::string words = describe_addresses(host, addresses);
    return proxy_ ? words + ", the proxy" : words;
  });
  progress_.enter(Phase::connecting);
  StreamSocket socket = connect_to_first(addresses, deadline_, progress_);
  socket.setNoDelay(true);
  progress_.holds(CheckId::tcp, [&] { return socket.peerAddress().toString() + " answers"; });
  return socket;
} catch (const std::system_error& error) {
  if (error.code().value() == ETIMEDOUT && steady_clock::now() >= deadline_) throw Poco::TimeoutException();
  const std::string who = (proxy_ ? "the proxy '" : "'") + host.authority() + '\'';
  throw FailedAttempt(
      unreachable("cannot connect to " + who + ": " + std::generic_category().message(error.code().value()),
                  proxy_ ? "check proxy, no-proxy and the network" : "check url, proxy and the network"));
}

/// So that no call waits past the deadline. The watchdog is what holds the deadline; this lets a thread that
/// is given up come to its own end.
void HttpsTransport::limit_waiting(StreamSocket& socket) const {
  const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline_ - steady_clock::now());
  if (left.count() <= 0) throw Poco::TimeoutException();
  const Poco::Timespan limit(left.count());
  socket.setReceiveTimeout(limit);
  socket.setSendTimeout(limit);
}

AuthError HttpsTransport::broken(std::string_view what) const {
  const bool at_proxy = progress_.phase() == Phase::asking_proxy;
  const std::string who = at_proxy ? proxy_->host.authority() : endpoint_.host.text();
  return unreachable(
      '\'' + who + "' " + std::string(what) + " (" + std::string(describe(progress_.phase())) + ')',
      "check the network, proxy and url");
}

AuthError HttpsTransport::not_http() const {
  const bool at_proxy = progress_.phase() == Phase::asking_proxy;
  return {.kind = at_proxy ? ErrorKind::unreachable : ErrorKind::invalid_response,
          .what = (at_proxy ? "the answer of the proxy '" + proxy_->host.authority() + '\''
                            : "the service's answer") +
                  " is not HTTP, or its header is too large",
          .hint = at_proxy ? "check that proxy names a proxy that allows CONNECT"
                           : "check region, url and proxy: another host may have answered",
          .retry_after = {}};
}

AuthError HttpsTransport::explain_tls(std::string_view openssl_text) const {
  const bool is_handshaken = progress_.phase() > Phase::handshaking;
  if (openssl_text.empty() || (is_handshaken && is_unexpected_end(openssl_text))) return broken(went_away);
  return describe_tls_failure(openssl_text, endpoint_.host);
}

/// Puts the exception that is being handled into words. The texts of POCO's own exceptions are not shown:
/// some of them hold what the peer sent.
AuthError HttpsTransport::explain_failure() const try {
  if (const auto& failure = tls_.certificate_failure()) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (CheckReport* const report = progress_.report()) report->presented(describe_tls(tls_.session(), now));
    return failure->describe(endpoint_.host, now);
  }
  throw;
} catch (const FailedAttempt& failed) {
  return failed.auth_error();
} catch (const Poco::TimeoutException&) {
  return no_answer_in_time(endpoint_.host, request_.timeout, progress_.phase());
} catch (const Poco::Net::ConnectionResetException&) {
  return broken("cut the connection");
} catch (const Poco::Net::NoMessageException&) {
  return broken(went_away);
} catch (const Poco::Net::SSLException& error) {
  return explain_tls(error.message());
} catch (const Poco::Net::MessageException&) {
  return not_http();
} catch (const Poco::SyntaxException&) {
  return not_http();
} catch (const Poco::Exception& error) {
  return broken("failed in a way that POCO calls '" + protocol::escape(error.name()) + '\'');
}

}  // namespace sase::authorize
