// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/proxy.hpp"

#include "helper/authorize/http/transport.hpp"
#include "helper/network/http/message.hpp"
#include "protocol/parsing.hpp"

#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sase::authorize {

namespace {

bool same_network(const protocol::IpAddress& left, const protocol::IpAddress& right,
                  std::size_t bits) noexcept {
  if (left.size != right.size || bits > left.size * 8) return false;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    const unsigned difference = left.bytes[bit / 8] ^ right.bytes[bit / 8];
    if (((difference << (bit % 8)) & 0x80U) != 0) return false;
  }
  return true;
}

bool matches_address(std::string_view entry, const protocol::IpAddress& host) {
  const auto slash = entry.find('/');
  const auto network = protocol::IpAddress::parse(entry.substr(0, slash));
  if (!network) return false;
  const auto bits = slash == std::string_view::npos
                        ? std::optional(network->size * 8)
                        : protocol::parse_number<std::size_t>(entry.substr(slash + 1));
  return bits && same_network(*network, host, *bits);
}

bool matches_domain(std::string_view domain, std::string_view host) noexcept {
  if (domain.starts_with("*.")) domain.remove_prefix(1);
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.ends_with('.')) domain.remove_suffix(1);
  if (domain.empty() || domain.size() > host.size()) return false;
  const std::string_view tail = host.substr(host.size() - domain.size());
  const bool at_label = tail.size() == host.size() || host[host.size() - tail.size() - 1] == '.';
  return at_label && std::ranges::equal(domain, tail, {}, protocol::to_lower);
}

/// An entry without its port and brackets; nothing if it has a port other than `port`.
std::optional<std::string_view> without_port(std::string_view entry, std::uint16_t port) {
  const bool bracketed = entry.starts_with('[');
  const auto last = bracketed ? entry.find(']') : 0;
  const auto colon = last == std::string_view::npos ? last : entry.find(':', last);
  const bool has_port = colon != std::string_view::npos && (bracketed || entry.rfind(':') == colon);
  if (has_port && protocol::parse_number<std::uint16_t>(entry.substr(colon + 1)) != port) return std::nullopt;
  if (has_port) entry = entry.substr(0, colon);
  return bracketed && entry.ends_with(']') ? entry.substr(1, entry.size() - 2) : entry;
}

bool matches(std::string_view entry, const protocol::Host& host) {
  const auto name = without_port(entry, host.port);
  if (!name) return false;
  if (*name == "*") return true;
  const auto address = protocol::IpAddress::parse(host.bare_name());
  return address ? matches_address(*name, *address) : matches_domain(*name, host.name);
}

using network::most_header_fields;
using network::read_status;
using network::user_agent;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using protocol::AuthError;
using protocol::ErrorKind;

/// Quoted strings may contain commas.
std::string without_quoted_strings(std::string_view text) {
  std::string rest;
  bool is_quoted = false;
  for (const char c : text) {
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted) rest += c;
  }
  return rest;
}

/// The schemes that proxies offer (IANA's registry, and Kerberos). Of the proxy's own text nothing is shown,
/// since it may contain the password.
constexpr std::array known_schemes = {"Basic", "Bearer", "Digest", "Kerberos", "Negotiate", "NTLM"};

/// The known schemes in values of Proxy-Authenticate (RFC 9110 section 11.6.1), such as `Negotiate and NTLM`.
/// Empty without one, or if Basic is one of them.
std::string find_other_schemes(std::string_view challenges) {
  std::vector<std::string> schemes;
  for (const std::string& item :
       Poco::StringTokenizer(without_quoted_strings(challenges), ",", Poco::StringTokenizer::TOK_TRIM)) {
    const std::string name = item.substr(0, item.find_first_of(" \t"));
    const auto* const known = std::ranges::find_if(
        known_schemes, [&name](const char* scheme) { return Poco::icompare(name, scheme) == 0; });
    if (known == known_schemes.begin()) return {};
    if (known != known_schemes.end() && std::ranges::find(schemes, *known) == schemes.end())
      schemes.emplace_back(*known);
  }
  return Poco::cat(std::string(" and "), schemes.begin(), schemes.end());
}

HTTPRequest make_connect(const protocol::ProxyUrl& proxy, const protocol::Host& host) {
  HTTPRequest request(HTTPRequest::HTTP_CONNECT, host.authority(), HTTPMessage::HTTP_1_1);
  request.set(HTTPRequest::HOST, host.authority());
  request.set("User-Agent", user_agent);
  request.set(HTTPMessage::PROXY_CONNECTION, HTTPMessage::CONNECTION_KEEP_ALIVE);
  if (proxy.has_credentials) {
    // POCO keeps these copies, and those in its send buffer, without wiping them.
    const Poco::Net::HTTPBasicCredentials credentials(std::string(proxy.user.reveal()),
                                                      std::string(proxy.password.reveal()));
    credentials.proxyAuthenticate(request);
  }
  return request;
}

}  // namespace

bool bypasses_proxy(std::string_view no_proxy, const protocol::Host& host) {
  while (!no_proxy.empty()) {
    const auto end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
    if (end != 0 && matches(no_proxy.substr(0, end), host)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

Poco::Net::StreamSocket open_tunnel(const Poco::Net::StreamSocket& to_proxy, const protocol::ProxyUrl& proxy,
                                    const protocol::Host& host) {
  Poco::Net::HTTPClientSession session(to_proxy);
  // Otherwise POCO asks the proxy to close the connection after its response.
  session.setKeepAlive(true);
  HTTPRequest request = make_connect(proxy, host);
  HTTPResponse response;
  response.setFieldLimit(most_header_fields);
  (void)session.sendRequest(request);
  (void)session.receiveResponse(response);
  const int status = read_status(response);
  if (status < 200 || status > 299) {
    std::string challenges;
    for (const auto& [name, value] : response)
      if (Poco::icompare(name, "Proxy-Authenticate") == 0) challenges += value + ',';
    throw FailedAttempt(describe_proxy_error(status, challenges, proxy, host));
  }
  return session.detachSocket();
}

AuthError describe_proxy_error(int status, std::string_view challenges, const protocol::ProxyUrl& proxy,
                               const protocol::Host& host) {
  const std::string who = "the proxy '" + proxy.host.authority() + "' ";
  const std::string target = '\'' + host.text() + "' (HTTP " + std::to_string(status) + ')';
  switch (status) {
    case 407:
      if (const std::string schemes = find_other_schemes(challenges); !schemes.empty())
        return {
            .kind = ErrorKind::misconfigured,
            .what = who + "offers only " + schemes + ", and Basic is the only scheme supported (HTTP 407)",
            .hint =
                "run a local proxy that logs in to that one, such as px or cntlm, and set proxy to it, "
                "such as http://127.0.0.1:3128"};
      return {.kind = ErrorKind::misconfigured,
              .what = who +
                      (proxy.has_credentials ? "does not accept the user name and password"
                                             : "asks for a user name and password") +
                      " (HTTP 407)",
              .hint =
                  "set proxy (or HTTPS_PROXY) to http://user:password@host:port; Basic is the only "
                  "scheme supported"};
    case 403:
      return {.kind = ErrorKind::unreachable,
              .what = who + "does not allow connections to " + target,
              .hint = "ask for '" + host.text() + "' to be allowed, or name it in no-proxy"};
    case 502:
    case 503:
    case 504:
      return {.kind = ErrorKind::unreachable,
              .transient = true,
              .what = who + "cannot reach " + target,
              .hint = "check region and url, or that the proxy can reach the Internet"};
    default:
      return {.kind = ErrorKind::unreachable,
              .transient = status >= 500,
              .what = who + "did not open a connection to " + target,
              .hint = "check that proxy names a proxy that allows CONNECT"};
  }
}

}  // namespace sase::authorize
