// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/rate_limit/request_log_file.hpp"
#include "tests/support/dear_machine.hpp"

#include <chrono>
#include <string>

namespace sase::token {

namespace {

using tests::DeferredKeyMachine;

constexpr std::chrono::steady_clock::time_point deadline{};

std::string stem_of(const cache::Identity* identity) {
  return identity != nullptr ? identity->file_stem() : "(none)";
}

}  // namespace

TEST_CASE("a key that is at hand binds tokens itself", "[key_holder]") {
  const config::Profile profile = tests::make_profile();
  ApiKeyHandle holder(profile, api_key::ApiKey(protocol::Secret(tests::the_key)));

  CHECK_FALSE(holder.is_deferred());
  CHECK(holder.key_id() == rate_limit::make_key_id(profile.authorize_url, tests::the_key));
  CHECK(stem_of(holder.find_identity()) ==
        cache::Identity(profile.name, profile.authorize_url, tests::the_key).file_stem());
  CHECK(stem_of(holder.find_identity()) == holder.get_or_create_identity().file_stem());
  CHECK(holder.key(deadline).reveal() == tests::the_key);
}

TEST_CASE("a dear key is not read for what tokens, lock and ledger are bound to", "[key_holder]") {
  DeferredKeyMachine machine;
  ApiKeyHandle holder = machine.holder();

  CHECK(holder.is_deferred());
  CHECK(holder.key_id() == rate_limit::make_command_key_id(machine.profile.authorize_url, machine.command));
  CHECK(stem_of(holder.find_identity()) == "(none)");
  const std::string stem = holder.get_or_create_identity().file_stem();
  CHECK(stem_of(holder.find_identity()) == stem);
  CHECK(stem_of(machine.holder().find_identity()) == stem);
  CHECK(machine.runs() == 0);
}

TEST_CASE("a dear key is read once a call", "[key_holder]") {
  DeferredKeyMachine machine;
  ApiKeyHandle holder = machine.holder();

  CHECK(holder.key(deadline).reveal() == tests::the_key);
  CHECK(holder.key(deadline).reveal() == tests::the_key);
  (void)holder.fingerprint(deadline);
  CHECK(machine.runs() == 1);
}

TEST_CASE("what seals is looked up anew, since another call may have made one", "[key_holder]") {
  DeferredKeyMachine machine;
  ApiKeyHandle holder = machine.holder();
  const std::string before = holder.get_or_create_identity().file_stem();

  machine.lose_seal();

  CHECK(stem_of(holder.find_identity()) == "(none)");
  CHECK(holder.get_or_create_identity().file_stem() != before);
}

TEST_CASE("a fingerprint tells one key from another, and is nothing of it", "[key_holder]") {
  DeferredKeyMachine machine;
  const std::string first = machine.holder().fingerprint(deadline);
  const std::string again = machine.holder().fingerprint(deadline);
  machine.key = [] { return std::string("another-key"); };
  const std::string other = machine.holder().fingerprint(deadline);

  CHECK(first.size() == 32);
  CHECK(first == again);
  CHECK(first != other);
}

}  // namespace sase::token
