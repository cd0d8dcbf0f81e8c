// SPDX-License-Identifier: Apache-2.0
#include "helper/token/api_key_handle.hpp"

#include "helper/rate_limit/refresh_lock.hpp"
#include "tests/support/deferred_key_machine.hpp"

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
  ApiKeyHandle key(profile, api_key::ApiKey(protocol::Secret(tests::the_key)));

  CHECK_FALSE(key.is_deferred());
  CHECK(key.key_id() == rate_limit::make_key_id(profile.authorize_url, tests::the_key));
  CHECK(find_stem(key.find_identity()) ==
        cache::Identity(profile.name, profile.authorize_url, tests::the_key).file_stem());
  CHECK(find_stem(key.find_identity()) == key.get_or_create_identity().file_stem());
  CHECK(key.key().reveal() == tests::the_key);
}

TEST_CASE("derives identity and key id of a deferred key from its command without running it",
          "[api_key_handle]") {
  DeferredKeyMachine machine;
  ApiKeyHandle key = machine.key_handle();

  CHECK(key.is_deferred());
  CHECK(key.key_id() == rate_limit::make_command_key_id(machine.profile.authorize_url, machine.command));
  CHECK(find_stem(key.find_identity()) == "(none)");
  const std::string stem = key.get_or_create_identity().file_stem();
  CHECK(find_stem(key.find_identity()) == stem);
  CHECK(find_stem(machine.key_handle().find_identity()) == stem);
  CHECK(machine.runs() == 0);
}

TEST_CASE("runs the command of a deferred key once per call", "[api_key_handle]") {
  DeferredKeyMachine machine;
  ApiKeyHandle key = machine.key_handle();

  CHECK(key.key().reveal() == tests::the_key);
  CHECK(key.key().reveal() == tests::the_key);
  (void)key.fingerprint();
  CHECK(machine.runs() == 1);
}

TEST_CASE("looks up the wrapping key at each call, since another process may have replaced it",
          "[api_key_handle]") {
  DeferredKeyMachine machine;
  ApiKeyHandle key = machine.key_handle();
  const std::string before = key.get_or_create_identity().file_stem();

  machine.lose_wrapping_key();

  CHECK(find_stem(key.find_identity()) == "(none)");
  CHECK(key.get_or_create_identity().file_stem() != before);
}

TEST_CASE("gives different keys different fingerprints", "[api_key_handle]") {
  DeferredKeyMachine machine;
  const std::string first = machine.key_handle().fingerprint();
  const std::string again = machine.key_handle().fingerprint();
  machine.key = [] { return std::string("another-key"); };
  const std::string other = machine.key_handle().fingerprint();

  CHECK(first.size() == 32);
  CHECK(first == again);
  CHECK(first != other);
}

}  // namespace sase::token
