// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/request_input.hpp"

#include "helper/os/processes/terminal.hpp"
#include "helper/os/stream.hpp"
#include "protocol/json_object.hpp"
#include "protocol/protocol_error.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

namespace sase::cli {

namespace {

constexpr const char* git_form = "write lines 'protocol=https' and 'host=...', then an empty line";

Failure no_match(std::string_view what, const std::string& why, std::string hint = {}) {
  return Failure(ExitCode::invalid_settings, "cannot send a token to " + std::string(what) + ": " + why,
                 std::move(hint));
}

/// Reads the input. The caller can finish writing a request that is too long.
template <typename Read>
protocol::Secret read_input(int input, const char* form, Read read) try {
  return read(input);
} catch (const protocol::ProtocolError& error) {
  os::discard_input(input);
  throw malformed_request(error.what(), form);
} catch (const std::length_error& error) {
  os::discard_input(input);
  throw malformed_request(std::string("it has ") + error.what(), form);
} catch (const std::system_error& error) {
  throw malformed_request("it cannot be read: " + error.code().message(), form);
}

}  // namespace

protocol::Secret read_request(int input, const Diagnostics& diagnostics) {
  if (os::is_terminal(input))
    diagnostics.hint("waiting for a request: lines 'protocol=https' and 'host=...', then an empty line");
  return read_input(input, git_form, [](int fd) { return os::read_message(fd); });
}

protocol::CredentialRequest parse_request(const protocol::Secret& text) try {
  return protocol::CredentialRequest::parse(text.reveal());
} catch (const protocol::ProtocolError& error) {
  throw malformed_request(error.what(), git_form);
}

protocol::Secret read_document(int input, const Diagnostics& diagnostics, const char* form) {
  if (os::is_terminal(input)) diagnostics.hint(form);
  return read_input(input, form, [](int fd) { return os::read_all(fd, protocol::JsonObject::usual_limit); });
}

Failure malformed_request(const std::string& why, const char* form) {
  return Failure(ExitCode::malformed_request, "the request on standard input is not understood: " + why,
                 form);
}

std::optional<config::Profile> find_profile(const config::ProfileSelector& selector,
                                            const protocol::CredentialRequest& request) {
  if (request.protocol != "https") return std::nullopt;
  const auto host = protocol::Host::parse(request.host);
  return host ? selector.for_host(*host, request.username) : std::nullopt;
}

config::Profile require_profile(const config::ProfileSelector& selector, const protocol::Origin& origin,
                                std::string_view what) {
  if (origin.scheme != "https") throw no_match(what, "its scheme is not https");
  if (auto profile = selector.for_host(origin.host, {})) return *std::move(profile);
  throw no_match(
      what,
      (selector.is_named() ? "the profile does not have the host '" : "no profile has the host '") +
          origin.host.text() + "'",
      "a profile has the host of its 'region' or 'url', and each that it adds with 'host'");
}

}  // namespace sase::cli
