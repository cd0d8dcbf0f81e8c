// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sase::protocol {

/// The most requests of one call: the first one, and two retries after transient errors.
inline constexpr unsigned most_tries = 3;

/// A longer timeout is a mistake; the limit prevents an overflow.
inline constexpr std::chrono::milliseconds longest_timeout = std::chrono::hours(1);

/// Which checks the authorizer performs and reports (response.hpp).
enum class Probe {
  none,
  connection,  ///< sends no request; the outcome is `not_asked`
  all,         ///< the connection, one authorize request, and one GET with the token
};

/// The front's request to the authorizer: key=value lines on its stdin (protocol/git/credential.hpp). Both
/// programs are installed together, so there is one version, and an unknown key is an error.
struct AuthorizeRequest {
  std::string url;  ///< where to POST, such as `https://api.perimeter81.com/api/v1/auth/authorize`
  Secret api_key;   ///< may be absent for Probe::connection
  std::chrono::milliseconds timeout{};  ///< the time until the front stops waiting
  unsigned tries = most_tries;          ///< how many requests may be sent, 1 to most_tries
  std::string ca_file;                  ///< PEM file of the roots to trust; empty: the system's
  std::string ca_directories = {};  ///< hashed directories of roots, separated by colons; empty: the system's
  std::string client_cert;          ///< PEM file for mutual TLS, or empty
  std::string client_key;           ///< PEM file for mutual TLS, or empty
  std::string proxy;                ///< see ProxyUrl, or empty
  std::string no_proxy;             ///< comma-separated hosts, domains and addresses to reach without `proxy`
  bool trace = false;               ///< whether the response contains trace lines
  Probe probe = Probe::none;
  std::string read_url = {};  ///< for Probe::all: what to GET with the token, at the host of `url`

  /// When the front stops waiting unless a request has been sent. Not part of the message.
  std::chrono::steady_clock::time_point connect_by = std::chrono::steady_clock::time_point::max();

  /// Throws ProtocolError for a value that contains a line end or NUL.
  [[nodiscard]] Secret write() const;
  /// Throws ProtocolError.
  [[nodiscard]] static AuthorizeRequest parse(std::string_view text);
};

}  // namespace sase::protocol
