// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "helper/os/stream.hpp"
#include "protocol/escape.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>

namespace sase {

namespace {

/// The reader may have stopped reading.
constexpr std::chrono::milliseconds longest_wait{100};

}  // namespace

void Diagnostics::line(std::string_view prefix, std::string_view what) const noexcept {
  if (stuck_ || !os::writable_within(fd_, longest_wait)) {
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

void Diagnostics::relay(std::string_view lines) const noexcept {
  constexpr std::size_t max_piece = 4000;
  while (!lines.empty()) {
    const std::size_t end = std::min({lines.find('\n'), lines.size(), max_piece});
    line({}, lines.substr(0, end));
    lines.remove_prefix(end < lines.size() && lines[end] == '\n' ? end + 1 : end);
  }
}

void WarningOnce::warn(std::string_view what) noexcept try {
  if (diagnostics_ != nullptr && !std::exchange(has_warned_, true))
    diagnostics_->warning(std::string(preface_) + protocol::escape(what));
} catch (const std::exception&) {
  return;
}

}  // namespace sase
