// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/tls_failure.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <memory>

namespace sase::fuzz {

namespace {

template <typename Part, void (*free)(Part*)>
struct Free {
  void operator()(Part* part) const noexcept { free(part); }
};

/// One code for each message.
constexpr std::array codes = {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                              X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
                              X509_V_ERR_CERT_HAS_EXPIRED,
                              X509_V_ERR_CERT_NOT_YET_VALID,
                              X509_V_ERR_HOSTNAME_MISMATCH,
                              X509_V_ERR_EE_KEY_TOO_SMALL};

}  // namespace

/// A certificate (DER) that OpenSSL does not trust: the message about it.
void certificate(std::string_view bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::unique_ptr<X509, Free<X509, X509_free>> read(
      d2i_X509(nullptr, &data, static_cast<long>(bytes.size())));
  ERR_clear_error();
  if (!read) return;
  for (const int depth : {0, 1})
    for (const int code : codes)
      check_outcome(
          network::describe_certificate_failure(code, depth, read.get(), {.name = "api.example.test"}, {}),
          {});
  ERR_clear_error();
}

}  // namespace sase::fuzz
