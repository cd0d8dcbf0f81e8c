// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/config/settings.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// The profile that a call uses if nothing selects another one.
inline constexpr std::string_view default_profile = "default";

/// Whether a text may name a profile: `[a-z0-9][a-z0-9._-]{0,63}`, so that it is always one safe file name.
[[nodiscard]] bool is_profile_name(std::string_view text) noexcept;

/// ` --profile NAME` for a command in a message; empty for the default profile.
[[nodiscard]] std::string profile_flag(std::string_view name);

/// The store that shares tokens between hosts.
struct FleetSettings {
  std::vector<protocol::Host> members;  ///< of one etcd cluster
  std::string ca_file, client_cert, client_key;
  std::string prefix;  ///< of the names of its keys
};

/// A tenant of the service and how to connect to it: validated settings.
struct Profile {
  std::string name;
  Api api = Api::v1;
  std::string url;                    ///< base URL of the service, without a slash at the end
  std::string authorize_url;          ///< exchanges the API key for a token
  std::string rest_url;               ///< base URL of the resources that accept the token
  std::vector<protocol::Host> hosts;  ///< every host that may receive the token, each once

  std::optional<ApiKeySource> key_source;  ///< nothing: the first standard source that exists

  std::chrono::seconds min_ttl{60};
  std::chrono::seconds refresh_ahead{std::chrono::minutes(15)};
  std::chrono::seconds timeout{10};
  bool has_own_timeout = false;  ///< a setting gave `timeout`; otherwise a dialect may have a shorter default
  CacheKind cache = CacheKind::file;

  std::string ca_file, client_cert, client_key;
  std::string proxy, no_proxy;

  std::optional<FleetSettings> fleet;

  std::string trace;  ///< `1`, an absolute path, or empty for no trace

  /// Whether this host may receive the profile's token.
  [[nodiscard]] bool owns(const protocol::Host& host) const noexcept;
};

/// The hosts of a profile, without looking at its other settings. Throws Failure.
[[nodiscard]] std::vector<protocol::Host> parse_hosts(const Settings& values);

/// The source that the settings name, if they name one. Throws Failure for an invalid value. The message does
/// not contain the value: users put the key itself there by mistake.
[[nodiscard]] std::optional<ApiKeySource> parse_api_key_source(const Settings& values);

/// Validates the settings of a profile. Throws Failure for an invalid value.
[[nodiscard]] Profile make_profile(std::string_view name, const Settings& values);

}  // namespace sase::config
