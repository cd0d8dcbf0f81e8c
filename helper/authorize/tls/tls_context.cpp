// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/tls_context.hpp"

#include "helper/authorize/report/failed_attempt.hpp"
#include "helper/authorize/tls/trusted_roots.hpp"
#include "protocol/escape.hpp"

#include <Poco/Net/Context.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Version.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <string>

namespace sase::authorize {

void TlsSession::Free::operator()(X509* certificate) const noexcept {
  X509_free(certificate);
}

TlsSession TlsSession::capture(X509_STORE_CTX* context) noexcept {
  TlsSession session;
  const auto* const ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* const certificate = X509_STORE_CTX_get0_cert(context);
  if (ssl == nullptr || certificate == nullptr || X509_up_ref(certificate) != 1) return session;
  session.certificate_.reset(certificate);
  // Both are constants of OpenSSL's. The cipher is pending, since TLS 1.2 verifies before it is put to use.
  session.version_ = SSL_get_version(ssl);
  session.cipher_ = SSL_CIPHER_get_name(SSL_get_pending_cipher(ssl));
  return session;
}

std::string TlsSession::describe() const {
  if (!certificate_) return "an unknown session";
  return std::string(version_) + ", " + cipher_ + ", the certificate is for '" +
         protocol::escape(subject_names(certificate_.get())) + "', issued by '" +
         protocol::escape(display_name(X509_get_issuer_name(certificate_.get()))) + '\'';
}

std::optional<std::chrono::sys_seconds> TlsSession::end() const {
  return certificate_ ? parse_time(X509_get0_notAfter(certificate_.get())) : std::nullopt;
}

namespace {

/// What verifying the server's certificate came to.
struct Verdict {
  std::optional<CertificateFailure> failure;
  TlsSession session;
};

}  // namespace

struct TlsContext::State {
  protocol::Host host;
  Poco::Net::Context::Ptr context;
  Verdict verdict;
};

namespace {

using Poco::Net::Context;

Context::Ptr make_context() {
  Context::Params params;
  params.verificationMode = Context::VERIFY_STRICT;
  params.loadDefaultCAs = false;
  // POCO's own list sorts weak ciphers in again; OpenSSL's default is what the distribution's policy says.
  params.cipherList = "DEFAULT";
  // Groups that a FIPS provider has as well: POCO's default list begins with X448, which one has not and few
  // servers do.
  params.ecdhCurve = "P-256:P-384:P-521";
#if POCO_VERSION >= 0x010C0000
  // Otherwise POCO takes the level down to 0, at which OpenSSL accepts any key, however weak. This is the
  // distributions' own.
  params.securityLevel = Context::SECURITY_LEVEL_112_BITS;
  // POCO before 1.14 gives its Diffie-Hellman parameters to OpenSSL and frees them all the same. So they are
  // the 1024-bit ones, which this level refuses; a client has no use for any.
#else
  // The 1024-bit default is refused by OpenSSL's security level and leaves an error behind that is blamed on
  // the handshake.
  params.dhUse2048Bits = true;
#endif
  Context::Ptr context(new Context(Context::TLS_CLIENT_USE, params));
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  context->disableStatelessSessionResumption();
  // First what servers prefer, so that no second round is needed; without X25519 the list above stays.
  std::string preferred = "X25519:P-256:P-384:P-521";
  (void)SSL_CTX_set1_groups_list(context->sslContext(), preferred.data());
  ERR_clear_error();
  return context;
}

/// An exception must not travel through OpenSSL's C code.
int verify(X509_STORE_CTX* store, void* argument) noexcept try {
  auto* const verdict = static_cast<Verdict*>(argument);
  const int verified = X509_verify_cert(store);
  verdict->session = TlsSession::capture(store);
  if (verified != 1) verdict->failure = CertificateFailure::capture(store);
  return verified;
} catch (const std::exception&) {
  return 0;
}

void expect_name(SSL_CTX* context, const protocol::Host& host) {
  X509_VERIFY_PARAM* const param = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const std::string name = host.bare_name();
  const int expected = host.is_address() ? X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str())
                                         : X509_VERIFY_PARAM_set1_host(param, name.data(), name.size());
  if (expected != 1)
    throw FailedAttempt(
        {.kind = protocol::ErrorKind::misconfigured,
         .what = "the service's URL cannot be used: '" + host.text() + "' is no name of a certificate",
         .hint = "check url",
         .retry_after = {}});
}

[[noreturn]] void reject_client_file(const std::string& path, const std::string& why,
                                     const std::string& setting) {
  throw FailedAttempt({.kind = protocol::ErrorKind::misconfigured,
                       .what = '\'' + protocol::escape(path) + "' " + why,
                       .hint = "check " + setting,
                       .retry_after = {}});
}

void use_client_certificate(SSL_CTX* context, const protocol::AuthorizeRequest& request) {
  const std::string& certificate = request.client_cert;
  // One PEM file may hold both.
  const std::string& key = request.client_key.empty() ? certificate : request.client_key;
  if (certificate.empty() && key.empty()) return;
  if (certificate.empty())
    reject_client_file(key, "is a key without a certificate", "client-cert, which is not set");
  require_readable(certificate, "client certificate", "client-cert");
  require_readable(key, "client key", "client-key");
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    reject_client_file(certificate, "holds no client certificate that can be read",
                       "client-cert, which wants PEM");
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    reject_client_file(key, "holds no private key that can be read and fits the client certificate",
                       "client-key, which wants PEM without a passphrase");
  ERR_clear_error();
}

}  // namespace

TlsContext::TlsContext(const protocol::AuthorizeRequest& request, const protocol::Host& host)
    : state_(std::make_unique<State>(State{.host = host, .context = make_context(), .verdict = {}})) {
  SSL_CTX* const context = state_->context->sslContext();
  trust_roots(context, request.ca_file);
  use_client_certificate(context, request);
  expect_name(context, host);
  // Instead of POCO's callback, which asks the process-wide manager whether to go on all the same.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &verify, &state_->verdict);
}

TlsContext::~TlsContext() = default;

Poco::Net::SecureStreamSocket TlsContext::handshake(Poco::Net::StreamSocket& socket) {
  state_->verdict = {};
  // Names only: RFC 6066 section 3 allows no address as the server's name. POCO's second look at the name
  // would then take the socket's peer for the host, which behind a proxy it is not; OpenSSL has looked
  // already.
  const std::string name = state_->host.is_address() ? std::string() : state_->host.name;
  state_->context->enableExtendedCertificateVerification(!name.empty());
  // On a blocking socket POCO takes a handshake that timed out for a finished one; so it is left undone
  // first.
  socket.setBlocking(false);
  auto secure = Poco::Net::SecureStreamSocket::attach(socket, name, state_->context);
  socket.setBlocking(true);
  // POCO from 1.12 on blames a failure of TLS on whatever error was the last one anywhere.
  errno = 0;
  if (secure.completeHandshake() != 1) throw Poco::Net::SSLConnectionUnexpectedlyClosedException();
  if (!name.empty()) secure.verifyPeerCertificate();
  return secure;
}

const std::optional<CertificateFailure>& TlsContext::certificate_failure() const noexcept {
  return state_->verdict.failure;
}

const TlsSession& TlsContext::session() const noexcept {
  return state_->verdict.session;
}

}  // namespace sase::authorize
