// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace sase::diagnose {

/// A duration as a person wants to know it, cut to its two largest units: `45s`, `59m`, `2h 5m`, `12 days`.
/// Below zero it is none: `0s`.
[[nodiscard]] std::string format_duration(std::chrono::seconds duration);

/// How long a part of a call took: `0.2 ms`, `15 ms`.
[[nodiscard]] std::string format_milliseconds(std::chrono::microseconds duration);

}  // namespace sase::diagnose
