// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/terminal.hpp"

#include <algorithm>

#include <sys/ioctl.h>
#include <unistd.h>

namespace sase::cli {

namespace {

/// Of a terminal that does not say.
constexpr std::size_t usual_width = 80;

/// In fewer columns words would stand one below the other.
constexpr std::size_t least_width = 60;

std::size_t width_of(int fd) noexcept {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
  return std::max<std::size_t>(size.ws_col, least_width);
}

/// Select Graphic Rendition (ECMA-48), in the colours that every terminal has.
std::string_view code_for(Style tone) noexcept {
  switch (tone) {
    case Style::plain: break;
    case Style::good: return "\x1b[32m";
    case Style::caution: return "\x1b[33m";
    case Style::bad: return "\x1b[1;31m";
    case Style::faint: return "\x1b[2m";
  }
  return {};
}

/// The columns since the last line end.
std::size_t column_of(std::string_view text) noexcept {
  const auto end = text.rfind('\n');
  return end == std::string_view::npos ? text.size() : text.size() - end - 1;
}

}  // namespace

Terminal Terminal::of(int fd, const Environment& environment) noexcept {
  if (::isatty(fd) != 1) return {0, false};
  const auto kind = environment.find("TERM");
  return {width_of(fd), kind && *kind != "dumb" && !environment.find("NO_COLOR")};
}

std::string Terminal::paint(Style tone, std::string_view text) const {
  const std::string_view code = has_colour_ ? code_for(tone) : std::string_view();
  if (code.empty()) return std::string(text);
  return std::string(code) + std::string(text) + "\x1b[0m";
}

void Terminal::append_wrapped(std::string& output, std::size_t indent, std::string_view text) const {
  if (column_of(output) == 0) output.append(indent, ' ');
  const std::size_t room = width_ > indent ? width_ - indent : 0;
  while (room != 0 && text.size() > room) {
    auto end = text.rfind(' ', room);
    if (end == std::string_view::npos || end == 0) end = std::min(text.find(' ', 1), text.size());
    output += text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (text.empty()) break;
    output += '\n';
    output.append(indent, ' ');
  }
  output += text;
  output += '\n';
}

}  // namespace sase::cli
