// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/exit_code.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace sase {

/// A task that cannot be completed and that only the user can help. `what()` is what failed and why; `hint`
/// (may be empty) is the remedy. Neither contains a secret, and text from outside is escaped in both.
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode failure_code, const std::string& what_and_why, std::string what_to_do = {})
      : std::runtime_error(what_and_why), code(failure_code), hint(std::move(what_to_do)) {}

  ExitCode code;
  std::string hint;
};

}  // namespace sase
