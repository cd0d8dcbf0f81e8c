// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cache/encryption.hpp"
#include "helper/os/keyring/user_keyring.hpp"
#include "helper/token/api_key_handle.hpp"
#include "tests/support/machine.hpp"
#include "tests/support/test_keys.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

namespace sase::tests {

/// A machine whose profile has its key from a command.
struct DeferredKeyMachine : Machine {
  TestKeys keys;
  std::string command = "pass show sase";
  /// What the command writes. Each run, in any process, is noted as "run".
  std::function<std::string()> key = [] { return std::string(the_key); };

  [[nodiscard]] std::string key_id() const override {
    return rate_limit::make_command_key_id(profile.authorize_url, command);
  }
  [[nodiscard]] cache::WrappingKey wrapping_key() const { return {key_id(), directory, keys.prefix()}; }
  [[nodiscard]] token::ApiKeyHandle key_handle() {
    return {profile,
            {.read =
                 [this](std::chrono::steady_clock::time_point) {
                   note("run");
                   return api_key::ApiKey(protocol::Secret(key()));
                 },
             .command = token::CommandIdentity{.command = command, .wrapping_key = wrapping_key()}}};
  }
  [[nodiscard]] token::TokenProvider source() {
    return {{.profile = profile,
             .cache = cache,
             .state_directory = state_directory,
             .authorizer = authorizer,
             .diagnostics = diagnostics,
             .trace = trace,
             .deadline = std::chrono::steady_clock::now() + time,
             .fleet = fleet,
             .fleet_settings = profile.fleet},
            key_handle()};
  }
  [[nodiscard]] std::string get() { return std::string(source().get().token.bearer.reveal()); }
  [[nodiscard]] Failure failure() {
    return catch_failure([this] { (void)source().get(); });
  }
  void command_fails(ExitCode code) {
    key = [code]() -> std::string { throw Failure(code, "the command failed", "fix it"); };
  }

  /// As after a restart of the machine.
  void lose_wrapping_key() const {
    (void)std::remove((directory + '/' + key_id() + ".wrapping-key").c_str());
    if (has_keyring()) (void)os::UserKeyring::remove(keys.prefix() + "wrapping-key:" + key_id());
  }

  /// How often the command ran.
  [[nodiscard]] std::size_t runs() const { return noted("run"); }
  /// The last failure was a second ago, so that a call that begins now did not wait for it.
  void let_a_second_pass() const {
    change_log([](rate_limit::RequestLog& log) { log.failure->at -= std::chrono::seconds(1); });
  }
};

}  // namespace sase::tests
