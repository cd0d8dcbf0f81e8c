// SPDX-License-Identifier: Apache-2.0
#include "helper/api_key/keyring.hpp"

#include "helper/failure.hpp"
#include "helper/os/keyring/reachable_entry.hpp"
#include "protocol/protocol_error.hpp"

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace sase::api_key {

namespace {

/// Reads the key from its standard input, so that no list of processes shows it.
constexpr const char* put_it_there = "put it there with: keyctl padd user NAME @u <FILE";

/// The description is not shown: keys have been put in its place.
Failure no_key_in_keyring(const std::string& why, std::string hint) {
  return Failure(ExitCode::invalid_settings,
                 "cannot use the key of the kernel's keyring that 'api-key-keyring' names: " + why,
                 std::move(hint));
}

Failure failure_of(const std::error_code& error) {
  switch (error.value()) {
    case ENOKEY: return no_key_in_keyring("there is no such key", put_it_there);
    case EKEYEXPIRED: return no_key_in_keyring("it has expired", put_it_there);
    case EKEYREVOKED: return no_key_in_keyring("it was revoked", put_it_there);
    case EKEYREJECTED: return no_key_in_keyring("it was rejected", put_it_there);
    case EACCES:
      return no_key_in_keyring(
          "its permissions do not let this user read it",
          "see: keyctl show @u; let the user read it with: keyctl setperm ID 0x3f3f0000");
    case EPERM:
      return no_key_in_keyring("the kernel's keyring is forbidden here, as containers do",
                               "use 'api-key-file' or another source of the key");
    case ENOSYS:
      return no_key_in_keyring("this kernel has no keyring",
                               "use 'api-key-file' or another source of the key");
    default: return no_key_in_keyring(error.message(), put_it_there);
  }
}

}  // namespace

ApiKey read_keyring_api_key(const std::string& description) try {
  return ApiKey(os::read_keyring_entry(description, ApiKey::max_size + 2));
} catch (const std::system_error& error) {
  throw failure_of(error.code());
} catch (const std::length_error&) {
  throw no_key_in_keyring("it is longer than 16 KiB", put_it_there);
} catch (const protocol::ProtocolError& error) {
  throw no_key_in_keyring(error.what(), put_it_there);
}

}  // namespace sase::api_key
