// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/os/fd.hpp"
#include "protocol/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sase::os {

/// Whether a descriptor is open on a terminal.
[[nodiscard]] bool is_terminal(int fd) noexcept;

/// The number of columns of a terminal; nothing if it does not report one.
[[nodiscard]] std::optional<std::size_t> terminal_columns(int fd) noexcept;

/// Prompts the user at the controlling terminal (`/dev/tty`), wherever the standard streams are redirected
/// to. Ctrl-C and other signals have their usual effect, after the terminal has been restored.
class Prompt {
 public:
  Prompt();

  /// Whether there is a terminal.
  [[nodiscard]] bool is_possible() const noexcept { return static_cast<bool>(terminal_); }

  /// Reads a line with echo. Nothing at the end of the input. Throws std::system_error.
  [[nodiscard]] std::optional<std::string> ask(std::string_view question) const;

  /// Reads a line of up to `limit` bytes without echo. It may exceed the 4,096 bytes of a terminal's line
  /// buffer; backspace and Ctrl-U edit it. Returns all lines that are pasted at once. Throws
  /// std::system_error, std::length_error.
  [[nodiscard]] protocol::Secret ask_hidden(std::string_view question, std::size_t limit) const;

 private:
  Fd terminal_;
};

}  // namespace sase::os
