// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace sase::config {

/// The profile that is meant where none is named.
inline constexpr std::string_view default_profile = "default";

/// Whether a text may name a profile: `[a-z0-9][a-z0-9._-]{0,63}`, so that it is always one safe file name.
[[nodiscard]] bool is_profile_name(std::string_view text) noexcept;

}  // namespace sase::config
