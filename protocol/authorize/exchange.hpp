// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/authorize/check.hpp"
#include "protocol/authorize/error_kind.hpp"
#include "protocol/bearer_token.hpp"
#include "protocol/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the front and the authorizer say to each other: one message each way, in the language of message.hpp.
/// Both programs are installed together, so there is one version and unknown keys are errors.
namespace sase::protocol {

/// How many requests one call sends at most: the first one, and those that meet a transient fault.
inline constexpr unsigned most_tries = 3;

/// Whether the authorizer is to report on the chain to the service, link by link.
enum class Probe {
  none,
  way,  ///< only the way there; the service is not asked, and the outcome is a denial (not_asked)
  all,  ///< one request for a token, and one that reads something with it
};

/// The front's request: trade this key at this URL, within this time.
struct AuthorizeRequest {
  std::string url;  ///< where to POST, such as `https://api.perimeter81.com/api/v1/auth/authorize`
  Secret api_key;   ///< may be missing where only the way is probed
  std::chrono::milliseconds timeout{};  ///< for everything: name look-up, connecting, TLS, tries and pauses
  unsigned tries = most_tries;          ///< how many requests may be sent, 1 to most_tries
  std::string ca_file;                  ///< PEM file of the roots to trust; empty: the system's
  std::string client_cert;              ///< PEM file for mutual TLS, or empty
  std::string client_key;               ///< PEM file for mutual TLS, or empty
  std::string proxy;                    ///< `http://[user:password@]host[:port]`, or empty
  std::string no_proxy;  ///< comma-separated hosts, domains and addresses to reach without `proxy`
  bool trace = false;    ///< whether the reply is to tell what happened when
  Probe probe = Probe::none;
  std::string read_url = {};  ///< what to read with the new token, at the host of `url`; for Probe::all

  [[nodiscard]] Secret write() const;
  /// Throws ProtocolError.
  [[nodiscard]] static AuthorizeRequest parse(std::string_view text);
};

/// A token, and how long it lives from the moment the request was sent.
struct TokenResponse {
  BearerToken token;
  std::chrono::seconds lifetime{};
};

/// A failure in words for a person; `what` and `hint` hold no secret and only printable ASCII.
struct AuthError {
  ErrorKind kind{};
  bool transient = false;  ///< the same request may succeed later
  std::string what;
  std::string hint;                                 ///< may be empty
  std::optional<std::chrono::seconds> retry_after;  ///< as the service asked
};

/// One line of what happened on the way, for a person: no secret, and only printable ASCII.
struct TraceLine {
  std::chrono::microseconds at{};  ///< on the steady clock since its epoch, which a machine's processes share
  std::string what;
};

/// The authorizer's reply.
struct AuthorizeReply {
  std::uint32_t requests = 0;  ///< how many requests reached out to the service, tries included
  std::variant<TokenResponse, AuthError> outcome;
  std::vector<TraceLine> trace = {};    ///< in the order of time; empty unless it was asked for
  std::vector<Check> checks = {};       ///< in the order of CheckId, each at most once; empty unless probed
  std::optional<unsigned> status = {};  ///< of HTTP, with which the service answered a probe

  [[nodiscard]] Secret write() const;
  /// Throws ProtocolError.
  [[nodiscard]] static AuthorizeReply parse(std::string_view text);
};

}  // namespace sase::protocol
