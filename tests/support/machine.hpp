// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/token_cache.hpp"
#include "helper/rate_limit/refresh_lock.hpp"
#include "helper/token/provider.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/expect.hpp"
#include "tests/support/fake_authorizer.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/temporary_directory.hpp"

#include <chrono>
#include <cstddef>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sase::tests {

inline constexpr std::string_view the_key = "a-test-api-key";

[[nodiscard]] inline config::Profile make_profile() {
  config::Profile profile;
  profile.name = "default";
  profile.authorize_url = "https://api.example.test/api/v1/auth/authorize";
  return profile;
}

[[nodiscard]] inline protocol::AuthError auth_error(
    protocol::ErrorKind kind, std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  return {.kind = kind,
          .transient = false,
          .what = "what happened",
          .hint = "what to do",
          .retry_after = retry_after};
}

[[nodiscard]] inline std::chrono::seconds time_left(const Token& token) {
  return ExpiryTimes::from(token.expiry).expires_in;
}

/// One machine's state, and calls that work with it.
struct Machine {
  TemporaryDirectory root;
  std::string directory = root.path("state/sase-credential");
  config::Profile profile = make_profile();
  cache::FileCache file_cache{directory};
  cache::TokenCache* cache = &file_cache;
  std::optional<std::string> state_directory = directory;
  FakeAuthorizer authorizer;
  MemoryFile error;
  Diagnostics diagnostics{error.fd()};
  Trace trace;
  std::chrono::milliseconds time = std::chrono::seconds(10);  ///< that a call has
  std::optional<config::ApiKeySource> place;                  ///< where its key was read

  [[nodiscard]] cache::Identity identity() const { return {profile.name, profile.authorize_url, the_key}; }

  [[nodiscard]] token::TokenProvider source(std::string_view key = the_key) {
    return {{.profile = profile,
             .cache = cache,
             .state_directory = state_directory,
             .authorizer = authorizer,
             .diagnostics = diagnostics,
             .trace = trace,
             .deadline = std::chrono::steady_clock::now() + time},
            {profile, api_key::ApiKey(protocol::Secret(key)), place}};
  }
  [[nodiscard]] std::string get() { return std::string(source().get().token.bearer.reveal()); }
  void erase(std::string_view token) { source().erase(token); }
  [[nodiscard]] Failure failure() {
    return catch_failure([this] { (void)source().get(); });
  }

  void keep(std::string_view token, std::chrono::seconds left) {
    const Token cached{.bearer = protocol::BearerToken(protocol::Secret(token)),
                       .expiry = Expiry::after(ClockReading::now(), left)};
    file_cache.store(identity(), cached);
  }
  [[nodiscard]] std::string kept() {
    const auto cached = file_cache.find(identity());
    return cached ? std::string(cached->bearer.reveal()) : "(none)";
  }

  /// The name of the lock and the request log.
  [[nodiscard]] std::string key_id() const { return rate_limit::make_key_id(profile.authorize_url, the_key); }
  [[nodiscard]] rate_limit::RefreshLock open_refresh_lock() const { return {directory, key_id()}; }
  [[nodiscard]] rate_limit::RefreshLock hold_lock() const {
    rate_limit::RefreshLock refresh_lock = open_refresh_lock();
    REQUIRE(refresh_lock.acquire());
    return refresh_lock;
  }
  [[nodiscard]] rate_limit::RequestLog log() const { return open_refresh_lock().read_log(); }
  /// Tests cannot move the boot clock, so they move the times in the request log.
  void change_log(const std::function<void(rate_limit::RequestLog&)>& change) const {
    rate_limit::RequestLog changed = log();
    change(changed);
    open_refresh_lock().write_log(changed);
  }
  /// Records an event of any process; noted() counts them.
  void note(std::string_view what) const { std::ofstream(root.path(what), std::ios::app) << 'x'; }
  [[nodiscard]] std::size_t noted(std::string_view what) const {
    return text_of_file(root.path(what)).size();
  }
  void trace_to_stderr() { trace = Trace("1", std::chrono::steady_clock::now(), diagnostics); }
  /// Waits until no process holds the lock.
  [[nodiscard]] bool is_idle() const {
    return open_refresh_lock().wait(std::chrono::steady_clock::now() + std::chrono::seconds(10));
  }
};

}  // namespace sase::tests
