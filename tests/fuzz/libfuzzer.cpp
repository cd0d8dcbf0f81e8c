// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/readers.hpp"

#include <cstddef>
#include <cstdint>

/// The entry point for libFuzzer. SASE_READER names the reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sase::fuzz::SASE_READER({reinterpret_cast<const char*>(data), size});
  return 0;
}
