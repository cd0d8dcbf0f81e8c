// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sase::protocol {

/// The default port of https.
inline constexpr std::uint16_t https_port = 443;

/// An IPv4 or IPv6 address in network byte order.
struct IpAddress {
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 0;  ///< of the address: 4 or 16 bytes

  /// Parses the forms of inet_pton(3): an IPv6 address without brackets and zone, an IPv4 address of four
  /// decimal parts without leading zeros. Returns nothing for any other text.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text) noexcept;
};

/// A host and port that may receive a token. Hosts are compared exactly, never by suffix or pattern. Letters
/// are in lower case, and `name:443` equals `name`.
struct Host {
  std::string name;  ///< ASCII name or address; an IPv6 address keeps its brackets
  std::uint16_t port = https_port;

  /// Parses `name` or `name:port`. Nothing for any other text: an empty label, user information, a path,
  /// white space, non-ASCII bytes, a port outside 1 to 65535 or with leading zeros.
  [[nodiscard]] static std::optional<Host> parse(std::string_view text);

  /// The form that git uses: the port only if it is not 443.
  [[nodiscard]] std::string text() const;

  /// `name:port`, always with the port.
  [[nodiscard]] std::string authority() const;

  /// The name as resolvers and certificates write it: an IPv6 address without its brackets.
  [[nodiscard]] std::string bare_name() const;

  [[nodiscard]] bool is_address() const;

  friend bool operator==(const Host&, const Host&) = default;
};

/// The origin of a URL in a setting or a request: `https://host[:port]`.
struct Origin {
  std::string scheme;  ///< in lower case
  Host host;
  std::string user;  ///< user information before the `@`, or empty

  [[nodiscard]] std::string text() const { return scheme + "://" + host.text(); }
};

/// Parses a URL up to its authority. `rest` is the text after it: empty, or beginning with `/`, `?` or `#`.
/// Throws ProtocolError for an invalid URL, `%` or control bytes in the authority, or a password.
struct ParsedUrl {
  Origin origin;
  std::string_view rest;
};
[[nodiscard]] ParsedUrl parse_url(std::string_view url);

/// The origin of the URL in the JSON member `member`; its path is ignored. Throws ProtocolError, which names
/// the member, for a URL that parse_url() rejects, that contains white space or a control byte, or that has a
/// user name: programs differ in how they read such a URL.
[[nodiscard]] Origin parse_plain_origin(std::string_view url, std::string_view member);

/// The port of a proxy URL without one. It is curl's default (curl(1), "--proxy") and not 80, so that the
/// same HTTPS_PROXY names the same proxy for both programs.
inline constexpr std::uint16_t default_proxy_port = 1080;

/// A CONNECT proxy and the credentials for it.
struct ProxyUrl {
  Host host;
  bool has_credentials = false;
  Secret user;
  Secret password;

  /// Parses `[http://][user[:password]@]host[:port][/]` and percent-decodes user and password. Throws
  /// ProtocolError, whose text contains no part of the URL.
  [[nodiscard]] static ProxyUrl parse(std::string_view url);
};

}  // namespace sase::protocol
