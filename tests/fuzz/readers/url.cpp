// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/http/https_transport.hpp"
#include "helper/network/report/progress.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <Poco/URI.h>

#include <string>

namespace sase::fuzz {

namespace {

void check_url(std::string_view bytes) try {
  const protocol::ParsedUrl url = protocol::parse_url(bytes);
  check(url.rest.empty() || url.rest.find_first_of("/?#") == 0, "an authority ends at '/', '?' or '#'");
  check(is_printable(url.origin.user) && url.origin.user.find_first_of("\\/?#@:[]% ") == std::string::npos,
        "a user name is printable and contains no delimiter");
  if (url.origin.scheme != "https" || !is_printable(bytes)) return;
  const Poco::URI other(std::string(bytes.substr(0, bytes.size() - url.rest.size())));
  const std::string authority = other.getAuthority();
  check(protocol::Host::parse(authority.substr(authority.find('@') + 1)) == url.origin.host,
        "another URL parser finds the same host");
} catch (const protocol::ProtocolError& error) {
  check(is_printable(error.what()), "an error is printable");
}

void check_endpoint(std::string_view bytes) try {
  const auto endpoint = authorize::Endpoint::parse(bytes);
  check(endpoint.path.starts_with('/') && is_printable(endpoint.path), "a path can be sent");
  check(endpoint.path.find_first_of(" #") == std::string::npos,
        "a path contains no delimiter of the request line");
} catch (const authorize::FailedAttempt& failed) {
  check_outcome(failed.auth_error(), {});
}

}  // namespace

/// Any URL, also as the URL of the service.
void url(std::string_view bytes) {
  check_url(bytes);
  check_endpoint(bytes);
}

}  // namespace sase::fuzz
