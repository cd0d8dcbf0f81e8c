// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/token/provider.hpp"
#include "helper/trace.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>

namespace sase::token {

/// What a TokenSession takes from its call. Everything referred to must outlive the session.
struct SessionContext {
  const Environment& environment;
  const Diagnostics& diagnostics;
  config::MisspelledVariables& misspelled_variables;
  std::chrono::steady_clock::time_point start;     ///< of the call
  std::span<const config::Assignment> flags = {};  ///< the settings of the command line
};

/// Composes the parts that provide a profile's token during one call: trace, cache, API key, authorizer. The
/// key is read at first use.
class TokenSession {
 public:
  /// `profile` must outlive the session. `key` replaces the profile's own key source.
  TokenSession(const SessionContext& context, const config::Profile& profile,
               std::optional<api_key::ApiKey> key = std::nullopt);

  [[nodiscard]] TokenProvider& provider() noexcept { return provider_; }

  /// For a process that becomes another program, which would have a child that it did not start.
  void wait_for_programs() noexcept { fleet_.wait_for_end(); }

 private:
  SessionContext context_;
  Trace trace_;
  std::unique_ptr<cache::TokenCache> cache_;
  AuthorizerProcess authorizer_;
  FleetProcess fleet_;
  TokenProvider provider_;
};

}  // namespace sase::token
