// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace sase::os {

/// Replaces this process by a program. The first of `words`, its arguments, names it and is searched for on
/// PATH unless it contains a slash; the entries `NAME=value` of `environment` have no terminating null
/// pointer. Throws std::system_error if the program cannot be run: `no_such_file_or_directory` if it does not
/// exist, `executable_format_error` if it is a script whose interpreter does not exist.
[[noreturn]] void exec_program(std::span<const std::string> words, std::span<const char* const> environment);

}  // namespace sase::os
