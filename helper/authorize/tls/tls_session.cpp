// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/tls_session.hpp"

#include "helper/authorize/tls/certificate_time.hpp"
#include "helper/authorize/tls/subject_names.hpp"
#include "protocol/escape.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

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
  return certificate_ ? time_of(X509_get0_notAfter(certificate_.get())) : std::nullopt;
}

}  // namespace sase::authorize
