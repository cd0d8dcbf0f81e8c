// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "protocol/authorize/request.hpp"
#include "protocol/authorize/response.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sase::token {

/// Exchanges an API key for a token.
class Authorizer {
 public:
  Authorizer() = default;
  Authorizer(const Authorizer&) = delete;
  Authorizer& operator=(const Authorizer&) = delete;
  virtual ~Authorizer() = default;

  /// Returns by `deadline`. Trace lines of the authorizer go to `trace` at once. An authorizer that fails is
  /// an error of kind ErrorKind::authorizer_failed, with the number of requests that it had sent.
  [[nodiscard]] virtual protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                           std::chrono::steady_clock::time_point deadline,
                                                           const Trace& trace) = 0;
};

/// The path of an internal program, relative to the front's real path, so that an installed tree can be
/// moved, and called through a symlink. Nothing where /proc is not mounted.
[[nodiscard]] std::optional<std::string> find_internal_program(std::string_view name);

/// What OpenSSL and the resolver may need of the environment; ends with a null pointer.
[[nodiscard]] std::vector<const char*> environment_for_network(const Environment& environment);

/// The remedy for an internal program that cannot be started.
[[nodiscard]] std::string_view start_hint(const std::error_code& error, const std::string& program) noexcept;

/// Runs the program `authorize` for each request, and kills it at the deadline. The checks and the token that
/// have arrived by then are part of the reply.
class AuthorizerProcess : public Authorizer {
 public:
  /// The environment must outlive this object. The program receives only the variables that OpenSSL and the
  /// resolver may need: none that may contain a key, and none that makes the loader or OpenSSL run other
  /// code.
  explicit AuthorizerProcess(const Environment& environment) noexcept : environment_(environment) {}

  [[nodiscard]] protocol::AuthorizeReply authorize(const protocol::AuthorizeRequest& request,
                                                   std::chrono::steady_clock::time_point deadline,
                                                   const Trace& trace) override;

 private:
  const Environment& environment_;
};

}  // namespace sase::token
