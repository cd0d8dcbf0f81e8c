// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace sase::os {

/// Runs a program in the place of this one: its words, the first of which is looked for on PATH unless it has
/// a slash, and its environment, `NAME=value` entries without the closing null. Returns only by throwing
/// std::system_error where it cannot be run: `no_such_file_or_directory` where there is no such program,
/// `executable_format_error` where it is a script whose interpreter is not there.
[[noreturn]] void exec_program(std::span<const std::string> words, std::span<const char* const> environment);

}  // namespace sase::os
