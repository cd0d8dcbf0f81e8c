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

/// The newest TLS version the server speaks; 1.1 is what no careful client accepts.
enum class TlsVersion { v1_1, v1_2, v1_3 };

struct Options {
  std::filesystem::path state;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;  ///< 0: one that is free.
  std::chrono::milliseconds lifetime = std::chrono::minutes{60};
  CertificateKind certificate = CertificateKind::good;
  TlsVersion tls_max = TlsVersion::v1_3;
  std::vector<std::string> names;   ///< Further names in the certificate.
  std::vector<std::string> faults;  ///< Each `name=value`, validated.
  int threads = 64;
};

/// A command line that cannot be obeyed; `what()` says why.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the command line asks for. Nothing when it asked for `--help` or `--version`, whose text is then in
/// `information`. Throws BadUsage.
[[nodiscard]] std::optional<Options> parse_options(int argc, const char* const* argv,
                                                   std::string& information);

}  // namespace sase::sandbox
