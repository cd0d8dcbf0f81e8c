// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_exchange.hpp"

#include "helper/authorize/tls/tls_failure.hpp"
#include "protocol/protocol_error.hpp"

#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <charconv>
#include <ios>
#include <istream>
#include <ostream>
#include <sstream>
#include <streambuf>

namespace sase::authorize {

namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using protocol::AuthError;
using protocol::ErrorKind;

constexpr auto user_agent = "sase-credential/" SASE_VERSION;
constexpr std::size_t usual_body = 4096;

[[noreturn]] void reject_url(const std::string& why) {
  throw FailedAttempt(ErrorKind::misconfigured, "the service's URL cannot be used: " + why,
                      "set url to an https origin, such as https://api.perimeter81.com");
}

std::string parse_path(std::string_view rest) {
  if (!std::ranges::all_of(rest, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; }))
    reject_url("its path contains blanks, '#' or bytes that are not ASCII");
  return (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

[[noreturn]] void invalid_response(const char* what) {
  throw FailedAttempt(ErrorKind::invalid_response, what,
                      "check region, api and url: another host or a proxy may have answered");
}

/// The status, whatever number the peer wrote. POCO's own getter reads it through an enumeration that cannot
/// hold every number, which is undefined behavior.
int read_status(const HTTPResponse& response) {
  std::ostringstream written;
  response.write(written);
  const std::string text = written.str();
  int status = 0;
  const auto start = std::min(text.find(' ') + 1, text.size());
  (void)std::from_chars(text.data() + start, text.data() + text.size(), status);
  return status;
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

HTTPRequest make_request(const std::string& method, const Endpoint& endpoint, const std::string& accept) {
  HTTPRequest request(method, endpoint.path, HTTPMessage::HTTP_1_1);
  request.set(HTTPRequest::HOST, endpoint.host.text());
  request.set("User-Agent", user_agent);
  request.set("Accept", accept);
  return request;
}

/// Waits for more of the body. If the peer closes the connection without TLS's close_notify, the body ends;
/// whether it is complete shows in its length and in its JSON.
bool has_more(std::streambuf& buffer) try {
  return buffer.sgetc() != std::streambuf::traits_type::eof();
} catch (const Poco::Net::SSLException& error) {
  if (is_unexpected_end(error.message())) return false;
  throw;
}

std::size_t expected_size(const HTTPResponse& response) {
  if (!response.hasContentLength()) return usual_body;
  const auto announced = response.getContentLength64();
  if (announced < 0) invalid_response("the length of the service's response is not a number");
  if (announced > static_cast<Poco::Int64>(largest_body))
    invalid_response("the service's response is larger than 256 KiB");
  return static_cast<std::size_t>(announced);
}

/// From the buffer itself: a stream hides what POCO throws, and the bytes that came before it.
protocol::Secret read_body(std::streambuf& buffer, std::size_t expected) {
  auto body = protocol::Secret::with_capacity(expected);
  while (has_more(buffer)) {
    const auto arrived = static_cast<std::size_t>(buffer.in_avail());
    if (arrived > largest_body - body.size())
      invalid_response("the service's response is larger than 256 KiB");
    (void)buffer.sgetn(body.spare_capacity(arrived).data(), static_cast<std::streamsize>(arrived));
    body.commit(arrived);
  }
  return body;
}

/// Such as early hints (RFC 9110 section 15.2). POCO itself skips only 100; 101 would be the final response.
bool is_interim(const HTTPResponse& response) {
  const int status = read_status(response);
  return status > 101 && status < 200;
}

/// Of repeated fields, the first one counts.
HttpReply read_fields(const HTTPResponse& response) {
  if (!response.getVersion().starts_with("HTTP/1.")) invalid_response("the response is not HTTP/1.1");
  return {.status = read_status(response),
          .content_type = response.get(HTTPMessage::CONTENT_TYPE, ""),
          .date = response.get("Date", ""),
          .retry_after = response.get("Retry-After", ""),
          .location = response.get("Location", ""),
          .body = {}};
}

HttpReply read_reply(HTTPClientSession& session, Progress& progress) {
  HTTPResponse response;
  response.setFieldLimit(most_header_fields);
  std::istream* stream = &session.receiveResponse(response);
  while (is_interim(response))
    stream = &session.receiveResponse(response);
  progress.enter(protocol::Step::reading);
  HttpReply reply = read_fields(response);
  const std::size_t expected = expected_size(response);
  reply.body = read_body(*stream->rdbuf(), expected);
  if (response.hasContentLength() && !response.getChunkedTransferEncoding() && reply.body.size() < expected)
    invalid_response("the service's response is shorter than it says");
  return reply;
}

}  // namespace

Endpoint Endpoint::parse(std::string_view url) try {
  const protocol::ParsedUrl parsed = protocol::parse_url(url);
  if (parsed.origin.scheme != "https") reject_url("only https is supported");
  if (!parsed.origin.user.empty()) reject_url("it contains a user name");
  return {.host = parsed.origin.host, .path = parse_path(parsed.rest)};
} catch (const protocol::ProtocolError& error) {
  reject_url(error.what());
}

Poco::Net::StreamSocket open_tunnel(const Poco::Net::StreamSocket& to_proxy, const protocol::ProxyUrl& proxy,
                                    const protocol::Host& host) {
  HTTPClientSession session(to_proxy);
  // Otherwise POCO asks the proxy to close the connection after its response.
  session.setKeepAlive(true);
  HTTPRequest request = make_connect(proxy, host);
  HTTPResponse response;
  response.setFieldLimit(most_header_fields);
  (void)session.sendRequest(request);
  (void)session.receiveResponse(response);
  const int status = read_status(response);
  if (status < 200 || status > 299) throw FailedAttempt(describe_proxy_error(status, proxy, host));
  return session.detachSocket();
}

AuthError describe_proxy_error(int status, const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  const std::string who = "the proxy '" + proxy.host.authority() + "' ";
  const std::string target = '\'' + host.text() + "' (HTTP " + std::to_string(status) + ')';
  switch (status) {
    case 407:
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

HttpReply exchange(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                   std::string_view body, Progress& progress) {
  // The plain session over the TLS socket: POCO's HTTPSClientSession rejects a connected socket.
  HTTPClientSession session(socket);
  HTTPRequest request = make_request(HTTPRequest::HTTP_POST, endpoint, "application/json");
  request.setContentType("application/json");
  request.setContentLength(static_cast<std::streamsize>(body.size()));
  session.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
  // POCO sends the end of it before it reads the response. To flush it here would report that the peer has
  // closed the connection instead of the peer's reason for it.
  progress.trace([&] { return "request " + std::to_string(progress.requests()) + " sent"; });
  return read_reply(session, progress);
}

HttpReply read_with_token(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                          std::string_view token, Progress& progress) {
  HTTPClientSession session(socket);
  HTTPRequest request = make_request(HTTPRequest::HTTP_GET, endpoint, "*/*");
  request.set(HTTPRequest::AUTHORIZATION, "Bearer " + std::string(token));
  (void)session.sendRequest(request);
  progress.trace([&] { return "GET " + endpoint.path + " sent, with the new token"; });
  return read_reply(session, progress);
}

}  // namespace sase::authorize
