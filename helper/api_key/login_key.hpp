// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sase::api_key {

/// The file that `login` keeps a profile's key in, whether it is there or not; nothing where the environment
/// leads to no directory. `profile` must be a profile's name.
[[nodiscard]] std::optional<std::string> login_key_path(const Environment& environment,
                                                        std::string_view profile);

}  // namespace sase::api_key
