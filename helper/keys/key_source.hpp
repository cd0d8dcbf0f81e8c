// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"
#include "helper/keys/api_key.hpp"
#include "helper/profiles/profile.hpp"

#include <array>
#include <string>
#include <string_view>

namespace sase::helper {

/// The variables that hold a key for a profile that names no source of its own: ours, then those of the
/// vendor's and the community's Terraform providers. The first one that is set counts.
inline constexpr std::array<std::string_view, 4> standard_key_variables = {
    "SASE_API_KEY", "CHECKPOINT_SASE_API_KEY", "PERIMETER81_API_KEY", "HARMONYSASE_API_KEY"};

/// A profile's key, read from where the profile says, else from a standard variable. Throws Failure, which
/// names the place and never a byte of the key, when there is none or it cannot be used.
[[nodiscard]] ApiKey read_api_key(const Profile& profile, const Environment& environment);

/// Reads a key from a file. Throws Failure unless the file is this user's or root's, closed to the group and
/// others (save a root-owned one on a memory file system, as containers mount secrets), and in a folder that
/// others cannot write.
[[nodiscard]] ApiKey read_key_file(const std::string& path);

}  // namespace sase::helper
