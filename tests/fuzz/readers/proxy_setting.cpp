// SPDX-License-Identifier: Apache-2.0
#include "protocol/host.hpp"
#include "protocol/parsing.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <array>
#include <string>

namespace sase::fuzz {

namespace {

/// The error message of the front for a proxy, or empty.
std::string error_message(std::string_view proxy) try {
  const std::array given = {config::Assignment{
      .setting = config::find_setting("proxy"), .value = proxy, .layer = config::Layer::flag}};
  config::Settings values;
  values.add(given);
  check_profile(config::make_profile("default", values));
  return {};
} catch (const Failure& failure) {
  check_failure(failure, ExitCode::usage_error);
  return failure.what() + ('\n' + failure.hint);
}

/// Whether the authorizer accepts it.
bool is_usable(std::string_view proxy) try {
  const auto parsed = protocol::ProxyUrl::parse(proxy);
  check(protocol::Host::parse(parsed.host.name).has_value() && parsed.host.port != 0, "a proxy has a host");
  check(parsed.has_credentials == (proxy.find('@') != std::string_view::npos), "credentials are found");
  return true;
} catch (const protocol::ProtocolError&) {
  return false;
}

}  // namespace

/// The value of the setting `proxy`: no message contains its credentials.
void proxy_setting(std::string_view bytes) {
  const auto end = std::min(bytes.rfind('@'), bytes.size());
  const auto begin = std::min(bytes.find("://"), end);
  const std::string other = std::string(bytes.substr(0, begin)) + disguise(bytes.substr(begin, end - begin)) +
                            std::string(bytes.substr(end));
  const std::string message = error_message(bytes);
  check(message == error_message(other), "the message does not depend on the password");
  const bool is_accepted = message.empty();
  check(is_usable(bytes) == is_accepted || config::has_control_bytes(bytes),
        "the front accepts exactly what the authorizer accepts");
}

}  // namespace sase::fuzz
