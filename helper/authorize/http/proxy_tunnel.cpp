// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/proxy_tunnel.hpp"

#include "helper/authorize/http/https_exchange.hpp"
#include "helper/authorize/report/failed_attempt.hpp"

#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>

#include <string>

namespace sase::authorize {

namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using protocol::AuthError;
using protocol::ErrorKind;

HTTPRequest connect_request(const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  HTTPRequest request(HTTPRequest::HTTP_CONNECT, host.authority(), HTTPMessage::HTTP_1_1);
  request.set(HTTPRequest::HOST, host.authority());
  request.set("User-Agent", user_agent);
  request.set(HTTPMessage::PROXY_CONNECTION, HTTPMessage::CONNECTION_KEEP_ALIVE);
  if (proxy.has_credentials) {
    // POCO keeps these copies, and those in its send buffer, without wiping them.
    const Poco::Net::HTTPBasicCredentials credentials(std::string(proxy.user.reveal()),
                                                      std::string(proxy.password.reveal()));
    credentials.proxyAuthenticate(request);
  }
  return request;
}

}  // namespace

Poco::Net::StreamSocket open_tunnel(const Poco::Net::StreamSocket& to_proxy, const protocol::ProxyUrl& proxy,
                                    const protocol::Host& host) {
  HTTPClientSession session(to_proxy);
  // Otherwise POCO asks the proxy to hang up after its answer.
  session.setKeepAlive(true);
  HTTPRequest request = connect_request(proxy, host);
  HTTPResponse response;
  response.setFieldLimit(most_header_fields);
  (void)session.sendRequest(request);
  (void)session.receiveResponse(response);
  const int status = read_status(response);
  if (status < 200 || status > 299) throw FailedAttempt(describe_proxy_refusal(status, proxy, host));
  return session.detachSocket();
}

AuthError describe_proxy_refusal(int status, const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  const std::string who = "the proxy '" + proxy.host.authority() + "' ";
  const std::string code = " (HTTP " + std::to_string(status) + ')';
  AuthError auth_error{.kind = ErrorKind::unreachable, .what = {}, .hint = {}, .retry_after = {}};
  switch (status) {
    case 407:
      auth_error.kind = ErrorKind::misconfigured;
      auth_error.what = who + (proxy.has_credentials ? "does not accept the user name and password"
                                                     : "asks for a user name and password");
      auth_error.hint =
          "set proxy (or HTTPS_PROXY) to http://user:password@host:port; Basic is the only scheme supported";
      break;
    case 403:
      auth_error.what = who + "does not allow connections to '" + host.text() + '\'';
      auth_error.hint = "ask for '" + host.text() + "' to be allowed, or name it in no-proxy";
      break;
    case 502:
    case 503:
    case 504:
      auth_error.transient = true;
      auth_error.what = who + "cannot reach '" + host.text() + '\'';
      auth_error.hint = "check region and url, or that the proxy has a way out";
      break;
    default:
      auth_error.transient = status >= 500;
      auth_error.what = who + "did not open a connection to '" + host.text() + '\'';
      auth_error.hint = "check that proxy names a proxy that allows CONNECT";
  }
  auth_error.what += code;
  return auth_error;
}

}  // namespace sase::authorize
