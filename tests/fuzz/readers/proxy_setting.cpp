// SPDX-License-Identifier: Apache-2.0
#include "protocol/protocol_error.hpp"
#include "protocol/proxy_url.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <array>
#include <string>

namespace sase::fuzz {

namespace {

/// What the front says about a proxy; empty where it takes it.
std::string complaint_about(std::string_view proxy) try {
  constexpr std::array<const char*, 1> no_variables = {nullptr};
  const std::array given = {config::Assignment{
      .setting = config::find_setting("proxy"), .value = proxy, .layer = config::Layer::flag, .file = {}}};
  config::Settings values;
  values.add(given);
  check_profile(config::make_profile("default", values, Environment(no_variables.data())));
  return {};
} catch (const Failure& failure) {
  check_failure(failure, ExitCode::usage_error);
  return failure.what() + ('\n' + failure.hint);
}

/// Whether the authorizer can use it.
bool is_usable(std::string_view proxy) try {
  const auto parsed = protocol::ProxyUrl::parse(proxy);
  check(protocol::Host::parse(parsed.host.name).has_value() && parsed.host.port != 0, "a proxy has a host");
  check(parsed.has_credentials == (proxy.find('@') != std::string_view::npos),
        "no credentials are overlooked");
  return true;
} catch (const protocol::ProtocolError&) {
  return false;
}

}  // namespace

/// A proxy as it stands in a setting: its credentials are in no message.
void proxy_setting(std::string_view bytes) {
  const auto end = std::min(bytes.rfind('@'), bytes.size());
  const auto begin = std::min(bytes.find("://"), end);
  const std::string other = std::string(bytes.substr(0, begin)) + disguise(bytes.substr(begin, end - begin)) +
                            std::string(bytes.substr(end));
  const std::string complaint = complaint_about(bytes);
  check(complaint == complaint_about(other), "what is said does not depend on the password");
  const bool is_taken = complaint.empty();
  check(is_usable(bytes) == is_taken || config::has_control_bytes(bytes),
        "the front takes what the authorizer can use, and nothing else");
}

}  // namespace sase::fuzz
