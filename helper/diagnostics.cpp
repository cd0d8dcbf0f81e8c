// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "helper/posix/stream.hpp"
#include "protocol/escape.hpp"

#include <exception>
#include <string>
#include <utility>

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

void WarningOnce::say(std::string_view what) noexcept try {
  if (diagnostics_ != nullptr && !std::exchange(said_, true))
    diagnostics_->warning(std::string(preface_) + protocol::escape(what));
} catch (const std::exception&) {
  return;
}

}  // namespace sase::helper
