// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace sase::os {

/// The number of a group that is named by it or by its name in /etc/group. Groups that only a directory
/// service knows must be named by their numbers: a static program cannot ask the C library's plug-ins.
/// Nothing where there is none of that name.
[[nodiscard]] std::optional<gid_t> find_group(std::string_view word, const std::string& file = "/etc/group");

}  // namespace sase::os
