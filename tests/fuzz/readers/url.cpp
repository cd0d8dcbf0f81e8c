// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/endpoint.hpp"
#include "helper/authorize/failed_attempt.hpp"
#include "protocol/protocol_error.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <Poco/URI.h>

#include <string>

namespace sase::fuzz {

namespace {

using protocol::Host;

void check_host(const Host& host) {
  const bool is_plain =
      host.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:[]") == std::string::npos;
  check(is_plain && !host.name.empty() && host.port != 0, "a host is a name or an address, and a port");
  check(Host::parse(host.text()) == host, "a written host reads as itself");
}

void check_url(std::string_view bytes) try {
  const protocol::ParsedUrl url = protocol::parse_url(bytes);
  check_host(url.origin.host);
  check(url.rest.empty() || url.rest.find_first_of("/?#") == 0, "an authority ends where others end it");
  check(url.origin.user.find_first_of("\\/?#@:[]% ") == std::string::npos, "a user's name divides nothing");
  check(is_printable(url.origin.user + url.origin.scheme), "a user's name is printable");
  if (url.origin.scheme != "https" || !is_printable(bytes)) return;
  const Poco::URI other(std::string(bytes.substr(0, bytes.size() - url.rest.size())));
  const std::string authority = other.getAuthority();
  check(Host::parse(authority.substr(authority.find('@') + 1)) == url.origin.host,
        "another reader of URLs sees the same host");
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error can be shown");
}

void check_endpoint(std::string_view bytes) try {
  const auto endpoint = helper::authorize::Endpoint::parse(bytes);
  check_host(endpoint.host);
  check(endpoint.path.starts_with('/') && is_printable(endpoint.path), "a path can be sent");
  check(endpoint.path.find_first_of(" #") == std::string::npos, "a path does not end the request's line");
} catch (const helper::authorize::FailedAttempt& failed) {
  check_outcome(failed.denied(), {});
}

}  // namespace

/// A URL or a host.
void url(std::string_view bytes) {
  if (const auto host = Host::parse(bytes)) check_host(*host);
  check_url(bytes);
  check_endpoint(bytes);
}

}  // namespace sase::fuzz
