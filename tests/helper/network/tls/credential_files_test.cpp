// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/credential_files.hpp"

#include "helper/network/report/progress.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <sys/types.h>

using namespace sase::network;
using sase::os::Sensitivity;

namespace {

const std::string certificate = R"(-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIURF0LdSvxkYfOVTILqTPP3bLtncQwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBdDAgFw0yNjExMjgxOTE5MTlaGA8yMTI2MTEwNDE5MTkxOVow
DDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC31zMhlVzec
TFjHs3+bOlfnpTESjV8VnX9w5JQ1zc3x+dXA/BvbvHxk9zmUywEm/AgHegOGf0mO
4M01e50wBnKjUzBRMB0GA1UdDgQWBBQ6UW8eAiSlk7S+mpwvOMlOoX8JjjAfBgNV
HSMEGDAWgBQ6UW8eAiSlk7S+mpwvOMlOoX8JjjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIQCzEUabgy6RZoUcnnlxipb1/aoxHltaGze9X/wv2N9S
mQIgbDkR81ASJ3LfkGWFo1Bs0Rxc5iRa9C/5brJj1p2DUvM=
-----END CERTIFICATE-----
)";

/// What `write` writes.
std::string to_pem(const std::function<int(BIO*)>& write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  REQUIRE(write(bio.get()) == 1);
  std::string text(BIO_ctrl_pending(bio.get()), '\0');
  REQUIRE(BIO_read(bio.get(), text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()));
  return text;
}

}  // namespace

TEST_CASE("parses each certificate of a PEM file and skips other text", "[authorize][credential_files]") {
  CHECK(parse_certificates(certificate).size() == 1);
  CHECK(parse_certificates("a comment\n" + certificate + "\nanother\n" + certificate).size() == 2);
  CHECK(parse_certificates("").empty());
  CHECK(parse_certificates("garbage").empty());
  CHECK(parse_certificates(certificate.substr(0, 200)).empty());
  CHECK(parse_certificates(certificate + certificate.substr(0, 200)).empty());
}

TEST_CASE("parses a private key in each form of PEM, alone or beside other objects",
          "[authorize][credential_files]") {
  const auto owner = std::move(parse_certificates(certificate).front());
  const PrivateKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  const PrivateKey of_other_type(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const std::string pkcs8 = to_pem([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  const std::string traditional = to_pem([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  const std::string parameters = to_pem([&](BIO* bio) { return PEM_write_bio_Parameters(bio, key.get()); });
  for (const std::string& text : {pkcs8, traditional, parameters + traditional, certificate + pkcs8,
                                  pkcs8 + certificate, "a comment\n" + pkcs8}) {
    INFO(text);
    const PrivateKey parsed = parse_private_key(text, *owner);
    REQUIRE(parsed);
    CHECK(EVP_PKEY_eq(parsed.get(), key.get()) == 1);
  }

  const std::string encrypted = to_pem([&](BIO* bio) {
    std::string word = "passphrase";
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), EVP_aes_128_cbc(), word.data(),
                                         static_cast<int>(word.size()), nullptr, nullptr);
  });
  const std::string other = to_pem([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, of_other_type.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  for (const std::string& text :
       {std::string(), certificate, encrypted, other, pkcs8.substr(0, 100),
        std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}) {
    INFO(text);
    CHECK_FALSE(parse_private_key(text, *owner));
  }
}

TEST_CASE("reads a credential file only if no other user can change it", "[authorize][credential_files]") {
  struct Row {
    mode_t mode;
    Sensitivity sensitivity;
    bool accepted;
  };
  const auto row = GENERATE(values<Row>({
      {0600, Sensitivity::settings, true},
      {0644, Sensitivity::settings, true},
      {0666, Sensitivity::settings, false},
      {0600, Sensitivity::secret, true},
      {0644, Sensitivity::secret, false},
  }));
  const sase::tests::TemporaryDirectory directory;
  const CredentialFile file{directory.write("ca.pem", certificate, row.mode), "CA file", "ca-file"};

  DYNAMIC_SECTION(row.mode) {
    if (row.accepted) {
      CHECK(read_credential_file(file, row.sensitivity).reveal() == certificate);
      return;
    }
    try {
      (void)read_credential_file(file, row.sensitivity);
      FAIL("expected a rejection");
    } catch (const FailedAttempt& failed) {
      CHECK(failed.auth_error().kind == sase::protocol::ErrorKind::misconfigured);
      CHECK(failed.auth_error().what.find("the CA file is not trusted: '" + file.path) == 0);
      CHECK(failed.auth_error().hint.starts_with("chmod "));
    }
  }
}

TEST_CASE("a credential file that does not exist is absent, or an error if it must exist",
          "[authorize][credential_files]") {
  const CredentialFile file{"/nonexistent/ca.pem", "CA file", "ca-file"};
  CHECK_FALSE(find_credential_file(file, Sensitivity::settings));
  CHECK_THROWS_AS(read_credential_file(file, Sensitivity::settings), FailedAttempt);
}
