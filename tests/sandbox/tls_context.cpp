// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/tls_context.hpp"

#include <Poco/Version.h>
#include <openssl/ssl.h>

#include <stdexcept>

namespace sase::sandbox {

namespace {

/// TLS 1.1 signs with SHA-1, which OpenSSL allows at security level 0 only. It is offered to prove that
/// clients refuse it.
constexpr const char* all_ciphers = "ALL:@SECLEVEL=0";

int protocol_number(TlsVersion version) {
  switch (version) {
    case TlsVersion::v1_1: return TLS1_1_VERSION;
    case TlsVersion::v1_2: return TLS1_2_VERSION;
    case TlsVersion::v1_3: return TLS1_3_VERSION;
  }
  return 0;
}

}  // namespace

Poco::Net::Context::Ptr make_tls_context(const StateDirectory& directory, TlsVersion newest) {
  Poco::Net::Context::Params params;
  params.certificateFile = directory.file("server.pem").string();
  params.privateKeyFile = directory.file("server-key.pem").string();
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  params.loadDefaultCAs = false;
#if POCO_VERSION >= 0x010C0000
  // POCO before 1.14 gives its Diffie-Hellman parameters to OpenSSL and frees them all the same; at this
  // level OpenSSL does not take them.
  params.securityLevel = Poco::Net::Context::SECURITY_LEVEL_112_BITS;
#endif
  Poco::Net::Context::Ptr context(new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params));
  SSL_CTX* const ssl = context->sslContext();
  const int oldest = newest == TlsVersion::v1_1 ? TLS1_VERSION : TLS1_2_VERSION;
  if (newest == TlsVersion::v1_1) (void)SSL_CTX_set_cipher_list(ssl, all_ciphers);
  if (SSL_CTX_set_min_proto_version(ssl, oldest) != 1 ||
      SSL_CTX_set_max_proto_version(ssl, protocol_number(newest)) != 1) {
    throw std::runtime_error("cannot choose the TLS version");
  }
  return context;
}

}  // namespace sase::sandbox
