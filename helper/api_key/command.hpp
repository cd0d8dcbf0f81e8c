// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/environment.hpp"

#include <chrono>
#include <string>

namespace sase::api_key {

/// Reads the key that a shell command writes. It runs through `/bin/sh -c` with our environment and standard
/// error, with nothing to read, and in a session of its own, so that it has no terminal to ask on. At
/// `deadline` it is killed with all that it started. Throws Failure: settings for a command that fails or
/// writes no key, unreachable for one that runs out of time.
[[nodiscard]] ApiKey run_api_key_command(const std::string& command, const Environment& environment,
                                         std::chrono::steady_clock::time_point deadline);

}  // namespace sase::api_key
