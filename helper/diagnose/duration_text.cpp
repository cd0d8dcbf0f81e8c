// SPDX-License-Identifier: Apache-2.0
#include "helper/diagnose/duration_text.hpp"

namespace sase::diagnose {

std::string format_duration(std::chrono::seconds duration) {
  const auto seconds = duration.count() < 0 ? 0 : duration.count();
  if (seconds < 120) return std::to_string(seconds) + 's';
  const auto minutes = seconds / 60;
  if (minutes < 60) return std::to_string(minutes) + 'm';
  const auto hours = minutes / 60;
  if (hours < 48)
    return std::to_string(hours) + 'h' +
           (minutes % 60 == 0 ? std::string() : ' ' + std::to_string(minutes % 60) + 'm');
  return std::to_string(hours / 24) + " days";
}

std::string format_milliseconds(std::chrono::microseconds duration) {
  const auto tenths = duration.count() / 100;
  if (tenths < 100) return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " ms";
  return std::to_string(tenths / 10) + " ms";
}

}  // namespace sase::diagnose
