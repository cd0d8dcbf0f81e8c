// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace sase {

namespace {

/// Whoever reads what we say may have stopped to.
constexpr std::chrono::milliseconds patience{100};

}  // namespace

void Diagnostics::line(std::string_view prefix, std::string_view what) const noexcept {
  if (stuck_ || !os::writable_within(fd_, patience)) {
    stuck_ = true;
    return;
  }
  try {
    std::string text(prefix);
    text += what;
    text += '\n';
    os::write_all(fd_, text);
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

}  // namespace sase
