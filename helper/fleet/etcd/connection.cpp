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

/// What to say in place of a hint about the service, from `part` on.
struct MemberHint {
  std::string_view part;
  const char* hint;
};

constexpr auto set_ca = "name the CA of the members' certificates with fleet-ca-file";

constexpr std::array<MemberHint, 9> member_hints = {{
    {"the service must renew it", "the member must renew its certificate"},
    {"if that is your company's proxy or a private service, name", set_ca},
    {"if this is your own service", set_ca},
    {"if that is your company's proxy", "check the member's certificate, and fleet-ca-file"},
    {"check region and url, and",
     "use a name of the certificate in fleet, or add this name to the certificate"},
    {"check region", check_member},
    {"check url", check_member},
    {"check the network and proxy", "check the network: a device on the path may block TLS"},
    {"set client-cert", "use a fleet-client-cert that the members' CA for hosts has issued"},
}};

/// The shared texts are about the service and its settings.
std::string hint_for_member(std::string hint) {
  for (const MemberHint& row : member_hints)
    if (const auto at = hint.find(row.part); at != std::string::npos) return hint.substr(0, at) + row.hint;
  const std::string prefix = "fleet-";
  for (const std::string_view setting : {"ca-file", "client-cert", "client-key"})
    for (auto at = hint.find(setting); at != std::string::npos;
         at = hint.find(setting, at + prefix.size() + 1))
      hint.insert(at, prefix);
  return hint;
}

/// The member's name precedes the text.
std::string without_name(std::string what, const protocol::Host& host) {
  const std::string name = '\'' + host.text() + '\'';
  const std::string certificate = "the certificate of " + name;
  if (const auto at = what.find(certificate); at != std::string::npos)
    what.replace(at, certificate.size(), "its certificate");
  return what.starts_with(name + ' ') ? what.substr(name.size() + 1) : what;
}

[[noreturn]] void fail(const protocol::AuthError& error, const protocol::Host& host, Trouble usual) {
  const bool is_final = error.kind == protocol::ErrorKind::misconfigured;
  throw AttemptFailed(is_final ? Trouble::rejected : usual, without_name(error.what, host),
                      hint_for_member(error.hint));
}

/// The alert of a member that rejects the client certificate has no reason.
[[noreturn]] void fail_tls(std::string_view openssl_text, const protocol::Host& host,
                           const network::TlsContext& tls) {
  const auto error = network::describe_tls_failure(openssl_text, host);
  const Trouble trouble = error.transient ? Trouble::unready : Trouble::rejected;
  if (!error.hint.starts_with("set client-cert")) fail(error, host, trouble);
  const auto end = tls.client_certificate_end();
  if (!end)
    throw AttemptFailed(trouble, "requires a client certificate",
                        "set fleet-client-cert and fleet-client-key");
  if (*end < std::chrono::system_clock::now())
    throw AttemptFailed(trouble,
                        "rejects the client certificate, which expired at " + network::format_time(end),
                        "renew fleet-client-cert");
  fail(error, host, trouble);
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
  fail(failed.auth_error(), host, Trouble::unreachable);
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

/// Makes the exceptions of POCO in `action` an AttemptFailed.
template <typename Action>
auto translate(const protocol::Host& host, const network::TlsContext& tls, const Action& action) {
  constexpr auto closed_early = "closed the connection";
  try {
    return action();
  } catch (const Poco::Net::SSLException& error) {
    if (network::is_unexpected_end(error.message()) || is_reset(error.message()))
      throw AttemptFailed(Trouble::unready, closed_early);
    fail_tls(error.message(), host, tls);
  } catch (const Poco::Net::NoMessageException&) {
    throw AttemptFailed(Trouble::unready, closed_early);
  } catch (const Poco::Net::MessageException&) {
    throw AttemptFailed(Trouble::rejected, "the reply is not HTTP", check_member);
  } catch (const Poco::SyntaxException&) {
    throw AttemptFailed(Trouble::rejected, "the reply is not HTTP", check_member);
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
  fail(failed.auth_error(), host, Trouble::rejected);
}

}  // namespace

Connection::Connection(const protocol::Host& host, const network::TlsFiles& files,
                       std::chrono::milliseconds patience, network::Progress& progress,
                       std::atomic<bool>& is_accepted)
    : host_(host), tls_(make_tls(host, files)) {
  auto socket = connect(host, patience, progress);
  is_accepted = true;
  translate(host, tls_, [&] {
    try {
      session_ = std::make_unique<Session>(tls_.handshake(socket));
    } catch (const Poco::Exception&) {
      if (tls_.error()) fail(*tls_.error(), host, Trouble::rejected);
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
  return translate(host_, tls_, [&] {
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
  return translate(host_, tls_, [&] {
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
