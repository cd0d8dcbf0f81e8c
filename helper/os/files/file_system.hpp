// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sase::os {

/// Whether a file or directory is on a file system in memory (tmpfs, ramfs). False where that cannot be told.
[[nodiscard]] bool is_in_memory(int fd) noexcept;
[[nodiscard]] bool is_in_memory(const std::string& path) noexcept;

}  // namespace sase::os
