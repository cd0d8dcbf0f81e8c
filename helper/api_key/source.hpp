// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/api_key.hpp"
#include "helper/config/profile.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::api_key {

using config::ApiKeySource;

/// Where the profile's key is read from: the source that the profile names, whether it exists or not, else
/// the first standard source that exists. Nothing if none exists. Reads no key and runs no command. The value
/// of a systemd credential is its path, if the service has a directory of credentials.
[[nodiscard]] std::optional<ApiKeySource> find_source(const config::Profile& profile,
                                                      const Environment& environment);

/// The failure of a profile for which find_source() returns nothing.
[[nodiscard]] Failure no_key(const config::Profile& profile);

/// The source in a message: `SASE_API_KEY`, `the file '/home/me/key'`. Contains neither a command nor a value
/// that may be a key by mistake.
[[nodiscard]] std::string describe(const ApiKeySource& source);

/// Whether the source is the file of `login`, and `logout` has removed it since it was found.
[[nodiscard]] bool is_removed_by_logout(const ApiKeySource& source) noexcept;

/// Reads the key. A command runs with `environment`, at most until `deadline`; the other sources do not wait.
/// Throws Failure, which describes the source and contains no byte of the key.
[[nodiscard]] ApiKey read_key(const ApiKeySource& source, const Environment& environment,
                              std::chrono::steady_clock::time_point deadline);

}  // namespace sase::api_key
