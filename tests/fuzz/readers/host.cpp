// SPDX-License-Identifier: Apache-2.0
#include "protocol/host.hpp"

#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace sase::fuzz {

/// A host in a request, a setting or a list of hosts.
void host(std::string_view bytes) {
  const auto host = protocol::Host::parse(bytes);
  if (!host) return;
  check(host->name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]") == std::string::npos,
        "a host is a name or an address, in lower case");
  check(host->port != 0 && bytes.size() >= host->name.size(), "a host is not longer than its text");
  check(protocol::Host::parse(host->text()) == host, "a written host reads back as itself");
  check(protocol::Host::parse(host->authority()) == host, "an explicit default port makes no difference");

  const std::string bare = host->bare_name();
  in6_addr address{};
  const bool in_brackets = host->name.front() == '[' && host->name.back() == ']';
  check(in_brackets == (inet_pton(AF_INET6, bare.c_str(), &address) == 1),
        "a host in brackets is an address for inet_pton()");
}

}  // namespace sase::fuzz
