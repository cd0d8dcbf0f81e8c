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

/// The reader may have stopped reading.
constexpr std::chrono::milliseconds longest_wait{100};

}  // namespace

void Diagnostics::line(int fd, std::string_view prefix, std::string_view what) const noexcept {
  if (fd < 0 || stuck_) return;
  stuck_ = !os::writable_within(fd, longest_wait);
  if (stuck_) return;
  try {
    std::string text(prefix);
    text += what;
    text += '\n';
    os::write_all(fd, text);
  } catch (const std::exception&) {
    return;
  }
}

void WarningOnce::warn(std::string_view what) noexcept try {
  if (diagnostics_ != nullptr && !std::exchange(has_warned_, true))
    diagnostics_->warning(std::string(preface_) + protocol::escape(what));
} catch (const std::exception&) {
  return;
}

}  // namespace sase
