// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>

#include <sys/mman.h>

namespace sase::tests {

/// The locked memory of this process, in KiB (proc(5), VmLck).
[[nodiscard]] inline long locked_memory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "VmLck:")
    continue;
  long size = -1;
  status >> size;
  return size;
}

/// False without the right to lock memory, and under AddressSanitizer, which replaces mlock(2) by a function
/// without effect.
[[nodiscard]] inline bool can_lock_memory() {
  alignas(4096) static char page[4096];
  const long before = locked_memory();
  if (::mlock(page, sizeof page) != 0) return false;
  const bool is_effective = locked_memory() > before;
  ::munlock(page, sizeof page);
  return is_effective;
}

}  // namespace sase::tests
