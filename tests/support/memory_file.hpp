// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"

#include <string>
#include <string_view>

namespace sase::tests {

/// A file without a name that stands in for a standard stream: as input it holds the text to read, as output
/// it keeps what was written.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text = {});

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] std::string text() const;

 private:
  os::Fd fd_;
};

/// Both ends of a pipe. As for everything that the programs open, no child inherits them.
struct Pipe {
  os::Fd reader, writer;
};
[[nodiscard]] Pipe make_pipe();

}  // namespace sase::tests
