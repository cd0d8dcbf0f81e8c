// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sase::cli {

/// What colours stand for.
enum class Style { plain, good, caution, bad, faint };

/// How an output is shown to whoever reads it: to a person at a terminal in colour and within its width, to
/// everything else as it is.
class Terminal {
 public:
  /// Looks at an output. There is no colour where NO_COLOR is set (https://no-color.org), nor on a terminal
  /// that calls itself `dumb`.
  [[nodiscard]] static Terminal of(int fd, const Environment& environment) noexcept;

  /// `width` is zero for no bound.
  Terminal(std::size_t width, bool has_colour) noexcept : width_(width), has_colour_(has_colour) {}

  /// Columns that a line may have; zero for any number.
  [[nodiscard]] std::size_t width() const noexcept { return width_; }

  /// The text in a colour, where there are colours.
  [[nodiscard]] std::string paint(Style tone, std::string_view text) const;

  /// Appends `text` to `output` and a line end. What does not fit goes on in lines that begin with `indent`
  /// blanks, as does the first one where `output` is at the beginning of a line. Lines break at blanks alone.
  void append_wrapped(std::string& output, std::size_t indent, std::string_view text) const;

 private:
  std::size_t width_;
  bool has_colour_;
};

}  // namespace sase::cli
