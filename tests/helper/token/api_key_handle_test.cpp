// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/rate_limit/refresh_lock.hpp"
#include "tests/support/dear_machine.hpp"

#include <string>

namespace sase::token {

namespace {

using tests::DeferredKeyMachine;

std::string find_stem(const cache::Identity* identity) {
  return identity != nullptr ? identity->file_stem() : "(none)";
}

}  // namespace

TEST_CASE("derives the identity from a key that is read on each call", "[api_key_handle]") {
  const config::Profile profile = tests::make_profile();
  ApiKeyHandle holder(profile, api_key::ApiKey(protocol::Secret(tests::the_key)));

  CHECK_FALSE(holder.is_deferred());
  CHECK(holder.key_id() == rate_limit::make_key_id(profile.authorize_url, tests::the_key));
  CHECK(find_stem(holder.find_identity()) ==
        cache::Identity(profile.name, profile.authorize_url, tests::the_key).file_stem());
  CHECK(find_stem(holder.find_identity()) == holder.get_or_create_identity().file_stem());
  CHECK(holder.key().reveal() == tests::the_key);
}

TEST_CASE("derives identity and key id of a deferred key from its command without running it",
          "[api_key_handle]") {
  DeferredKeyMachine machine;
  ApiKeyHandle holder = machine.holder();

  CHECK(holder.is_deferred());
  CHECK(holder.key_id() == rate_limit::make_command_key_id(machine.profile.authorize_url, machine.command));
  CHECK(find_stem(holder.find_identity()) == "(none)");
  const std::string stem = holder.get_or_create_identity().file_stem();
  CHECK(find_stem(holder.find_identity()) == stem);
  CHECK(find_stem(machine.holder().find_identity()) == stem);
  CHECK(machine.runs() == 0);
}

TEST_CASE("runs the command of a deferred key once per call", "[api_key_handle]") {
  DeferredKeyMachine machine;
  ApiKeyHandle holder = machine.holder();

  CHECK(holder.key().reveal() == tests::the_key);
  CHECK(holder.key().reveal() == tests::the_key);
  (void)holder.fingerprint();
  CHECK(machine.runs() == 1);
}

TEST_CASE("looks up the wrapping key at each call, since another process may have replaced it",
          "[api_key_handle]") {
  DeferredKeyMachine machine;
  ApiKeyHandle holder = machine.holder();
  const std::string before = holder.get_or_create_identity().file_stem();

  machine.lose_seal();

  CHECK(find_stem(holder.find_identity()) == "(none)");
  CHECK(holder.get_or_create_identity().file_stem() != before);
}

TEST_CASE("gives different keys different fingerprints", "[api_key_handle]") {
  DeferredKeyMachine machine;
  const std::string first = machine.holder().fingerprint();
  const std::string again = machine.holder().fingerprint();
  machine.key = [] { return std::string("another-key"); };
  const std::string other = machine.holder().fingerprint();

  CHECK(first.size() == 32);
  CHECK(first == again);
  CHECK(first != other);
}

}  // namespace sase::token
