// SPDX-License-Identifier: Apache-2.0
#include "helper/os/files/group_id.hpp"

#include "helper/os/fd.hpp"
#include "helper/os/stream.hpp"

#include <charconv>
#include <cstddef>
#include <exception>

#include <fcntl.h>

namespace sase::os {

namespace {

constexpr std::size_t largest_file = std::size_t{4} << 20U;

/// The highest one stands for "no group" (chown(2)).
std::optional<gid_t> parse_number(std::string_view text) noexcept {
  gid_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == static_cast<gid_t>(-1))
    return std::nullopt;
  return number;
}

/// Takes what stands before the next of these, and that one with it.
std::string_view take_until(std::string_view& text, char divider) noexcept {
  const auto end = text.find(divider);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

}  // namespace

std::optional<gid_t> find_group(std::string_view word, const std::string& file) try {
  if (const auto number = parse_number(word)) return number;
  const Fd fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (word.empty() || !fd) return std::nullopt;
  const protocol::Secret text = read_all(fd.get(), largest_file);
  std::string_view rest = text.reveal();
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (take_until(line, ':') != word) continue;
    (void)take_until(line, ':');
    return parse_number(take_until(line, ':'));
  }
  return std::nullopt;
} catch (const std::exception&) {
  return std::nullopt;
}

}  // namespace sase::os
