// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"

#include "helper/os/processes/terminal.hpp"

#include <algorithm>
#include <array>

namespace sase::cli {

namespace {

/// By Style: Select Graphic Rendition of ECMA-48, in the eight colors that every terminal has.
constexpr std::array<std::string_view, 5> codes = {"", "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[2m"};

}  // namespace

Terminal Terminal::of(int fd, const Environment& environment) noexcept {
  constexpr std::size_t usual_width = 80;  // of a terminal that does not report one
  constexpr std::size_t least_width = 60;  // narrower text would have one word per line
  if (!os::is_terminal(fd)) return {.width = 0, .has_color = false};
  const auto kind = environment.find("TERM");
  return {.width = std::max(os::terminal_columns(fd).value_or(usual_width), least_width),
          .has_color = kind && *kind != "dumb" && !environment.find("NO_COLOR")};
}

std::string Terminal::paint(Style style, std::string_view text) const {
  const std::string_view code = has_color ? codes[static_cast<std::size_t>(style)] : std::string_view();
  if (code.empty()) return std::string(text);
  return std::string(code) + std::string(text) + "\x1b[0m";
}

void pad(std::string& line, std::size_t column) {
  line.append(line.size() < column ? column - line.size() : 1, ' ');
}

void append_wrapped(std::string& output, std::size_t indent, std::string_view text, std::size_t width) {
  if (output.empty() || output.ends_with('\n')) output.append(indent, ' ');
  const std::size_t limit = width > indent ? width - indent : text.size();
  while (text.size() > limit) {
    auto end = text.rfind(' ', limit);
    if (end == std::string_view::npos || end == 0) end = text.find(' ', 1);
    if (end == std::string_view::npos) break;
    output.append(text.substr(0, end)).append("\n").append(indent, ' ');
    text.remove_prefix(end + 1);
  }
  output.append(text).append("\n");
}

void append_columns(std::string& output, std::string_view left, std::string_view right, std::size_t column,
                    std::size_t width) {
  output += left;
  if (left.size() + 2 > column)
    output += '\n';
  else
    output.append(column - left.size(), ' ');
  append_wrapped(output, column, right, width);
}

}  // namespace sase::cli
