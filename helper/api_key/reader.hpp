// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/api_key/key_place.hpp"
#include "helper/environment.hpp"

#include <chrono>

namespace sase::api_key {

/// Reads the key in a place. A command runs until `deadline` at the longest and with `environment`; all else
/// takes no time. Throws Failure, which names the place and never a byte of the key, when there is none or it
/// cannot be used.
[[nodiscard]] ApiKey read_key(const ApiKeyLocation& place, const Environment& environment,
                              std::chrono::steady_clock::time_point deadline);

}  // namespace sase::api_key
