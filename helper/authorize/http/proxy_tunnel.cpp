// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/proxy_tunnel.hpp"

#include "helper/authorize/http/transport.hpp"
#include "helper/network/http/message.hpp"

#include <Poco/Ascii.h>
#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace sase::authorize {

namespace {

using network::most_header_fields;
using network::read_status;
using network::user_agent;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using protocol::AuthError;
using protocol::ErrorKind;

/// Quoted strings may contain commas.
std::string without_quoted_strings(std::string_view text) {
  std::string rest;
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted) rest += c;
  }
  return rest;
}

/// The name at the beginning of a challenge; empty for anything else, such as a parameter.
std::string parse_scheme(const std::string& item) {
  constexpr std::size_t longest_name = 20;
  const std::string name = item.substr(0, item.find_first_of(" \t="));
  const auto next = std::min(item.find_first_not_of(" \t", name.size()), item.size());
  const auto may_be_in_name = [](char c) { return Poco::Ascii::isAlphaNumeric(c) || c == '-'; };
  const bool is_name = name.size() <= longest_name && std::ranges::all_of(name, may_be_in_name);
  return is_name && !item.substr(next).starts_with('=') ? name : std::string();
}

/// The first schemes in values of Proxy-Authenticate (RFC 9110 section 11.6.1), such as `Negotiate and NTLM`.
/// Empty without a scheme, or if Basic is one of them.
std::string find_other_schemes(std::string_view challenges) {
  constexpr std::size_t most_shown = 3;
  std::vector<std::string> schemes;
  for (const std::string& item :
       Poco::StringTokenizer(without_quoted_strings(challenges), ",", Poco::StringTokenizer::TOK_TRIM)) {
    const std::string name = parse_scheme(item);
    if (Poco::icompare(name, "Basic") == 0) return {};
    const bool is_new = !name.empty() && std::ranges::find(schemes, name) == schemes.end();
    if (is_new && schemes.size() < most_shown) schemes.push_back(name);
  }
  return Poco::cat(std::string(" and "), schemes.begin(), schemes.end());
}

HTTPRequest make_connect(const protocol::ProxyUrl& proxy, const protocol::Host& host) {
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
  Poco::Net::HTTPClientSession session(to_proxy);
  // Otherwise POCO asks the proxy to close the connection after its response.
  session.setKeepAlive(true);
  HTTPRequest request = make_connect(proxy, host);
  HTTPResponse response;
  response.setFieldLimit(most_header_fields);
  (void)session.sendRequest(request);
  (void)session.receiveResponse(response);
  const int status = read_status(response);
  if (status < 200 || status > 299) {
    std::string challenges;
    for (const auto& [name, value] : response)
      if (Poco::icompare(name, "Proxy-Authenticate") == 0) challenges += value + ',';
    throw FailedAttempt(describe_proxy_error(status, challenges, proxy, host));
  }
  return session.detachSocket();
}

AuthError describe_proxy_error(int status, std::string_view challenges, const protocol::ProxyUrl& proxy,
                               const protocol::Host& host) {
  const std::string who = "the proxy '" + proxy.host.authority() + "' ";
  const std::string target = '\'' + host.text() + "' (HTTP " + std::to_string(status) + ')';
  switch (status) {
    case 407:
      if (const std::string schemes = find_other_schemes(challenges); !schemes.empty())
        return {
            .kind = ErrorKind::misconfigured,
            .what = who + "offers only " + schemes + ", and Basic is the only scheme supported (HTTP 407)",
            .hint =
                "run a local proxy that logs in to that one, such as px or cntlm, and set proxy to it, "
                "such as http://127.0.0.1:3128"};
      return {.kind = ErrorKind::misconfigured,
              .what = who +
                      (proxy.has_credentials ? "does not accept the user name and password"
                                             : "asks for a user name and password") +
                      " (HTTP 407)",
              .hint =
                  "set proxy (or HTTPS_PROXY) to http://user:password@host:port; Basic is the only "
                  "scheme supported"};
    case 403:
      return {.kind = ErrorKind::unreachable,
              .what = who + "does not allow connections to " + target,
              .hint = "ask for '" + host.text() + "' to be allowed, or name it in no-proxy"};
    case 502:
    case 503:
    case 504:
      return {.kind = ErrorKind::unreachable,
              .transient = true,
              .what = who + "cannot reach " + target,
              .hint = "check region and url, or that the proxy can reach the Internet"};
    default:
      return {.kind = ErrorKind::unreachable,
              .transient = status >= 500,
              .what = who + "did not open a connection to " + target,
              .hint = "check that proxy names a proxy that allows CONNECT"};
  }
}

}  // namespace sase::authorize
