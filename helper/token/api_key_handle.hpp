// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/cache/encryption.hpp"
#include "helper/config/profile.hpp"
#include "helper/config/settings.hpp"
#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace sase::token {

/// What a TokenSession takes from its call. Everything referred to must outlive the session.
struct SessionContext {
  const Environment& environment;
  const Diagnostics& diagnostics;
  config::IgnoredVariables& ignored_variables;
  std::chrono::steady_clock::time_point start;     ///< of the call
  std::span<const config::Assignment> flags = {};  ///< the settings of the command line
};

/// What stands for the key of an `api-key-command` in a token's identity, so that a cached token is found
/// without running the command.
struct CommandIdentity {
  std::string command;
  cache::WrappingKey wrapping_key;  ///< named by make_command_key_id()
};

/// How the key of a call is read when it is first needed.
struct KeyReader {
  using Deadline = std::chrono::steady_clock::time_point;

  std::function<api_key::ApiKey(Deadline)> read;    ///< throws Failure
  std::optional<config::ApiKeySource> source = {};  ///< of a key that `logout` may remove
  std::optional<CommandIdentity> command = {};      ///< for a key that is deferred until the service is asked
};

/// The API key of one call, and the identity that its tokens, lock and request log are bound to.
///
/// Normally the identity is derived from the key, which is read for each call. The key of an
/// `api-key-command` is deferred: the command may be slow or ask the user, so it runs only before a request
/// to the service, and the identity is derived from its text.
class ApiKeyHandle {
 public:
  /// For a key that has been read. The profile must outlive the handle.
  ApiKeyHandle(const config::Profile& profile, api_key::ApiKey key,
               std::optional<config::ApiKeySource> source = std::nullopt);
  ApiKeyHandle(const config::Profile& profile, KeyReader reader);

  [[nodiscard]] bool is_deferred() const noexcept { return reader_.command.has_value(); }

  /// Whether `logout` has removed the key since it was read.
  [[nodiscard]] bool is_removed_by_logout() const noexcept {
    return reader_.source && api_key::is_removed_by_logout(*reader_.source);
  }

  /// Names the lock and the request log. Throws Failure if the key cannot be read.
  [[nodiscard]] std::string key_id();

  /// The identity of cached tokens; null while no wrapping key exists for a deferred key. Valid until the
  /// next call. Throws Failure if the key cannot be read.
  [[nodiscard]] const cache::Identity* find_identity();

  /// The same for storing a token: creates the wrapping key. The caller holds the refresh lock. Throws
  /// std::system_error and Failure.
  [[nodiscard]] const cache::Identity& get_or_create_identity();

  /// Reads the key at the first call. Throws Failure.
  [[nodiscard]] const api_key::ApiKey& key();

  /// Until when a command that writes the key may run.
  KeyReader::Deadline deadline{};

  /// Distinguishes deferred keys: 32 hexadecimal digits that do not reveal the key. The caller holds the
  /// refresh lock. Throws Failure.
  [[nodiscard]] std::string fingerprint();

 private:
  void bind_to_command(const protocol::Secret& wrapping_key);

  const config::Profile& profile_;
  KeyReader reader_;
  std::optional<api_key::ApiKey> key_;
  std::optional<cache::Identity> identity_;
};

/// The key of the source that the profile names, or else of the first standard one. Everything referred to
/// must outlive the handle. Only with `has_cache` does a deferred key need a place for its wrapping key.
[[nodiscard]] ApiKeyHandle make_key_handle(const SessionContext& context, const config::Profile& profile,
                                           bool has_cache, const Trace& trace);

}  // namespace sase::token
