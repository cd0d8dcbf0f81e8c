// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/source.hpp"
#include "helper/config/cache_kind.hpp"
#include "helper/config/region.hpp"
#include "helper/config/settings.hpp"
#include "helper/environment.hpp"
#include "protocol/host.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sase::config {

/// A tenant of the service, and how it is reached: checked settings in place of text.
struct Profile {
  std::string name;
  Api api = Api::v1;
  std::string authorize_url;          ///< where the key is traded for a token
  std::string rest_url;               ///< where the token is good for
  std::vector<protocol::Host> hosts;  ///< all that its token may be given to, each once

  api_key::ApiKeySource key_source;

  std::chrono::seconds min_ttl{60};
  std::chrono::seconds refresh_ahead{std::chrono::minutes(15)};
  std::chrono::seconds timeout{10};
  bool has_own_timeout = false;  ///< a setting gave it; else a host that is in a hurry may have a shorter one
  CacheKind cache = CacheKind::file;

  std::string ca_file, client_cert, client_key;
  std::string proxy, no_proxy;

  std::string trace;  ///< as Trace reads it

  /// Whether its token may be given to this host.
  [[nodiscard]] bool owns(const protocol::Host& host) const noexcept;
};

/// Only the hosts of a profile, whatever else its settings say. Throws Failure.
[[nodiscard]] std::vector<protocol::Host> hosts_of(const Settings& values);

/// Makes a profile of its settings. What no layer gives comes from the environment variables that every
/// client knows (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE), else from the defaults above. Throws Failure for a
/// bad value.
[[nodiscard]] Profile make_profile(std::string_view name, const Settings& values,
                                   const Environment& environment);

}  // namespace sase::config
