// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sase::network {

/// The words about a peer and its settings that messages contain; the values are those of the service.
struct PeerWords {
  /// Whether texts name the host. Else its name precedes them.
  bool names_host = true;
  /// Of the settings `ca-file`, `client-cert` and `client-key`.
  const char* setting_prefix = "";
  /// What names the CA file.
  const char* ca_file = "ca-file (or SSL_CERT_FILE)";

  // Hints, after what they are for.
  const char* unknown_issuer =
      "if that is your company's proxy or a private service, name its root certificate with ca-file";
  const char* self_signed = "if this is your own service, name that certificate with ca-file";
  const char* expired = "if that is right, the service must renew it";
  const char* other_name =
      "check region and url, and that no captive portal or proxy answers in the service's place";
  const char* unacceptable_certificate =
      "if that is your company's proxy or a private service, check its certificates and ca-file";
  const char* unusable_name = "check url";
  const char* unknown_name = "check region and url";
  const char* no_address = "check region, url, proxy, and this machine's network and DNS";
  const char* no_tls = "check url and its port: another program than the service may answer there";
  const char* old_tls = "a proxy or an outdated server may answer: TLS 1.2 or later is required";
  const char* no_cipher = "it may want a client certificate (client-cert), or offer only outdated ciphers";
  const char* broken_handshake = "check the network and proxy: a device on the path may block TLS";
  const char* rejected_client = "set client-cert and client-key, or check them";
};

inline constexpr PeerWords service_words{};

}  // namespace sase::network
