// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"

#include <string>

namespace sase::api_key {

/// Reads a key from a file. Throws Failure unless the file is this user's or root's, closed to the group and
/// others (save a root-owned one on a memory file system, as containers mount secrets), and in a directory
/// that others cannot write.
[[nodiscard]] ApiKey read_api_key_file(const std::string& path);

}  // namespace sase::api_key
