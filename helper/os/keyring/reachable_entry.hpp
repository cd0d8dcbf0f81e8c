// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/secret.hpp"

#include <cstddef>
#include <string>

namespace sase::os {

/// The bytes of a key of the type "user" that this process can reach: in the keyrings of its session, of
/// which the user keyring (user_keyring.hpp) is part on most machines, and else in the user keyring itself,
/// which cron jobs, services and sudo may have out of reach. The kernel calls nobody to make one. Throws
/// std::system_error: ENOKEY, EKEYEXPIRED, EKEYREVOKED and EKEYREJECTED for a key that is not there or not
/// there any more, EACCES for one that this user may not read, EPERM where keyrings are forbidden, ENOSYS
/// where the kernel has none. Throws std::length_error past `limit` bytes.
[[nodiscard]] protocol::Secret read_keyring_entry(const std::string& description, std::size_t limit);

}  // namespace sase::os
