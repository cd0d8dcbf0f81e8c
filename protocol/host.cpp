// SPDX-License-Identifier: Apache-2.0
#include "protocol/host.hpp"

#include "protocol/parsing.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace sase::protocol {

namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 section 2.3.4, without the root's dot
constexpr std::size_t longest_label = 63;

bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

bool is_label(std::string_view label) noexcept {
  if (label.empty() || label.size() > longest_label || label.front() == '-' || label.back() == '-')
    return false;
  return std::ranges::all_of(label,
                             [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_name(std::string_view name) noexcept {
  if (name.size() > longest_name) return false;
  while (true) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

/// `[` an IPv6 address without a zone `]`.
bool is_ipv6_literal(std::string_view text) noexcept {
  if (!text.starts_with("[") || !text.ends_with("]")) return false;
  const auto address = IpAddress::parse(text.substr(1, text.size() - 2));
  return address && address->size == sizeof(in6_addr);
}

/// RFC 3986's unreserved characters and sub-delims, which all programs read alike.
bool is_user(std::string_view text) noexcept {
  static constexpr std::string_view marks = "-._~!$&'()*+,;=";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_lower(to_lower(c)) || is_digit(c) || marks.find(c) != std::string_view::npos;
  });
}

/// The position of the colon before the port, after the brackets of an IPv6 address, or npos.
std::size_t find_port_colon(std::string_view text) noexcept {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  return bracket == std::string_view::npos ? bracket : text.find(':', bracket);
}

std::string_view without_scheme(std::string_view url) {
  const auto end = url.find("://");
  if (end == std::string_view::npos) return url;
  const std::string scheme = lower_case(url.substr(0, end));
  // POCO cannot run one TLS session inside another.
  if (scheme == "https") throw ProtocolError("an https:// proxy is not supported");
  if (scheme.starts_with("socks")) throw ProtocolError("a SOCKS proxy is not supported");
  if (scheme != "http") throw ProtocolError("unknown scheme");
  return url.substr(end + 3);
}

char decode_byte(std::string_view digits) {
  const auto byte = parse_number<unsigned char>(digits, 16);
  if (digits.size() != 2 || !byte)
    throw ProtocolError("a '%' in the user name or password without two hexadecimal digits after it");
  return static_cast<char>(*byte);
}

Secret percent_decode(std::string_view text) {
  auto decoded = Secret::with_capacity(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      c = decode_byte(text.substr(i + 1, 2));
      i += 2;
    }
    decoded.append({&c, 1});
  }
  return decoded;
}

void parse_credentials(ProxyUrl& proxy, std::string_view user_info) {
  const auto colon = std::min(user_info.find(':'), user_info.size());
  proxy.has_credentials = true;
  proxy.user = percent_decode(user_info.substr(0, colon));
  proxy.password = percent_decode(user_info.substr(std::min(colon + 1, user_info.size())));
}

Host parse_proxy_host(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  auto host = Host::parse(text);
  if (!host) throw ProtocolError("invalid host or port");
  if (find_port_colon(text) == std::string_view::npos) host->port = default_proxy_port;
  return *host;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) noexcept {
  // The longest form, `ffff:...:255.255.255.255`, and the NUL that inet_pton expects.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  const bool is_ipv6 = text.find(':') != std::string_view::npos;
  IpAddress address{.size = is_ipv6 ? sizeof(in6_addr) : sizeof(in_addr)};
  if (inet_pton(is_ipv6 ? AF_INET6 : AF_INET, terminated.data(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

std::optional<Host> Host::parse(std::string_view text) {
  const auto colon = find_port_colon(text);
  Host host{.name = lower_case(text.substr(0, colon))};
  if (!is_name(host.name) && !is_ipv6_literal(host.name)) return std::nullopt;
  if (colon == std::string_view::npos) return host;
  const std::string_view digits = text.substr(colon + 1);
  const auto port = parse_number<std::uint16_t>(digits);
  if (!port || digits.starts_with('0')) return std::nullopt;
  host.port = *port;
  return host;
}

std::string Host::text() const { return port == https_port ? name : name + ':' + std::to_string(port); }

std::string Host::authority() const { return name + ':' + std::to_string(port); }

std::string Host::bare_name() const { return name.starts_with('[') ? name.substr(1, name.size() - 2) : name; }

bool Host::is_address() const { return IpAddress::parse(bare_name()).has_value(); }

ParsedUrl parse_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) throw ProtocolError("the URL has no scheme");
  ParsedUrl parsed{.origin = {.scheme = lower_case(url.substr(0, scheme_end)), .host = {}, .user = {}},
                   .rest = {}};
  if (!std::ranges::all_of(parsed.origin.scheme, [](char c) {
        return is_lower(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
      }))
    throw ProtocolError("the URL has no scheme");

  url.remove_prefix(scheme_end + 3);
  const auto authority_end = std::min(url.find_first_of("/?#"), url.size());
  std::string_view authority = url.substr(0, authority_end);
  parsed.rest = url.substr(authority_end);

  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    if (user.find(':') != std::string_view::npos) throw ProtocolError("the URL contains a password");
    if (!is_user(user)) throw ProtocolError("the URL's user name is empty or has invalid characters");
    parsed.origin.user = std::string(user);
    authority.remove_prefix(at + 1);
  }
  const auto host = Host::parse(authority);
  if (!host) throw ProtocolError("the URL's host is invalid");
  parsed.origin.host = *host;
  return parsed;
}

Origin parse_plain_origin(std::string_view url, std::string_view member) try {
  if (std::ranges::any_of(url, [](char c) { return (c >= 0 && c <= ' ') || c == 0x7f; }))
    throw ProtocolError("the URL contains white space or a control byte");
  Origin origin = parse_url(url).origin;
  if (!origin.user.empty()) throw ProtocolError("the URL contains a user name");
  return origin;
} catch (const ProtocolError& error) {
  throw ProtocolError("'" + std::string(member) + "': " + error.what());
}

ProxyUrl ProxyUrl::parse(std::string_view url) {
  std::string_view rest = without_scheme(url);
  ProxyUrl proxy;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    parse_credentials(proxy, rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  proxy.host = parse_proxy_host(rest);
  return proxy;
}

}  // namespace sase::protocol
