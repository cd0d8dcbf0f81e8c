// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "helper/posix/stream.hpp"

#include <exception>
#include <string>

namespace sase::helper {

void Diagnostics::line(std::string_view prefix, std::string_view what) const noexcept {
  try {
    std::string text(prefix);
    text += what;
    text += '\n';
    write_all(fd_, text);
  } catch (const std::exception&) {
    return;
  }
}

}  // namespace sase::helper
