// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/cli/terminal.hpp"
#include "helper/diagnose/profile_status.hpp"

#include <string>
#include <vector>

namespace sase::diagnose {

/// For people: a row for each profile, with what went wrong below it. `*` marks the one that is meant where
/// none is named.
[[nodiscard]] std::string status_text(const std::vector<ProfileStatus>& profiles,
                                      const cli::Terminal& terminal);

/// For programs: one JSON object in one line. sase-credential(1) documents it.
[[nodiscard]] std::string status_json(const std::vector<ProfileStatus>& profiles);

}  // namespace sase::diagnose
