// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"
#include "protocol/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::os {

/// Asks a person at the terminal that the process was started from (`/dev/tty`), wherever the standard
/// streams lead. Ctrl-C and its like end the process as always, and the terminal is left as it was.
class Prompt {
 public:
  Prompt();

  /// Whether there is a terminal.
  [[nodiscard]] bool is_possible() const noexcept { return static_cast<bool>(terminal_); }

  /// Asks for a line, which is echoed. Nothing at the end of the input. Throws std::system_error.
  [[nodiscard]] std::optional<std::string> ask(std::string_view question) const;

  /// Asks for a line of up to `limit` bytes that nobody sees. It may be longer than the 4,096 bytes that a
  /// terminal takes in a line by itself; backspace and Ctrl-U edit. Of several lines that are pasted at once
  /// all are given. Throws std::system_error, std::length_error.
  [[nodiscard]] protocol::Secret ask_hidden(std::string_view question, std::size_t limit) const;

 private:
  Fd terminal_;
};

}  // namespace sase::os
