// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/login_files.hpp"
#include "helper/config/profile.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::commands {

/// The output of a successful `login`: what was verified and stored, and examples to copy. `lifetime` is that
/// of the issued token; nothing if none was requested.
[[nodiscard]] std::string login_report(const config::Profile& profile, const api_key::LoginFiles& files,
                                       std::optional<std::chrono::seconds> lifetime);

}  // namespace sase::commands
