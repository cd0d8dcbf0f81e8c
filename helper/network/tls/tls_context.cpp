// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/tls_context.hpp"

#include "helper/network/report/progress.hpp"
#include "helper/network/tls/tls_failure.hpp"
#include "helper/os/fd.hpp"
#include "protocol/escape.hpp"

#include <Poco/Net/SSLException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Version.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <exception>

namespace sase::network {

namespace {

using Poco::Net::Context;
using std::chrono::sys_seconds;

/// `12 days left`, `ended 3 days ago`.
std::string describe_time_left(std::chrono::seconds rest) {
  const auto days = std::chrono::abs(rest) / std::chrono::hours(24);
  const std::string text = std::to_string(days) + (days == 1 ? " day" : " days");
  return rest.count() < 0 ? "ended " + text + " ago" : text + " left";
}

TlsSession describe_session(X509_STORE_CTX* context, sys_seconds now) {
  const auto* const ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const X509* const certificate = X509_STORE_CTX_get0_cert(context);
  const std::string names = subject_names(certificate);
  const auto end = parse_time(X509_get0_notAfter(certificate));
  // The cipher is pending: TLS 1.2 verifies before it uses the cipher.
  return {.description =
              std::string(SSL_get_version(ssl)) + ", " + SSL_CIPHER_get_name(SSL_get_pending_cipher(ssl)) +
              ", the certificate is for '" +
              protocol::escape(names.empty() ? display_name(X509_get_subject_name(certificate)) : names) +
              "', issued by '" + protocol::escape(display_name(X509_get_issuer_name(certificate))) +
              "', valid until " + format_time(end) +
              (end ? " (" + describe_time_left(*end - now) + ')' : std::string()),
          .end = end};
}

Context::Ptr make_context() {
  Context::Params params;
  params.verificationMode = Context::VERIFY_STRICT;
  params.loadDefaultCAs = false;
  // POCO's own list contains weak ciphers; OpenSSL's default follows the distribution's policy.
  params.cipherList = "DEFAULT";
  // POCO's default list begins with X448, which a FIPS provider and most servers lack.
  params.ecdhCurve = "P-256:P-384:P-521";
#if POCO_VERSION >= 0x010C0000
  // Otherwise POCO sets level 0, at which OpenSSL accepts any key, however weak. The distributions use this
  // one. It rejects POCO's default, 1024-bit Diffie-Hellman parameters, which a client does not need: POCO
  // before 1.14 frees parameters that OpenSSL has accepted, and still uses them.
  params.securityLevel = Context::SECURITY_LEVEL_112_BITS;
#else
  // OpenSSL's security level rejects the 1024-bit default, which leaves an error that is then reported for
  // the handshake.
  params.dhUse2048Bits = true;
#endif
  Context::Ptr context(new Context(Context::TLS_CLIENT_USE, params));
  context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
  context->disableStatelessSessionResumption();
  // What servers prefer comes first, which saves a round trip. Without X25519 the list above stays.
  std::string preferred = "X25519:P-256:P-384:P-521";
  (void)SSL_CTX_set1_groups_list(context->sslContext(), preferred.data());
  ERR_clear_error();
  return context;
}

void expect_name(SSL_CTX* context, const protocol::Host& host, const PeerWords& words) {
  X509_VERIFY_PARAM* const param = SSL_CTX_get0_param(context);
  // OpenSSL's default accepts the common name of a certificate without DNS names, against RFC 9525 section 2.
  X509_VERIFY_PARAM_set_hostflags(param,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const std::string name = host.bare_name();
  const int expected = host.is_address() ? X509_VERIFY_PARAM_set1_ip_asc(param, name.c_str())
                                         : X509_VERIFY_PARAM_set1_host(param, name.data(), name.size());
  if (expected != 1)
    throw FailedAttempt(
        protocol::ErrorKind::misconfigured,
        "the service's URL cannot be used: '" + host.text() + "' cannot be the name of a certificate",
        words.unusable_name);
}

[[noreturn]] void reject_client_file(const std::string& path, const std::string& why,
                                     const std::string& setting) {
  throw FailedAttempt(protocol::ErrorKind::misconfigured, '\'' + protocol::escape(path) + "' " + why,
                      "check " + setting);
}

void use_client_certificate(SSL_CTX* context, const TlsFiles& files) {
  using os::Sensitivity;
  const std::string& certificate = files.client_cert;
  const std::string prefix = files.words.setting_prefix;
  // One PEM file may contain both.
  const std::string& key = files.client_key.empty() ? certificate : files.client_key;
  if (key.empty()) return;
  if (certificate.empty())
    reject_client_file(key, "is a key without a certificate", prefix + "client-cert, which is not set");
  const bool has_own_file = key != certificate;
  const auto pem = read_credential_file({certificate, "client certificate", prefix + "client-cert"},
                                        Sensitivity::settings);
  if (!has_own_file && pem.reveal().find("PRIVATE KEY") == std::string_view::npos)
    reject_client_file(certificate, "contains no private key", prefix + "client-key, which is not set");
  const auto chain = parse_certificates(pem.reveal());
  if (chain.empty() || SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    reject_client_file(certificate, "contains no valid client certificate",
                       prefix + "client-cert, which must be in PEM format");
  for (std::size_t i = 1; i < chain.size(); ++i)
    (void)SSL_CTX_add1_chain_cert(context, chain[i].get());
  // Read again if it is the same file, whose key others must not be able to read.
  const CredentialFile key_file = has_own_file
                                      ? CredentialFile{key, "client key", prefix + "client-key"}
                                      : CredentialFile{key, "client certificate", prefix + "client-cert"};
  const auto private_key =
      parse_private_key(read_credential_file(key_file, Sensitivity::secret).reveal(), *chain.front());
  if (!private_key || SSL_CTX_use_PrivateKey(context, private_key.get()) != 1)
    reject_client_file(key, "contains no private key for the client certificate",
                       prefix + "client-key, which must be in PEM format without a passphrase");
  ERR_clear_error();
}

}  // namespace

TlsContext::TlsContext(const TlsFiles& files, const protocol::Host& host)
    : host_(host), words_(files.words), context_(make_context()), roots_(context_->sslContext(), files) {
  SSL_CTX* const context = context_->sslContext();
  use_client_certificate(context, files);
  expect_name(context, host, words_);
  // Instead of POCO's callback, which lets the process-wide manager overrule a failure.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &verify, this);
}

/// An exception must not pass through OpenSSL's C code.
int TlsContext::verify(X509_STORE_CTX* store, void* self) noexcept try {
  auto& context = *static_cast<TlsContext*>(self);
  context.roots_.load_issuers(store);
  const int verified = X509_verify_cert(store);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  context.session_ = describe_session(store, now);
  if (verified == 1) return verified;
  const X509* const current = X509_STORE_CTX_get_current_cert(store);
  context.error_ = describe_certificate_failure(
      X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_error_depth(store),
      current == nullptr ? X509_STORE_CTX_get0_cert(store) : current, context.host_, now, context.words_);
  return verified;
} catch (const FailedAttempt& failed) {
  static_cast<TlsContext*>(self)->error_ = failed.auth_error();
  return 0;
} catch (const std::exception&) {
  return 0;
}

std::optional<sys_seconds> TlsContext::client_certificate_end() const {
  const X509* const certificate = SSL_CTX_get0_certificate(context_->sslContext());
  return certificate == nullptr ? std::nullopt : parse_time(X509_get0_notAfter(certificate));
}

Poco::Net::SecureStreamSocket TlsContext::handshake(Poco::Net::StreamSocket& socket) {
  session_ = {};
  error_.reset();
  // Names only: RFC 6066 section 3 does not allow an address as the server's name. Without a name, POCO would
  // verify the name of the socket's peer, which is the proxy if there is one; OpenSSL has verified the host.
  const std::string name = host_.is_address() ? std::string() : host_.name;
  context_->enableExtendedCertificateVerification(!name.empty());
  // On a blocking socket, POCO takes a handshake that timed out as completed.
  socket.setBlocking(false);
  auto secure = Poco::Net::SecureStreamSocket::attach(socket, name, context_);
  socket.setBlocking(true);
  // From 1.12 on, POCO reports the latest error of the thread for a failure of TLS.
  os::clear_last_error();
  if (secure.completeHandshake() != 1) throw Poco::Net::SSLConnectionUnexpectedlyClosedException();
  if (!name.empty()) secure.verifyPeerCertificate();
  return secure;
}

}  // namespace sase::network
