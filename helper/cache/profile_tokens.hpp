// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <cstddef>
#include <string_view>

namespace sase::cache {

/// Removes every token that is kept for a profile, in files and in the kernel's keyring, whatever key it was
/// given for. Returns how many there were. Throws std::system_error for a directory or file that cannot be
/// used; a kernel without keyrings has none.
std::size_t remove_tokens_of(std::string_view profile, const Environment& environment);

}  // namespace sase::cache
