// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/diagnostics.hpp"
#include "helper/environment.hpp"
#include "helper/failure.hpp"
#include "helper/os/processes/this_process.hpp"

#include <exception>
#include <span>
#include <string>

namespace sase {

/// Runs the command that `arguments` (program name first) name, with these descriptors as standard streams.
/// Reports every error, in one line and at most one hint. `caller` is the state of the process before it was
/// hardened; null if it was not.
[[nodiscard]] ExitCode run(std::span<const char* const> arguments, const Environment& environment, int input,
                           int output, const Diagnostics& diagnostics,
                           const os::CallerState* caller = nullptr);

/// An exception for a message: the text of a system error, else the type, since a library may quote its
/// input.
[[nodiscard]] std::string describe_unexpected(const std::exception& error);

}  // namespace sase
