// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnostics.hpp"

#include "helper/os/files/file_system.hpp"
#include "helper/os/processes/this_process.hpp"
#include "protocol/escape.hpp"
#include "protocol/time.hpp"

#include <cstdlib>
#include <exception>
#include <system_error>
#include <utility>

namespace sase {

namespace {

/// The reader may have stopped reading.
constexpr std::chrono::milliseconds longest_wait{100};

/// `+12.345 ms `, or with a minus for what was before the start.
std::string format_offset(Trace::Clock::duration since) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  std::string fraction = std::to_string(std::abs(micros % 1000));
  fraction.insert(0, 3 - fraction.size(), '0');
  return (micros < 0 ? '-' : '+') + std::to_string(std::abs(micros / 1000)) + '.' + fraction + " ms ";
}

/// A file contains the lines of many calls, so each line has the time and the process id.
std::string make_file_prefix(Trace::Clock::time_point at) {
  const auto ago = Trace::Clock::now() - at;
  const auto then = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - ago);
  return protocol::format_rfc3339(then) + ' ' + std::to_string(os::process_id()) + ' ';
}

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

Trace::Trace(const std::string& setting, Clock::time_point start, const Diagnostics& diagnostics)
    : start_(start) {
  if (setting.empty()) return;
  try {
    if (setting.starts_with('/')) file_ = os::open_private_log(setting);
    diagnostics_ = &diagnostics;
  } catch (const std::system_error& error) {
    diagnostics.warning("cannot trace: " + protocol::escape(error.what()));
  }
}

void Trace::line(Clock::time_point at, std::string_view text) const noexcept try {
  if (!on()) return;
  const std::string line = format_offset(at - start_) + std::string(text);
  if (file_)
    os::write_all(file_.get(), make_file_prefix(at) + line + '\n');
  else
    diagnostics_->trace(line);
} catch (const std::exception&) {
  return;
}

}  // namespace sase
