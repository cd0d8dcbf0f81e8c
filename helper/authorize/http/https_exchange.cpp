// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_transport.hpp"
#include "helper/network/http/message.hpp"
#include "helper/network/tls/tls_failure.hpp"
#include "protocol/parsing.hpp"

#include <Poco/Buffer.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <algorithm>
#include <charconv>
#include <ios>
#include <optional>
#include <system_error>

namespace sase::authorize {

namespace {

using network::most_header_fields;
using network::read_status;
using network::user_agent;
using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using protocol::ErrorKind;

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

[[noreturn]] void reject_response(const char* what) {
  throw FailedAttempt(ErrorKind::invalid_response, what,
                      "check region, api and url: another host or a proxy may have answered");
}

HTTPRequest make_request(const std::string& method, const Endpoint& endpoint, const std::string& accept) {
  HTTPRequest request(method, endpoint.path, HTTPMessage::HTTP_1_1);
  request.set(HTTPRequest::HOST, endpoint.host.text());
  request.set("User-Agent", user_agent);
  request.set("Accept", accept);
  return request;
}

constexpr auto too_large = "the service's response is larger than 256 KiB";
constexpr auto too_short = "the service's response is shorter than it says";
constexpr auto bad_chunk = "the service's response has an invalid chunk";

/// Appends what arrives next; false at the end of the connection. An end without TLS's close_notify counts as
/// well: the length or the JSON shows whether the response is complete.
bool receive(Poco::Net::StreamSocket& socket, protocol::Secret& arrived) try {
  // The sizes of small chunks take more space than their contents.
  if (arrived.size() > 2 * largest_body) reject_response(too_large);
  const auto space = arrived.spare_capacity(usual_body);
  const int size = socket.receiveBytes(space.data(), static_cast<int>(space.size()));
  if (size > 0) arrived.commit(static_cast<std::size_t>(size));
  return size > 0;
} catch (const Poco::Net::SSLException& error) {
  if (network::is_unexpected_end(error.message())) return false;
  throw;
}

std::size_t parse_chunk_size(std::string_view line) {
  std::size_t size = 0;
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data(), end, size, 16);
  // An extension may follow the size.
  const bool is_size = stop == end || std::string_view("; \t\r").find(*stop) != std::string_view::npos;
  if (error != std::errc{} || !is_size) reject_response(bad_chunk);
  return size;
}

/// The contents of the chunks (RFC 9112 section 7.1); nothing if the last one has not arrived yet. The
/// trailers are not needed, because the connection is not used again.
std::optional<protocol::Secret> join_chunks(std::string_view text) {
  protocol::Secret body;
  for (auto line_end = text.find('\n'); line_end != std::string_view::npos; line_end = text.find('\n')) {
    const std::size_t size = parse_chunk_size(text.substr(0, line_end));
    if (size == 0) return body;
    if (size > largest_body - body.size()) reject_response(too_large);
    text.remove_prefix(line_end + 1);
    const std::string_view rest = text.substr(std::min(size, text.size()));
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) break;
    if (end != 0 && rest.substr(0, end) != "\r") reject_response(bad_chunk);
    body.append(text.substr(0, size));
    text = rest.substr(end + 1);
  }
  return std::nullopt;
}

/// The length of a body that is not in chunks; nothing if the end of the connection is its end.
std::optional<std::size_t> find_length(const HTTPResponse& response) {
  if (response.has(HTTPMessage::TRANSFER_ENCODING))
    reject_response("the service's response has an unknown transfer encoding");
  if (!response.hasContentLength()) return std::nullopt;
  const auto announced = response.getContentLength64();
  if (announced < 0) reject_response("the length of the service's response is not a number");
  if (static_cast<std::size_t>(announced) > largest_body) reject_response(too_large);
  return static_cast<std::size_t>(announced);
}

/// POCO's streams do not report that a chunked body ends before its last chunk.
protocol::Secret read_body(HTTPClientSession& session, const HTTPResponse& response, int status) {
  if (status == 204 || status == 304) return {};
  Poco::Buffer<char> buffered(0);
  session.drainBuffer(buffered);
  protocol::Secret arrived(std::string_view(buffered.begin(), buffered.size()));
  if (response.getChunkedTransferEncoding()) {
    auto body = join_chunks(arrived.reveal());
    while (!body && receive(session.socket(), arrived))
      body = join_chunks(arrived.reveal());
    if (!body) reject_response(too_short);
    return std::move(*body);
  }
  const auto length = find_length(response);
  while (arrived.size() < length.value_or(largest_body + 1) && receive(session.socket(), arrived)) {
  }
  if (arrived.size() < length.value_or(0)) reject_response(too_short);
  if (arrived.size() > largest_body) reject_response(too_large);
  if (length) arrived.shrink(*length);
  return arrived;
}

/// Of repeated fields, the first one counts.
HttpReply read_fields(const HTTPResponse& response, int status) {
  if (!response.getVersion().starts_with("HTTP/1.")) reject_response("the response is not HTTP/1.1");
  return {.status = status,
          .content_type = response.get(HTTPMessage::CONTENT_TYPE, ""),
          .date = response.get("Date", ""),
          .retry_after = response.get("Retry-After", ""),
          .location = response.get("Location", ""),
          .body = {}};
}

HttpReply read_reply(HTTPClientSession& session, Progress& progress) {
  HTTPResponse response;
  response.setFieldLimit(most_header_fields);
  int status = 0;
  do {
    (void)session.receiveResponse(response);
    status = read_status(response);
    // Interim responses (RFC 9110 section 15.2), such as 103 Early Hints (RFC 8297). 101 is final.
  } while (status > 101 && status < 200);
  progress.enter(protocol::Step::reading);
  HttpReply reply = read_fields(response, status);
  reply.body = read_body(session, response, status);
  progress.trace("reply: " + std::to_string(status) + ", " + std::to_string(reply.body.size()) + " bytes");
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

HttpReply exchange(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                   std::string_view body, Progress& progress) {
  progress.enter(protocol::Step::waiting);
  // The plain session over the TLS socket: POCO's HTTPSClientSession rejects a connected socket.
  HTTPClientSession session(socket);
  HTTPRequest request = make_request(HTTPRequest::HTTP_POST, endpoint, "application/json");
  request.setContentType("application/json");
  request.setContentLength(static_cast<std::streamsize>(body.size()));
  progress.count_request();
  session.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
  // POCO flushes the rest later: if the peer has answered early and closed, a flush here would hide that.
  progress.trace("request " + std::to_string(progress.requests()) + " sent");
  return read_reply(session, progress);
}

HttpReply read_with_token(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                          std::string_view token, Progress& progress) {
  progress.enter(protocol::Step::waiting);
  HTTPClientSession session(socket);
  HTTPRequest request = make_request(HTTPRequest::HTTP_GET, endpoint, "*/*");
  request.set(HTTPRequest::AUTHORIZATION, "Bearer " + std::string(token));
  (void)session.sendRequest(request);
  progress.trace("GET " + endpoint.path + " sent, with the new token");
  return read_reply(session, progress);
}

}  // namespace sase::authorize
