// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/tls/credential_files.hpp"

#include "helper/authorize/report/progress.hpp"
#include "helper/os/files/file_status.hpp"
#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sase::authorize {

namespace {

/// A bundle of root certificates has less than 1 MiB.
constexpr std::size_t largest_file = std::size_t{16} << 20U;

struct FreeBio {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

Bio open_memory(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// OpenSSL's own callback prompts on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*is_for_writing*/, void* /*data*/) {
  return -1;
}

[[noreturn]] void cannot_read(const CredentialFile& file, const std::string& why) {
  throw FailedAttempt(protocol::ErrorKind::misconfigured,
                      "cannot read the " + file.role + " '" + protocol::escape(file.path) + "': " + why,
                      "check " + file.setting);
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

void FreeOpenSsl::operator()(EVP_PKEY* key) const noexcept {
  EVP_PKEY_free(key);
}

void FreeOpenSsl::operator()(X509* certificate) const noexcept {
  X509_free(certificate);
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

PrivateKey parse_private_key(std::string_view pem) {
  PrivateKey key(PEM_read_bio_PrivateKey(open_memory(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace sase::authorize
