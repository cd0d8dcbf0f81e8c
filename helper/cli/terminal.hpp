// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/environment.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sase::cli {

enum class Style { plain, good, caution, bad, faint };

/// The width and the colors of an output.
struct Terminal {
  std::size_t width;  ///< columns of a line; zero if the output is not a terminal
  bool has_color;

  /// The properties of `fd`. There is no color if NO_COLOR is set (https://no-color.org) or TERM is `dumb`.
  [[nodiscard]] static Terminal of(int fd, const Environment& environment) noexcept;

  /// The text in the color of a style, if the output has colors.
  [[nodiscard]] std::string paint(Style style, std::string_view text) const;
};

/// Appends blanks up to `column`, at least one.
void pad(std::string& line, std::size_t column);

/// Appends text and a newline, broken at blanks into lines of at most `width` columns; zero means no limit. A
/// longer word has a line of its own. All lines are indented; the first one unless `output` ends within a
/// line, which must then have `indent` columns.
void append_wrapped(std::string& output, std::size_t indent, std::string_view text, std::size_t width);

/// Appends `left` and, from `column` on, `right`, wrapped. If `left` leaves fewer than two blanks before the
/// column, `right` begins on the next line.
void append_columns(std::string& output, std::string_view left, std::string_view right, std::size_t column,
                    std::size_t width);

}  // namespace sase::cli
