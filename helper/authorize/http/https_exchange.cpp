// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_exchange.hpp"

#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/tls/tls_failure.hpp"
#include "protocol/protocol_error.hpp"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPMessage.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <algorithm>
#include <charconv>
#include <ios>
#include <istream>
#include <ostream>
#include <sstream>
#include <streambuf>
#include <string>

namespace sase::authorize {

namespace {

[[noreturn]] void reject_url(const std::string& why) {
  throw FailedAttempt({.kind = protocol::ErrorKind::misconfigured,
                       .what = "the service's URL cannot be used: " + why,
                       .hint = "set url to an https origin, such as https://api.perimeter81.com",
                       .retry_after = {}});
}

bool is_path_character(char c) noexcept {
  return c > ' ' && c < '\x7f' && c != '#';
}

std::string parse_path(std::string_view rest) {
  if (!std::ranges::all_of(rest, is_path_character))
    reject_url("its path holds blanks, '#' or bytes beyond ASCII");
  return (rest.starts_with('/') ? "" : "/") + std::string(rest);
}

}  // namespace

Endpoint Endpoint::parse(std::string_view url) try {
  const protocol::ParsedUrl parsed = protocol::parse_url(url);
  if (parsed.origin.scheme != "https") reject_url("only https is spoken");
  if (!parsed.origin.user.empty()) reject_url("it holds user information");
  return {.host = parsed.origin.host, .path = parse_path(parsed.rest)};
} catch (const protocol::ProtocolError& error) {
  reject_url(error.what());
}

namespace {

using Poco::Net::HTTPClientSession;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr std::size_t usual_body = 4096;

[[noreturn]] void invalid_response(const char* what) {
  throw FailedAttempt({.kind = protocol::ErrorKind::invalid_response,
                       .what = what,
                       .hint = "check region, api and url: another host or a proxy may have answered",
                       .retry_after = {}});
}

HTTPRequest make_request(const std::string& method, const Endpoint& endpoint, const std::string& accept) {
  HTTPRequest request(method, endpoint.path, HTTPMessage::HTTP_1_1);
  request.set(HTTPRequest::HOST, endpoint.host.text());
  request.set("User-Agent", user_agent);
  request.set("Accept", accept);
  return request;
}

HTTPRequest make_post(const Endpoint& endpoint, std::size_t body_size) {
  HTTPRequest request = make_request(HTTPRequest::HTTP_POST, endpoint, "application/json");
  request.setContentType("application/json");
  request.setContentLength(static_cast<std::streamsize>(body_size));
  return request;
}

/// Whether there is more of a body, which is waited for. A peer that goes away without TLS's goodbye has come
/// to its end: whether the body is whole shows in its length, and in its JSON.
bool has_more(std::streambuf& buffer) try {
  return buffer.sgetc() != std::streambuf::traits_type::eof();
} catch (const Poco::Net::SSLException& error) {
  if (is_unexpected_end(error.message())) return false;
  throw;
}

std::size_t expected_size(const HTTPResponse& response) {
  if (!response.hasContentLength()) return usual_body;
  const auto announced = response.getContentLength64();
  if (announced < 0) invalid_response("the service's answer has a length that is no number");
  if (announced > static_cast<Poco::Int64>(largest_body))
    invalid_response("the service's answer is larger than 256 KiB");
  return static_cast<std::size_t>(announced);
}

/// From the buffer itself: a stream swallows what POCO throws, and the bytes that came before it.
protocol::Secret read_body(std::streambuf& buffer, std::size_t expected) {
  auto body = protocol::Secret::with_capacity(expected);
  while (has_more(buffer)) {
    const auto arrived = static_cast<std::size_t>(buffer.in_avail());
    if (arrived > largest_body - body.size()) invalid_response("the service's answer is larger than 256 KiB");
    (void)buffer.sgetn(body.spare_capacity(arrived).data(), static_cast<std::streamsize>(arrived));
    body.commit(arrived);
  }
  return body;
}

/// Early hints and their like (RFC 9110 section 15.2). POCO itself only passes over 100; 101 would be the
/// last word.
bool is_interim(const HTTPResponse& response) {
  const int status = read_status(response);
  return status > 101 && status < 200;
}

/// Of fields that stand twice the first one counts.
HttpReply take_fields(const HTTPResponse& response) {
  if (!response.getVersion().starts_with("HTTP/1."))
    invalid_response("what answered does not speak HTTP/1.1");
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
  HttpReply reply = take_fields(response);
  const std::size_t expected = expected_size(response);
  reply.body = read_body(*stream->rdbuf(), expected);
  if (response.hasContentLength() && !response.getChunkedTransferEncoding() && reply.body.size() < expected)
    invalid_response("the service's answer is shorter than it says");
  return reply;
}

}  // namespace

int read_status(const HTTPResponse& response) {
  std::ostringstream written;
  response.write(written);
  const std::string text = written.str();
  int status = 0;
  const auto start = std::min(text.find(' ') + 1, text.size());
  (void)std::from_chars(text.data() + start, text.data() + text.size(), status);
  return status;
}

HttpReply exchange(const Poco::Net::SecureStreamSocket& socket, const Endpoint& endpoint,
                   std::string_view body, Progress& progress) {
  // The plain session over the TLS socket: the constructor of POCO's HTTPSClientSession that takes a
  // connected socket refuses it for being connected.
  HTTPClientSession session(socket);
  HTTPRequest request = make_post(endpoint, body.size());
  session.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
  // POCO sends the last of it as it turns to the answer. To do so here would show the error of a peer that
  // has gone away in place of its reason for going.
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
