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

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

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
  return {.kind = kind, .what = "what happened", .hint = "what to do", .retry_after = retry_after};
}

[[nodiscard]] inline std::chrono::seconds time_left(const Token& token) {
  return ExpiryTimes::from(token.expiry).expires_in;
}

/// A cache that can be read, but not written.
class FullCache : public cache::TokenCache {
 public:
  explicit FullCache(cache::TokenCache& cache) noexcept : cache_(cache) {}

  [[nodiscard]] std::optional<Token> find(const cache::Identity& identity) override {
    return cache_.find(identity);
  }
  void store(const cache::Identity&, const Token&) override {
    throw std::system_error(ENOSPC, std::generic_category(), "cannot write the token");
  }
  void remove(const cache::Identity& identity) override { cache_.remove(identity); }

 private:
  cache::TokenCache& cache_;
};

/// One machine's state, and calls that work with it.
struct Machine {
  Machine() = default;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  virtual ~Machine() = default;

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
  token::FleetStore* fleet = nullptr;
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
             .deadline = std::chrono::steady_clock::now() + time,
             .fleet = fleet,
             .fleet_settings = profile.fleet},
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

  /// Names the lock file, which contains the request log.
  [[nodiscard]] virtual std::string key_id() const {
    return rate_limit::make_key_id(profile.authorize_url, the_key);
  }
  [[nodiscard]] std::string log_file() const { return directory + '/' + key_id() + ".lock"; }
  [[nodiscard]] rate_limit::RefreshLock hold_lock(std::chrono::milliseconds patience = {}) const {
    const BootTime now = BootClock::now();
    auto lock =
        rate_limit::RefreshLock::acquire(directory, key_id(), now + patience, now + std::chrono::minutes(1));
    REQUIRE(lock);
    return *std::move(lock);
  }
  [[nodiscard]] bool is_locked() const {
    return !rate_limit::RefreshLock::acquire(directory, key_id(), BootTime{}, BootClock::now());
  }
  [[nodiscard]] rate_limit::RequestLog log() const {
    const auto state = os::PrivateDirectory::open(directory);
    return state ? rate_limit::read_request_log(*state, key_id()) : rate_limit::RequestLog{};
  }
  /// Tests cannot move the boot clock, so they move the times in the request log.
  void change_log(const std::function<void(rate_limit::RequestLog&)>& change) const {
    change_log(hold_lock(), change);
  }
  static void change_log(const rate_limit::RefreshLock& lock,
                         const std::function<void(rate_limit::RequestLog&)>& change) {
    rate_limit::RequestLog changed = lock.read_log();
    change(changed);
    lock.write_log(changed);
  }
  /// Records an event of any process; noted() counts them.
  void note(std::string_view what) const { std::ofstream(root.path(what), std::ios::app) << 'x'; }
  [[nodiscard]] std::size_t noted(std::string_view what) const {
    return text_of_file(root.path(what)).size();
  }
  void trace_to_stderr() { trace = Trace("1", std::chrono::steady_clock::now(), diagnostics); }
  /// Waits until no process holds the lock.
  [[nodiscard]] bool is_idle() const {
    (void)hold_lock(std::chrono::seconds(10));
    return true;
  }
};

}  // namespace sase::tests
