// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/api_key.hpp"
#include "helper/failure.hpp"
#include "helper/os/keyring/user_keyring.hpp"

#include <system_error>

namespace sase::api_key {

namespace {

/// keyctl reads the key from standard input, so that no process list contains it.
constexpr const char* put_it_there = "put it there with: keyctl padd user NAME @u <FILE";

/// The description is not shown: users put the key itself there by mistake.
Failure no_key_in_keyring(const std::string& why, std::string hint) {
  return Failure(ExitCode::invalid_settings,
                 "cannot use the key of the kernel's keyring that 'api-key-keyring' names: " + why,
                 std::move(hint));
}

Failure explain(const std::error_code& error) {
  using os::KeyringError;
  switch (os::keyring_error(error)) {
    case KeyringError::no_such_key: return no_key_in_keyring("there is no such key", put_it_there);
    case KeyringError::expired: return no_key_in_keyring("it has expired", put_it_there);
    case KeyringError::revoked: return no_key_in_keyring("it was revoked", put_it_there);
    case KeyringError::rejected: return no_key_in_keyring("it was rejected", put_it_there);
    case KeyringError::permission_denied:
      return no_key_in_keyring(
          "its permissions do not let this user read it",
          "see: keyctl show @u; let the user read it with: keyctl setperm ID 0x3f3f0000");
    case KeyringError::forbidden:
      return no_key_in_keyring("the kernel's keyring is forbidden here, as containers do",
                               "use 'api-key-file' or another source of the key");
    case KeyringError::not_supported:
      return no_key_in_keyring("this kernel has no keyring",
                               "use 'api-key-file' or another source of the key");
    case KeyringError::other: break;
  }
  return no_key_in_keyring(error.message(), put_it_there);
}

}  // namespace

ApiKey read_keyring(const std::string& description) try {
  return ApiKey(os::read_keyring_entry(description, max_text));
} catch (const std::system_error& error) {
  throw explain(error.code());
}

}  // namespace sase::api_key
