// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/proxy.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/readers.hpp"

#include <string>

namespace sase::fuzz {

/// A host on the first line, then a list of hosts that bypass the proxy.
void no_proxy(std::string_view bytes) {
  using authorize::bypasses_proxy;
  const auto host = protocol::Host::parse(take_line(bytes));
  if (!host) return;
  const std::string list(bytes);
  const std::string first = list.substr(0, list.find(','));
  const std::string others = list.substr(std::min(first.size() + 1, list.size()));
  check(bypasses_proxy(list, *host) == (bypasses_proxy(first, *host) || bypasses_proxy(others, *host)),
        "a list matches if one of its entries does");
  check(bypasses_proxy(list + ',' + host->authority(), *host), "an entry matches its own host");
  check(bypasses_proxy(list + " *", *host), "'*' matches each host");

  const bool is_name = list.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string::npos;
  if (!is_name || list.empty() || list.front() == '.' || list.back() == '.' || host->is_address()) return;
  check(bypasses_proxy(list, *host) == ('.' + host->name).ends_with('.' + list),
        "a domain matches itself and its subdomains");
}

}  // namespace sase::fuzz
