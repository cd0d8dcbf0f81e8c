// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls_session.hpp"

#include "helper/authorize/subject_names.hpp"
#include "protocol/escape.hpp"

#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/Session.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace sase::helper::authorize {

namespace {

/// Older versions are never agreed on.
std::string version_of(const SSL_SESSION* session) {
  return SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2";
}

std::string cipher_of(const SSL_SESSION* session) {
  const SSL_CIPHER* const cipher = SSL_SESSION_get0_cipher(session);
  return cipher == nullptr ? "an unknown cipher" : SSL_CIPHER_get_name(cipher);
}

std::string certificate_of(SSL_SESSION* session) {
  const X509* const certificate = SSL_SESSION_get0_peer(session);
  if (certificate == nullptr) return "no certificate";
  return "the certificate is for '" + protocol::escape(subject_names(certificate)) + "', issued by '" +
         protocol::escape(display_name(X509_get_issuer_name(certificate))) + '\'';
}

}  // namespace

std::string describe_session(Poco::Net::SecureStreamSocket& socket) {
  const auto session = socket.currentSession();
  if (!session) return "no session";
  SSL_SESSION* const agreed = session->sslSession();
  return version_of(agreed) + ", " + cipher_of(agreed) + ", " + certificate_of(agreed);
}

}  // namespace sase::helper::authorize
