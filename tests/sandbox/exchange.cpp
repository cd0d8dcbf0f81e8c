// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/exchange.hpp"

#include "tests/sandbox/transmission.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/URI.h>

#include <chrono>
#include <istream>
#include <optional>
#include <string>

namespace sase::sandbox {

namespace {

enum class KeepAlive { no, yes };

/// Nothing if the body is larger than `largest_body`.
std::optional<std::string> read_body(Poco::Net::HTTPServerRequest& incoming) {
  // Without either there is no body (RFC 9112 section 6.3); POCO would read until the peer disconnects.
  if (!incoming.hasContentLength() && !incoming.getChunkedTransferEncoding()) return std::string{};
  std::string body(largest_body + 1, '\0');
  std::istream& stream = incoming.stream();
  stream.read(body.data(), static_cast<std::streamsize>(body.size()));
  body.resize(static_cast<std::size_t>(stream.gcount()));
  if (body.size() > largest_body) return std::nullopt;
  return body;
}

/// Nothing if the target is not a URI or the body is too large.
std::optional<Request> to_request(Poco::Net::HTTPServerRequest& incoming) {
  auto body = read_body(incoming);
  if (!body) return std::nullopt;
  try {
    const Poco::URI target(incoming.getURI());
    return Request{incoming.getMethod(),
                   target.getPath(),
                   target.getQueryParameters(),
                   target.getRawQuery(),
                   incoming.get("Content-Type", ""),
                   incoming.get("Content-Encoding", ""),
                   incoming.get("Authorization", ""),
                   incoming.get("Git-Protocol", ""),
                   std::move(*body)};
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
}

bool has_body(const std::string& method, int status) {
  return method != "HEAD" && status != 204 && status != 304;
}

void add_date(std::string& head, const FaultPlan& plan) {
  switch (plan.date) {
    case DateForm::usual:
      head += "Date: " + http_date(std::chrono::system_clock::now() + plan.clock_shift) + "\r\n";
      break;
    case DateForm::invalid: head += "Date: yesterday\r\n"; break;
    case DateForm::missing: break;
  }
}

std::string format_head(const Answer& answer, KeepAlive keep_alive) {
  const Response& response = answer.response;
  const std::string reason = Poco::Net::HTTPResponse::getReasonForStatus(
      static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + reason + "\r\n";
  add_date(head, answer.plan);
  for (const auto& [name, value] : response.headers)
    head.append(name).append(": ").append(value).append("\r\n");
  if (response.status != 204) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  head += keep_alive == KeepAlive::yes ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

/// Gives access to the connection; POCO's server creates no other type of request.
Poco::Net::HTTPServerRequestImpl& implementation(Poco::Net::HTTPServerRequest& incoming) {
  return dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(incoming);
}

}  // namespace

Exchange::Exchange(const ExchangeContext& context) : context_(context) {}

void Exchange::handleRequest(Poco::Net::HTTPServerRequest& incoming,
                             Poco::Net::HTTPServerResponse& outgoing) {
  const std::optional<Request> request = to_request(incoming);
  const Answer answer =
      request ? context_.service.answer(*request) : Answer{text_response(400, "Bad Request"), FaultPlan{}};
  const bool reusable = request && outgoing.getKeepAlive() && !ends_connection(answer.plan);
  const auto keep_alive = reusable && !context_.is_crowded() ? KeepAlive::yes : KeepAlive::no;
  // POCO has written nothing yet and reads only this from the response.
  outgoing.setKeepAlive(keep_alive == KeepAlive::yes);
  if (answer.plan.hang) {
    context_.parked.park(implementation(incoming).detachSocket());
    return;
  }
  const bool with_body = has_body(incoming.getMethod(), answer.response.status);
  Transmission(implementation(incoming).socket(), context_.stop)
      .send(format_head(answer, keep_alive), with_body ? answer.response.body : std::string{}, answer.plan);
}

}  // namespace sase::sandbox
