// SPDX-License-Identifier: Apache-2.0
#include "helper/network/tls/tls_failure.hpp"

#include "tests/support/catch.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <array>
#include <string>

using namespace sase::network;
using sase::protocol::ErrorKind;
using sase::protocol::Host;

namespace {

std::string line_for(int reason) {
  std::array<char, 256> line{};
  ERR_error_string_n(ERR_PACK(ERR_LIB_SSL, 0, static_cast<unsigned long>(reason)), line.data(), line.size());
  return line.data();
}

}  // namespace

TEST_CASE("distinguishes handshake failures by OpenSSL's reason", "[authorize][tls_failure]") {
  struct Row {
    std::string line;
    bool transient;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {line_for(SSL_R_WRONG_VERSION_NUMBER), false, "does not speak TLS"},
      {line_for(SSL_R_UNSUPPORTED_PROTOCOL), false, "offers neither TLS 1.2 nor a newer version"},
      {line_for(SSL_R_TLSV1_ALERT_PROTOCOL_VERSION), false, "offers neither TLS 1.2 nor a newer version"},
      {line_for(SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED), false, "asks for a client certificate"},
      {line_for(SSL_R_UNEXPECTED_EOF_WHILE_READING), true, "closed the connection during the TLS handshake"},
      {line_for(SSL_R_BAD_SIGNATURE), false, "cannot be reached over TLS: error:"},
      {"no code at all \x1b[31m", false, R"(cannot be reached over TLS: no code at all \x1b[31m)"},
      {"", false, "cannot be reached over TLS: "},
      {"error:", false, "cannot be reached over TLS: error:"},
  }));

  DYNAMIC_SECTION(row.line) {
    const auto auth_error = describe_tls_failure(row.line, *Host::parse("api.example.com"));

    CHECK(auth_error.kind == ErrorKind::unreachable);
    CHECK(auth_error.transient == row.transient);
    CHECK(auth_error.what.find("'api.example.com' " + row.words) == 0);
  }
}

TEST_CASE("recognizes the end of a connection without close_notify", "[authorize][tls_failure]") {
  CHECK(is_unexpected_end(line_for(SSL_R_UNEXPECTED_EOF_WHILE_READING)));
  CHECK_FALSE(is_unexpected_end(line_for(SSL_R_BAD_SIGNATURE)));
  CHECK(is_unexpected_end(""));
}
