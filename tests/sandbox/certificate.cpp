// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <stdexcept>

namespace sase::sandbox {

namespace {

void require(bool succeeded, const char* deed) {
  if (succeeded) return;
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  throw std::runtime_error(std::string("cannot ") + deed + ": " +
                           (reason != nullptr ? reason : "OpenSSL failed"));
}

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct FreeExtension {
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};
struct FreeNumber {
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

std::shared_ptr<EVP_PKEY> own(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }
std::shared_ptr<X509> own(X509* certificate) { return {certificate, X509_free}; }

Bio memory_bio() {
  Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr, "allocate memory");
  return bio;
}

Bio make_reader(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string read_text(const Bio& bio) {
  BUF_MEM* memory = nullptr;
  BIO_get_mem_ptr(bio.get(), &memory);
  return std::string(memory->data, memory->length);
}

std::shared_ptr<EVP_PKEY> generate_key() {
  // What the macro EVP_EC_gen does, without its cast that drops a const.
  std::string curve = "P-256";
  return own(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.data()));
}

/// Without it OpenSSL would ask the terminal about a key that someone has encrypted.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return 0; }

void set_serial(X509* certificate) {
  // 127 bits: unpredictable, and positive as RFC 5280 asks.
  std::array<unsigned char, 16> bytes{};
  require(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "draw a serial number");
  bytes[0] = static_cast<unsigned char>(bytes[0] & 0x7f);
  const std::unique_ptr<BIGNUM, FreeNumber> number(
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  require(
      number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
      "set the serial number");
}

void set_subject(X509* certificate, const std::string& common_name) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(common_name.data());
  X509_NAME* const name = X509_get_subject_name(certificate);
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, static_cast<int>(common_name.size()),
                                     -1, 0) == 1,
          "name the certificate");
}

void add_extensions(X509* certificate, X509* issuer, const CertificateRequest& request) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const auto& [name, value] : request.extensions) {
    const std::unique_ptr<X509_EXTENSION, FreeExtension> extension(
        X509V3_EXT_conf(nullptr, &context, name, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
            "extend the certificate");
  }
}

/// `authority` null: self-signed.
Identity get_or_create_identity(const CertificateRequest& request, const Identity* authority) {
  const auto key = generate_key();
  const auto certificate = own(X509_new());
  require(key != nullptr && certificate != nullptr, "make a key");
  X509* const issuer = authority != nullptr ? authority->certificate() : certificate.get();
  X509_set_version(certificate.get(), X509_VERSION_3);
  set_serial(certificate.get());
  set_subject(certificate.get(), request.common_name);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), request.validity.begin);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), request.validity.end);
  require(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1, "name the issuer");
  require(X509_set_pubkey(certificate.get(), key.get()) == 1, "set the public key");
  add_extensions(certificate.get(), issuer, request);
  EVP_PKEY* const signer = authority != nullptr ? authority->key() : key.get();
  require(X509_sign(certificate.get(), signer, EVP_sha256()) > 0, "sign the certificate");
  return Identity(certificate, key);
}

}  // namespace

Identity::Identity(std::shared_ptr<X509> certificate, std::shared_ptr<EVP_PKEY> key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

std::string Identity::certificate_pem() const {
  const Bio bio = memory_bio();
  require(PEM_write_bio_X509(bio.get(), certificate()) == 1, "write a certificate");
  return read_text(bio);
}

std::string Identity::key_pem() const {
  const Bio bio = memory_bio();
  require(PEM_write_bio_PrivateKey(bio.get(), key(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "write a key");
  return read_text(bio);
}

bool Identity::lives_for(long seconds) const {
  time_t later = std::time(nullptr) + seconds;
  return X509_cmp_current_time(X509_get0_notBefore(certificate())) < 0 &&
         X509_cmp_time(X509_get0_notAfter(certificate()), &later) > 0;
}

Identity self_signed_identity(const CertificateRequest& request) {
  return get_or_create_identity(request, nullptr);
}

Identity signed_identity(const CertificateRequest& request, const Identity& authority) {
  return get_or_create_identity(request, &authority);
}

std::optional<Identity> read_identity(const std::string& certificate_pem, const std::string& key_pem) {
  const auto certificate =
      own(PEM_read_bio_X509(make_reader(certificate_pem).get(), nullptr, nullptr, nullptr));
  const auto key = own(PEM_read_bio_PrivateKey(make_reader(key_pem).get(), nullptr, no_passphrase, nullptr));
  const bool fits =
      certificate != nullptr && key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!fits) return std::nullopt;
  return Identity(certificate, key);
}

}  // namespace sase::sandbox
