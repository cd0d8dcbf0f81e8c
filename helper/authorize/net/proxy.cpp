// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/proxy.hpp"

#include "helper/authorize/report/failed_attempt.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>

namespace sase::authorize {

namespace {

[[noreturn]] void refuse(std::string what) {
  throw FailedAttempt({.kind = protocol::ErrorKind::misconfigured,
                       .what = std::move(what),
                       .hint = "set proxy (or HTTPS_PROXY) to http://[user:password@]host[:port]",
                       .retry_after = {}});
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lowered;
}

std::string_view without_scheme(std::string_view setting) {
  const auto end = setting.find("://");
  if (end == std::string_view::npos) return setting;
  const std::string scheme = lower(setting.substr(0, end));
  // A second TLS session inside the first is not something POCO's sockets can do.
  if (scheme == "https") refuse("a proxy that itself speaks TLS (https://) is not supported");
  if (scheme.starts_with("socks")) refuse("a SOCKS proxy is not supported");
  if (scheme != "http") refuse("the proxy's URL has an unknown scheme");
  return setting.substr(end + 3);
}

char decode_byte(std::string_view digits) {
  unsigned char byte = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, byte, 16);
  if (digits.size() != 2 || error != std::errc{} || stop != end)
    refuse("the proxy's user name or password holds a '%' that two hexadecimal digits do not follow");
  return static_cast<char>(byte);
}

protocol::Secret percent_decode(std::string_view text) {
  auto decoded = protocol::Secret::with_capacity(text.size());
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

void read_credentials(Proxy& proxy, std::string_view user_info) {
  const auto colon = std::min(user_info.find(':'), user_info.size());
  proxy.has_credentials = true;
  proxy.user = percent_decode(user_info.substr(0, colon));
  proxy.password = percent_decode(user_info.substr(std::min(colon + 1, user_info.size())));
}

protocol::Host read_host(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  auto host = protocol::Host::parse(text);
  if (!host) refuse("the proxy's host or port is not a valid one");
  const bool names_port =
      text.find(':', text.starts_with('[') ? text.find(']') : 0) != std::string_view::npos;
  if (!names_port) host->port = default_proxy_port;
  return *host;
}

}  // namespace

Proxy Proxy::parse(std::string_view setting) {
  std::string_view rest = without_scheme(setting);
  Proxy proxy;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    read_credentials(proxy, rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  proxy.host = read_host(rest);
  return proxy;
}

}  // namespace sase::authorize
