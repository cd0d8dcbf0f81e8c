// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/api_key/login_files.hpp"
#include "helper/config/profile.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace sase::commands {

/// What `login` says when it is done: what was verified (`lifetime` is that of the token that was given;
/// nothing: no token was asked for), what was kept and where, and the lines to copy next.
[[nodiscard]] std::string login_report(const config::Profile& profile, const api_key::LoginFiles& files,
                                       std::optional<std::chrono::seconds> lifetime);

}  // namespace sase::commands
