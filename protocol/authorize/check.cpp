// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/check.hpp"

#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace sase::protocol {

namespace {

constexpr std::array<std::string_view, check_count> check_names = {"name",  "tcp",       "proxy", "tls",
                                                                   "clock", "authorize", "read"};
constexpr std::array<std::string_view, 4> state_names = {"ok", "warning", "broken", "untried"};

/// Takes the text up to the next blank off a line.
std::string_view take_word(std::string_view& line) noexcept {
  const auto end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

CheckId find_check(std::string_view name) {
  const auto* const found = std::ranges::find(check_names, name);
  if (found == check_names.end()) throw ProtocolError("a link has an unknown name");
  return static_cast<CheckId>(found - check_names.begin());
}

void read_state(Check& check, std::string_view word) {
  check.kind = find_error_kind(word);
  if (check.kind) {
    check.state = CheckState::broken;
    return;
  }
  const auto* const found = std::ranges::find(state_names, word);
  if (found == state_names.end() || word == name_of(CheckState::broken))
    throw ProtocolError("a link has an unknown state");
  check.state = static_cast<CheckState>(found - state_names.begin());
}

std::chrono::microseconds read_time(std::string_view word) {
  std::int64_t micros = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), micros);
  if (error != std::errc{} || stop != word.data() + word.size() || micros < 0)
    throw ProtocolError("a link has a time that is no number");
  return std::chrono::microseconds(micros);
}

}  // namespace

std::string_view name_of(CheckId name) noexcept {
  return check_names[static_cast<std::size_t>(name)];
}

std::string_view name_of(CheckState state) noexcept {
  return state_names[static_cast<std::size_t>(state)];
}

std::string Check::write() const {
  std::string line(name_of(name));
  line += ' ';
  line += kind ? name_of(*kind) : name_of(state);
  line += ' ';
  line += std::to_string(took.count());
  line += ' ';
  line += what;
  return line;
}

Check Check::parse(std::string_view line) {
  Check check;
  check.name = find_check(take_word(line));
  read_state(check, take_word(line));
  check.took = read_time(take_word(line));
  if (line.empty()) throw ProtocolError("a link has no words");
  check.what = line;
  return check;
}

}  // namespace sase::protocol
