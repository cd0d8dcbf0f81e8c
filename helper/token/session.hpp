// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"
#include "helper/commands/commands.hpp"
#include "helper/config/profile_selector.hpp"
#include "helper/token/provider.hpp"
#include "helper/trace.hpp"
#include "protocol/git/credential_request.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace sase::token {

/// Trades the key in a process of its own. Whoever gets this far waits for the network, and has the time to
/// be told of misspelt variables.
class WarningAuthorizer : public AuthorizerProcess {
 public:
  explicit WarningAuthorizer(const commands::Call& call) noexcept
      : AuthorizerProcess(call.environment), misspelt_variables_(call.misspelled_variables) {}

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point deadline) override;

 private:
  config::MisspelledVariables& misspelt_variables_;
};

/// Composes what gives the tokens of a profile during one call. Reads the key unless it is given, or a
/// command must run for it, which is left for when the service is asked; throws Failure where it cannot.
class TokenSession {
 public:
  TokenSession(const commands::Call& call, const config::Profile& profile,
               std::optional<api_key::ApiKey> key = std::nullopt);

  [[nodiscard]] TokenProvider& source() noexcept { return source_; }

  /// When the call has to come to its end.
  [[nodiscard]] std::chrono::steady_clock::time_point deadline() const noexcept { return deadline_; }

 private:
  Trace trace_;
  std::chrono::steady_clock::time_point deadline_;
  std::unique_ptr<cache::TokenCache> cache_;
  WarningAuthorizer authorizer_;
  TokenProvider source_;
};

/// The choice of a profile by this call's flags and environment.
[[nodiscard]] config::ProfileSelector profile_selector(const commands::Call& call);

/// Reads a request from the call's input. Throws Failure (request) when it is not understood.
[[nodiscard]] protocol::Secret read_request(const commands::Call& call);
[[nodiscard]] protocol::CredentialRequest parse_request(const protocol::Secret& text);

/// Reads a JSON document from the call's input, of at most protocol::JsonObject::usual_limit bytes. Throws
/// Failure (request) when it cannot be read or is longer. `form` says how it is written.
[[nodiscard]] protocol::Secret read_document(const commands::Call& call, const char* form);

/// The failure of a request on standard input; `form` says how one is written.
[[nodiscard]] Failure not_understood(const std::string& why, const char* form);

/// The profile that owns an origin, where a host must be told that none does. `what` names the origin in that
/// message. Throws Failure.
[[nodiscard]] config::Profile owner_of(const config::ProfileSelector& choice, const protocol::Origin& origin,
                                       std::string_view what);

/// The profile that a request is about; nothing when it is not ours. Throws Failure.
[[nodiscard]] std::optional<config::Profile> profile_for(const commands::Call& call,
                                                         const protocol::CredentialRequest& request);

}  // namespace sase::token
