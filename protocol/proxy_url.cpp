// SPDX-License-Identifier: Apache-2.0
#include "protocol/proxy_url.hpp"

#include "protocol/ascii.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>

namespace sase::protocol {

namespace {

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
  unsigned char byte = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, byte, 16);
  if (digits.size() != 2 || error != std::errc{} || stop != end)
    throw ProtocolError("a '%' in the user name or password without two hexadecimal digits after it");
  return static_cast<char>(byte);
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

Host parse_host(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  auto host = Host::parse(text);
  if (!host) throw ProtocolError("invalid host or port");
  const bool names_port =
      text.find(':', text.starts_with('[') ? text.find(']') : 0) != std::string_view::npos;
  if (!names_port) host->port = default_proxy_port;
  return *host;
}

}  // namespace

ProxyUrl ProxyUrl::parse(std::string_view url) {
  std::string_view rest = without_scheme(url);
  ProxyUrl proxy;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    parse_credentials(proxy, rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  proxy.host = parse_host(rest);
  return proxy;
}

}  // namespace sase::protocol
