// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/credential_files.hpp"

#include "helper/network/report/progress.hpp"
#include "helper/os/fd.hpp"
#include "helper/os/files/file_system.hpp"
#include "protocol/escape.hpp"
#include "protocol/parsing.hpp"

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sase::network {

namespace {

/// A bundle of root certificates has less than 1 MiB.
constexpr std::size_t largest_file = std::size_t{16} << 20U;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeDecoder {
  void operator()(OSSL_DECODER_CTX* decoder) const noexcept { OSSL_DECODER_CTX_free(decoder); }
};
using Decoder = std::unique_ptr<OSSL_DECODER_CTX, FreeDecoder>;

Bio open_memory(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// OpenSSL's own callback prompts on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*is_for_writing*/, void* /*data*/) { return -1; }

[[noreturn]] void cannot_read(const CredentialFile& file, const std::string& why) {
  throw FailedAttempt(protocol::ErrorKind::misconfigured,
                      "cannot read the " + file.role + " '" + protocol::escape(file.path) + "': " + why,
                      "check " + file.setting);
}

/// Where distributions keep hashed directories and bundles, besides the paths that OpenSSL was built with.
constexpr std::array<const char*, 3> hashed_directories = {"/etc/ssl/certs", "/etc/pki/tls/certs",
                                                           "/etc/pki/ca-trust/extracted/pem/directory-hash"};
constexpr std::array<const char*, 5> bundles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

/// More certificates than a chain has.
constexpr int longest_chain = 10;

/// The name of a certificate in a hashed directory: eight hexadecimal digits and `.0` (openssl-rehash(1)).
bool is_hash_name(std::string_view name) noexcept {
  constexpr std::size_t digits = 8;
  return name.size() == digits + 2 && name.ends_with(".0") &&
         name.find_first_not_of("0123456789abcdef") == digits;
}

bool is_hashed(const std::string& path) {
  return std::ranges::any_of(os::list_directory(path), is_hash_name);
}

std::vector<std::string> split_paths(std::string_view paths) {
  std::vector<std::string> list;
  while (!paths.empty())
    list.emplace_back(protocol::next_part(paths, ':'));
  return list;
}

/// The hashed directories that are searched: those of SSL_CERT_DIR, or else the system's first one.
std::vector<std::string> find_directories(const std::string& configured) {
  if (!configured.empty()) return split_paths(configured);
  std::vector<std::string> candidates = {X509_get_default_cert_dir()};
  candidates.insert(candidates.end(), hashed_directories.begin(), hashed_directories.end());
  const auto found = std::ranges::find_if(candidates, is_hashed);
  return found == candidates.end() ? std::vector<std::string>() : std::vector{*found};
}

std::string find_bundle(const PeerWords& words) {
  std::vector<std::string> candidates = {X509_get_default_cert_file()};
  candidates.insert(candidates.end(), bundles.begin(), bundles.end());
  const auto found = std::ranges::find_if(candidates, os::exists);
  if (found != candidates.end()) return *found;
  throw FailedAttempt(
      protocol::ErrorKind::misconfigured, "this system has no root certificates",
      std::string("install the package ca-certificates, or set ") + words.setting_prefix + "ca-file");
}

/// Returns the certificates that it has added.
std::vector<Certificate> trust(X509_STORE* store, const CredentialFile& file, std::string_view pem) {
  auto certificates = parse_certificates(pem);
  if (certificates.empty())
    throw FailedAttempt(
        protocol::ErrorKind::misconfigured,
        "the " + file.role + " '" + protocol::escape(file.path) + "' contains no valid certificate",
        file.setting + " must be in PEM format, which begins with -----BEGIN CERTIFICATE-----");
  for (const Certificate& certificate : certificates)
    (void)X509_STORE_add_cert(store, certificate.get());
  ERR_clear_error();
  return certificates;
}

}  // namespace

std::optional<protocol::Secret> find_credential_file(const CredentialFile& file,
                                                     os::Sensitivity sensitivity) try {
  const os::Fd opened = os::open_trusted_file(file.path, sensitivity);
  if (!opened) return std::nullopt;
  return os::read_all(opened.get(), largest_file);
} catch (const os::RejectedPath& error) {
  throw FailedAttempt(protocol::ErrorKind::misconfigured,
                      "the " + file.role + " is not trusted: " + error.what(),
                      error.hint().empty() ? "check " + file.setting : error.hint());
} catch (const std::length_error&) {
  cannot_read(file, "it is larger than 16 MiB");
} catch (const std::system_error& error) {
  cannot_read(file, error.code().message());
}

protocol::Secret read_credential_file(const CredentialFile& file, os::Sensitivity sensitivity) {
  auto contents = find_credential_file(file, sensitivity);
  if (!contents) cannot_read(file, std::make_error_code(std::errc::no_such_file_or_directory).message());
  return std::move(*contents);
}

std::vector<Certificate> parse_certificates(std::string_view pem) {
  const Bio bio = open_memory(pem);
  std::vector<Certificate> certificates;
  while (Certificate certificate{PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr)})
    certificates.push_back(std::move(certificate));
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!is_end) certificates.clear();
  return certificates;
}

/// As PEM_read_bio_PrivateKey(3), which loads the decoders of all types of keys and so takes three times as
/// long.
PrivateKey parse_private_key(std::string_view pem, const X509& certificate) {
  EVP_PKEY* key = nullptr;
  const char* const type = EVP_PKEY_get0_type_name(X509_get0_pubkey(&certificate));
  const Decoder decoder(
      OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", nullptr, type, EVP_PKEY_KEYPAIR, nullptr, nullptr));
  const Bio bio = open_memory(pem);
  if (!decoder || OSSL_DECODER_CTX_set_pem_password_cb(decoder.get(), no_passphrase, nullptr) != 1) return {};
  // Each call reads one object.
  for (std::size_t rest = pem.size(); rest != 0 && OSSL_DECODER_from_bio(decoder.get(), bio.get()) != 1;)
    rest = BIO_ctrl_pending(bio.get()) < rest ? BIO_ctrl_pending(bio.get()) : 0;
  ERR_clear_error();
  return PrivateKey(key);
}

TrustedRoots::TrustedRoots(SSL_CTX* context, const TlsFiles& files) {
  CredentialFile file{files.ca_file, "CA file", files.words.ca_file};
  if (file.path.empty()) {
    directories_ = find_directories(files.ca_directories);
    if (!directories_.empty()) return;
    file.path = find_bundle(files.words);
  }
  (void)trust(SSL_CTX_get_cert_store(context), file,
              read_credential_file(file, os::Sensitivity::settings).reveal());
}

void TrustedRoots::load_issuers(X509_STORE_CTX* context) const {
  load_issuer(context, X509_STORE_CTX_get0_cert(context), 0);
  STACK_OF(X509)* const chain = X509_STORE_CTX_get0_untrusted(context);
  for (int i = 0; i < std::min(sk_X509_num(chain), longest_chain); ++i)
    load_issuer(context, sk_X509_value(chain, i), 0);
}

void TrustedRoots::load_issuer(X509_STORE_CTX* context, X509* certificate, int depth) const {
  if (certificate == nullptr || depth == longest_chain) return;
  std::array<char, 24> name{};
  for (const std::string& directory : directories_) {
    for (int number = 0;; ++number) {
      (void)std::snprintf(name.data(), name.size(), "/%08lx.%d", X509_issuer_name_hash(certificate), number);
      const CredentialFile file{directory + name.data(), "trusted certificate", "SSL_CERT_DIR"};
      const auto pem = find_credential_file(file, os::Sensitivity::settings);
      if (!pem) break;
      for (const Certificate& issuer : trust(X509_STORE_CTX_get0_store(context), file, pem->reveal()))
        if (X509_NAME_cmp(X509_get_issuer_name(issuer.get()), X509_get_subject_name(issuer.get())) != 0)
          load_issuer(context, issuer.get(), depth + 1);
    }
  }
}

}  // namespace sase::network
