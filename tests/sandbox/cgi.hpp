// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/sandbox/response.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Programs that answer a request (RFC 3875).
namespace sase::sandbox {

using CgiVariables = std::vector<std::pair<std::string, std::string>>;

/// Runs a program that is found in PATH with these variables and PATH alone, `input` on stdin, and returns
/// its output. Its stderr is that of the sandbox. Nothing if it cannot be run.
[[nodiscard]] std::optional<std::string> run_cgi(const std::vector<std::string>& command,
                                                 const CgiVariables& variables, std::string_view input);

/// Parses the output: headers, an empty line, the body. 502 if there is no empty line.
[[nodiscard]] Response parse_cgi(std::string_view output);

}  // namespace sase::sandbox
