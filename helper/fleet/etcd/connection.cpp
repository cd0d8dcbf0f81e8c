// SPDX-License-Identifier: Apache-2.0
#include "helper/fleet/etcd/connection.hpp"

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

constexpr auto set_ca = "name the CA of the members' certificates with fleet-ca-file";

[[noreturn]] void fail(const protocol::AuthError& error, Trouble usual) {
  const bool is_final = error.kind == protocol::ErrorKind::misconfigured;
  throw AttemptFailed(is_final ? Trouble::rejected : usual, error.what, error.hint);
}

std::string find_client_remedy(const std::optional<std::chrono::sys_seconds>& end) {
  if (!end) return "set fleet-client-cert and fleet-client-key";
  return *end < std::chrono::system_clock::now() ? "renew fleet-client-cert" : member_words.rejected_client;
}

/// The alert of a member that rejects the client certificate has no reason.
[[noreturn]] void fail_tls(std::string_view openssl_text, const protocol::Host& host,
                           const network::TlsContext& tls) {
  auto error = network::describe_tls_failure(openssl_text, host, member_words);
  if (error.hint == member_words.rejected_client) {
    const auto end = tls.client_certificate_end();
    error.hint = find_client_remedy(end);
    if (!end)
      error.what = "requires a client certificate";
    else if (*end < std::chrono::system_clock::now())
      error.what = "rejects the client certificate, which expired at " + network::format_time(end);
  }
  fail(error, error.transient ? Trouble::unready : Trouble::rejected);
}

/// A member that rejects the client certificate may reset the connection before its alert can be read.
[[noreturn]] void fail_closed(const network::TlsContext& tls, bool has_replied) {
  const bool is_verified = tls.session().end.has_value();
  if (has_replied || !is_verified) throw AttemptFailed(Trouble::unready, "closed the connection");
  const auto end = tls.client_certificate_end();
  throw AttemptFailed(Trouble::unready, "closed the connection before it replied",
                      std::string("if it runs, it may ") + (end ? "reject the" : "require a") +
                          " client certificate: " + find_client_remedy(end));
}

Poco::Net::StreamSocket connect(const protocol::Host& host, std::chrono::milliseconds patience,
                                network::Progress& progress) try {
  auto socket = network::connect_to_first(network::resolve(host, member_words), progress);
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
                      network::remedy_for_socket(error.code(), check_member));
}

/// A member that closes the connection while it still gets bytes resets it.
bool is_reset(const std::string& openssl_text) {
  const std::string reset = std::make_error_code(std::errc::connection_reset).message();
  return openssl_text.find(reset) != std::string::npos;
}

/// Makes the exceptions of POCO in `action` an AttemptFailed. `reply` is null until the member has replied.
template <typename Action>
auto translate(const protocol::Host& host, const network::TlsContext& tls, std::istream* const& reply,
               const Action& action) {
  try {
    return action();
  } catch (const Poco::Net::SSLException& error) {
    if (network::is_unexpected_end(error.message()) || is_reset(error.message()))
      fail_closed(tls, reply != nullptr);
    fail_tls(error.message(), host, tls);
  } catch (const Poco::Net::ConnectionResetException&) {
    fail_closed(tls, reply != nullptr);
  } catch (const Poco::Net::NoMessageException&) {
    fail_closed(tls, reply != nullptr);
  } catch (const Poco::Net::MessageException&) {
    throw AttemptFailed(Trouble::rejected, "the reply is not HTTP", check_member);
  } catch (const Poco::SyntaxException&) {
    throw AttemptFailed(Trouble::rejected, "the reply is not HTTP", check_member);
  } catch (const Poco::Exception& error) {
    if (error.code() == static_cast<int>(std::errc::broken_pipe)) fail_closed(tls, reply != nullptr);
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

/// A member that rejects the client certificate closes the connection, often before the request is written.
/// The reason is in what can still be read, so a failed write must not end the exchange.
class Session : public Poco::Net::HTTPClientSession {
  using HTTPClientSession::HTTPClientSession;

  int write(const char* bytes, std::streamsize size) override try {
    // The class between them would connect again. NOLINTNEXTLINE(bugprone-parent-virtual-call)
    return HTTPSession::write(bytes, size);
  } catch (const Poco::Exception&) {
    clearException();
    return static_cast<int>(size);
  }
};

network::TlsContext make_tls(const protocol::Host& host, const network::TlsFiles& files) try {
  return network::TlsContext(files, host);
} catch (const FailedAttempt& failed) {
  fail(failed.auth_error(), Trouble::rejected);
}

}  // namespace

const network::PeerWords member_words{
    .names_host = false,
    .setting_prefix = "fleet-",
    .ca_file = "fleet-ca-file",
    .unknown_issuer = set_ca,
    .self_signed = set_ca,
    .expired = "if that is right, the member must renew its certificate",
    .other_name = "use a name of the certificate in fleet, or add this name to the certificate",
    .unacceptable_certificate = "check the member's certificate, and fleet-ca-file",
    .unusable_name = check_member,
    .unknown_name = check_member,
    .no_address = check_member,
    .no_tls = check_member,
    .no_cipher = "it may want a client certificate (fleet-client-cert), or offer only outdated ciphers",
    .broken_handshake = "check the network: a device on the path may block TLS",
    .rejected_client = "use a fleet-client-cert that the members' CA for hosts has issued",
};

Connection::Connection(const protocol::Host& host, const network::TlsFiles& files,
                       std::chrono::milliseconds patience, network::Progress& progress,
                       std::atomic<bool>& is_accepted)
    : host_(host), tls_(make_tls(host, files)) {
  auto socket = connect(host, patience, progress);
  is_accepted = true;
  translate(host, tls_, reply_, [&] {
    try {
      session_ = std::make_unique<Session>(tls_.handshake(socket));
    } catch (const Poco::Exception&) {
      if (tls_.error()) fail(*tls_.error(), Trouble::rejected);
      throw;
    }
  });
  session_->setKeepAlive(true);
}

std::string Connection::describe_certificate() const {
  return "certificate valid until " + network::format_time(tls_.session().end);
}

std::string Connection::find_renewal() const {
  const auto soon = std::chrono::system_clock::now() + network::short_validity;
  const auto own = tls_.client_certificate_end();
  if (own && *own < soon) return "renew fleet-client-cert, which is valid until " + network::format_time(own);
  const auto& end = tls_.session().end;
  return end && *end < soon ? "renew the member's certificate" : "";
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
  return translate(host_, tls_, reply_, [&] {
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
  return translate(host_, tls_, reply_, [&] {
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
