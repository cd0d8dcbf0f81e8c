// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/connection.hpp"

#include "helper/network/http/message.hpp"
#include "helper/network/net/happy_eyeballs.hpp"
#include "helper/network/tls/tls_failure.hpp"
#include "helper/os/clock.hpp"
#include "protocol/escape.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <array>
#include <istream>
#include <string>
#include <system_error>

namespace sase::fleet {

namespace {

using network::FailedAttempt;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;

constexpr auto check_fleet = "check fleet, and this machine's network and DNS";

/// The shared texts name the settings of the service.
std::string hint_for_fleet(std::string hint) {
  if (hint.find("url") != std::string::npos) return check_fleet;
  const std::string prefix = "fleet-";
  for (const std::string_view setting : {"ca-file", "client-cert", "client-key"})
    for (auto at = hint.find(setting); at != std::string::npos;
         at = hint.find(setting, at + prefix.size() + 1))
      hint.insert(at, prefix);
  return hint;
}

[[noreturn]] void fail(const protocol::AuthError& error, Trouble usual) {
  const bool is_final = error.kind == protocol::ErrorKind::misconfigured;
  throw AttemptFailed(is_final ? Trouble::rejected : usual, error.what, hint_for_fleet(error.hint));
}

Poco::Net::StreamSocket connect(const protocol::Host& host, std::chrono::milliseconds patience,
                                network::Progress& progress) try {
  auto socket = network::connect_to_first(network::resolve(host), progress);
  socket.setNoDelay(true);
  const Poco::Timespan timeout(std::chrono::microseconds(patience).count());
  socket.setReceiveTimeout(timeout);
  socket.setSendTimeout(timeout);
  return socket;
} catch (const FailedAttempt& failed) {
  fail(failed.auth_error(), Trouble::unreachable);
} catch (const std::system_error& error) {
  throw AttemptFailed(Trouble::unreachable,
                      "cannot connect: " + std::generic_category().message(error.code().value()),
                      network::remedy_for_socket(error.code(), check_fleet));
}

/// Makes the exceptions of POCO in `action` an AttemptFailed.
template <typename Action>
auto translate(const protocol::Host& host, const Action& action) {
  constexpr auto closed_early = "closed the connection";
  try {
    return action();
  } catch (const Poco::Net::SSLException& error) {
    if (network::is_unexpected_end(error.message())) throw AttemptFailed(Trouble::unready, closed_early);
    const auto failure = network::describe_tls_failure(error.message(), host);
    fail(failure, failure.transient ? Trouble::unready : Trouble::rejected);
  } catch (const Poco::Net::NoMessageException&) {
    throw AttemptFailed(Trouble::unready, closed_early);
  } catch (const Poco::Net::MessageException&) {
    throw AttemptFailed(Trouble::rejected, "the reply is not HTTP", check_fleet);
  } catch (const Poco::SyntaxException&) {
    throw AttemptFailed(Trouble::rejected, "the reply is not HTTP", check_fleet);
  } catch (const Poco::Exception& error) {
    throw AttemptFailed(Trouble::unready, "the connection failed: " + protocol::escape(error.name()));
  }
}

std::string read_body(std::streambuf& source) {
  std::string body;
  std::array<char, 8192> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by sgetn
  std::streamsize size = 0;
  do {
    // POCO would wait for more behind the last chunk.
    size = source.sgetn(piece.data(), piece.size());
    body.append(piece.data(), static_cast<std::size_t>(size));
    if (body.size() > largest_reply) throw AttemptFailed(Trouble::rejected, "the reply is too large");
  } while (static_cast<std::size_t>(size) == piece.size());
  return body;
}

network::TlsContext make_tls(const protocol::Host& host, const network::TlsFiles& files) try {
  return network::TlsContext(files, host);
} catch (const FailedAttempt& failed) {
  fail(failed.auth_error(), Trouble::rejected);
}

}  // namespace

Connection::Connection(const protocol::Host& host, const network::TlsFiles& files,
                       std::chrono::milliseconds patience, network::Progress& progress,
                       std::atomic<bool>& is_accepted)
    : host_(host), tls_(make_tls(host, files)) {
  auto socket = connect(host, patience, progress);
  is_accepted = true;
  translate(host, [&] {
    try {
      session_ = std::make_unique<Poco::Net::HTTPClientSession>(tls_.handshake(socket));
    } catch (const Poco::Exception&) {
      if (tls_.error()) fail(*tls_.error(), Trouble::rejected);
      throw;
    }
  });
  session_->setKeepAlive(true);
}

void Connection::send(const GatewayRequest& request) {
  HTTPRequest message(request.body.empty() ? HTTPRequest::HTTP_GET : HTTPRequest::HTTP_POST, request.path,
                      HTTPMessage::HTTP_1_1);
  message.set(HTTPRequest::HOST, host_.text());
  message.set("User-Agent", network::user_agent);
  if (request.needs_leader) message.set("Grpc-Metadata-hasleader", "true");
  if (!request.body.empty()) {
    message.setContentType("application/json");
    message.setContentLength(static_cast<std::streamsize>(request.body.size()));
  }
  session_->sendRequest(message) << request.body << std::flush;
}

GatewayReply Connection::exchange(const GatewayRequest& request) {
  return translate(host_, [&] {
    GatewayReply reply;
    reply.sent = os::BootClock::now().time_since_epoch();
    send(request);
    Poco::Net::HTTPResponse response;
    response.setFieldLimit(network::most_header_fields);
    reply_ = &session_->receiveResponse(response);
    reply.status = network::read_status(response);
    reply.date = response.get("Date", "");
    if (!request.is_stream || reply.status != 200) reply.body = read_body(*reply_->rdbuf());
    return reply;
  });
}

std::string Connection::next_line() {
  return translate(host_, [&] {
    using Traits = std::char_traits<char>;
    std::string line;
    while (true) {
      const auto next = reply_->rdbuf()->sbumpc();
      if (Traits::eq_int_type(next, Traits::eof())) throw AttemptFailed(Trouble::unready, "ended the watch");
      if (next == '\n') return line;
      line += Traits::to_char_type(next);
      if (line.size() > largest_reply) throw AttemptFailed(Trouble::rejected, "the reply is too large");
    }
  });
}

}  // namespace sase::fleet
