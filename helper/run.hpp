// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/exit_code.hpp"
#include "helper/os/processes/hardening.hpp"

#include <span>

namespace sase {

/// The front without its process: does what `arguments` (the program's name first) ask, with these
/// descriptors as standard streams. Everything that goes wrong is reported here, in one line and at most one
/// hint. `caller` is what the process was before it was hardened, if it was.
[[nodiscard]] ExitCode run(std::span<const char* const> arguments, const Environment& environment, int input,
                           int output, const Diagnostics& diagnostics,
                           const os::CallerState* caller = nullptr);

}  // namespace sase
