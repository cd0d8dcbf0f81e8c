// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/net/resolver.hpp"

#include "helper/authorize/report/failed_attempt.hpp"

#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>

#include <netdb.h>
#include <sys/socket.h>

namespace sase::authorize {

namespace {

using Poco::Net::SocketAddress;

/// More addresses than a service has; the rest would not be reached within a deadline anyway.
constexpr std::size_t most_addresses = 16;

struct FreeList {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};

std::string reason_for(int code, int system_error) {
  switch (code) {
    case EAI_NONAME:
    case EAI_NODATA: return "no such name";
    case EAI_AGAIN: return "no answer from the name server";
    case EAI_SYSTEM: return std::generic_category().message(system_error);
    default: return gai_strerror(code);
  }
}

[[noreturn]] void fail(const protocol::Host& host, const std::string& reason) {
  throw FailedAttempt({.kind = protocol::ErrorKind::unreachable,
                       .transient = true,
                       .what = "cannot look up '" + host.bare_name() + "': " + reason,
                       .hint = "check region, url, proxy, and this machine's network and DNS",
                       .retry_after = {}});
}

}  // namespace

std::vector<SocketAddress> alternate_families(std::vector<SocketAddress> addresses) {
  if (addresses.empty()) return addresses;
  const auto first = addresses.front().family();
  std::vector<SocketAddress> others;
  const auto is_other = [first](const SocketAddress& address) { return address.family() != first; };
  std::ranges::copy_if(addresses, std::back_inserter(others), is_other);
  std::erase_if(addresses, is_other);
  std::vector<SocketAddress> mixed;
  for (std::size_t i = 0; i < std::max(addresses.size(), others.size()); ++i) {
    if (i < addresses.size()) mixed.push_back(addresses[i]);
    if (i < others.size()) mixed.push_back(others[i]);
  }
  return mixed;
}

std::vector<SocketAddress> resolve(const protocol::Host& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  // No questions for families that this machine has no address of. An address in the URL is taken at its
  // word.
  hints.ai_flags = host.is_address() ? AI_NUMERICHOST : AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(host.bare_name().c_str(), std::to_string(host.port).c_str(), &hints, &found);
  if (code != 0) fail(host, reason_for(code, errno));
  const std::unique_ptr<addrinfo, FreeList> owner(found);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr && addresses.size() < most_addresses;
       entry = entry->ai_next)
    addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
  return alternate_families(std::move(addresses));
}

}  // namespace sase::authorize
