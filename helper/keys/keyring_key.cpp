// SPDX-License-Identifier: Apache-2.0
#include "helper/keys/keyring_key.hpp"

#include "helper/failure.hpp"
#include "helper/posix/reachable_key.hpp"
#include "protocol/protocol_error.hpp"

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace sase::helper {

namespace {

/// Reads the key from its standard input, so that no list of processes shows it.
constexpr const char* put_it_there = "put it there with: keyctl padd user NAME @u <FILE";

/// The description is not shown: keys have been put in its place.
Failure unusable(const std::string& why, std::string hint) {
  return Failure(ExitCode::settings,
                 "cannot use the key of the kernel's keyring that 'api-key-keyring' names: " + why,
                 std::move(hint));
}

Failure failure_of(const std::error_code& error) {
  switch (error.value()) {
    case ENOKEY: return unusable("there is no such key", put_it_there);
    case EKEYEXPIRED: return unusable("it has expired", put_it_there);
    case EKEYREVOKED: return unusable("it was revoked", put_it_there);
    case EKEYREJECTED: return unusable("it was rejected", put_it_there);
    case EACCES:
      return unusable("its permissions do not let this user read it",
                      "see: keyctl show @u; let the user read it with: keyctl setperm ID 0x3f3f0000");
    case EPERM:
      return unusable("the kernel's keyring is forbidden here, as containers do",
                      "use 'api-key-file' or another source of the key");
    case ENOSYS:
      return unusable("this kernel has no keyring", "use 'api-key-file' or another source of the key");
    default: return unusable(error.message(), put_it_there);
  }
}

}  // namespace

ApiKey read_keyring_key(const std::string& description) try {
  return ApiKey(read_reachable_key(description, ApiKey::max_size + 2));
} catch (const std::system_error& error) {
  throw failure_of(error.code());
} catch (const std::length_error&) {
  throw unusable("it is longer than 16 KiB", put_it_there);
} catch (const protocol::ProtocolError& error) {
  throw unusable(error.what(), put_it_there);
}

}  // namespace sase::helper
