// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"

#include <string>

namespace sase::api_key {

/// Reads the `user` key of a description from the kernel's keyrings, wherever this process can reach one
/// (posix/reachable_entry.hpp). Throws Failure.
[[nodiscard]] ApiKey read_keyring_api_key(const std::string& description);

}  // namespace sase::api_key
