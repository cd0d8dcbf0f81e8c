// SPDX-License-Identifier: Apache-2.0
#include "helper/network/net/no_proxy.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

namespace sase::network {

namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

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
  const auto bits = slash == std::string_view::npos ? std::optional(network->size * 8)
                                                    : parse_number<std::size_t>(entry.substr(slash + 1));
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
  if (has_port && parse_number<std::uint16_t>(entry.substr(colon + 1)) != port) return std::nullopt;
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

}  // namespace

bool bypasses_proxy(std::string_view no_proxy, const protocol::Host& host) {
  while (!no_proxy.empty()) {
    const auto end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
    if (end != 0 && matches(no_proxy.substr(0, end), host)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

}  // namespace sase::network
