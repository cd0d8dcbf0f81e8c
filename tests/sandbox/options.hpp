// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/certificate_authority.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sase::sandbox {

/// The newest TLS version of the server; 1.1 is too old for each client under test.
enum class TlsVersion { v1_1, v1_2, v1_3 };

struct Options {
  std::filesystem::path state;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;  ///< 0: any free port.
  std::chrono::milliseconds lifetime = std::chrono::minutes{60};
  CertificateKind certificate = CertificateKind::good;
  TlsVersion tls_max = TlsVersion::v1_3;
  std::vector<std::string> names;   ///< Further names in the certificate.
  std::vector<std::string> faults;  ///< Each `name=value`, validated.
  int threads = 64;
};

/// An invalid command line; `what()` is the message.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Parses the command line. Nothing for `--help` or `--version`, whose text is stored in `information`.
/// Throws BadUsage.
[[nodiscard]] std::optional<Options> parse_options(int argc, const char* const* argv,
                                                   std::string& information);

}  // namespace sase::sandbox
