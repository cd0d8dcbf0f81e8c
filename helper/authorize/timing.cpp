// SPDX-License-Identifier: Apache-2.0
#include "helper/authorize/timing.hpp"

#include <algorithm>
#include <cstdint>
#include <thread>

#include <unistd.h>

namespace sase::authorize {

using std::chrono::milliseconds;

milliseconds SystemTiming::time_left() const {
  const auto left = std::chrono::floor<milliseconds>(deadline_ - std::chrono::steady_clock::now());
  return std::max(left, milliseconds(0));
}

std::chrono::sys_seconds SystemTiming::wall_clock() const {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

double SystemTiming::chance() {
  std::uint32_t bits = 0;
  // Without entropy every process would pause equally long; half of the range is as good as any.
  if (getentropy(&bits, sizeof bits) != 0) return 0.5;
  constexpr double range = 4294967296.0;  // 2^32
  return bits / range;
}

void SystemTiming::pause(milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

}  // namespace sase::authorize
