// SPDX-License-Identifier: Apache-2.0
#include "protocol/authorize/check.hpp"

#include "protocol/authorize/attribute.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sase::protocol {

namespace {

constexpr std::array<std::string_view, check_count> check_names = {"name",  "tcp",       "proxy", "tls",
                                                                   "clock", "authorize", "read"};
constexpr std::array<std::string_view, 4> state_names = {"ok", "warning", "broken", "untried"};

/// Removes the text up to the next blank from the line and returns it.
std::string_view take_field(std::string_view& line) noexcept {
  const auto end = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

CheckId find_check(std::string_view name) {
  const auto* const found = std::ranges::find(check_names, name);
  if (found == check_names.end()) throw ProtocolError("a check has an unknown name");
  return static_cast<CheckId>(found - check_names.begin());
}

void parse_state(Check& check, std::string_view name) {
  check.kind = find_error_kind(name);
  if (check.kind) {
    check.state = CheckState::broken;
    return;
  }
  const auto* const found = std::ranges::find(state_names, name);
  if (found == state_names.end() || name == to_name(CheckState::broken))
    throw ProtocolError("a check has an unknown state");
  check.state = static_cast<CheckState>(found - state_names.begin());
}

}  // namespace

std::string_view to_name(CheckId name) noexcept { return check_names[static_cast<std::size_t>(name)]; }

std::string_view to_name(CheckState state) noexcept { return state_names[static_cast<std::size_t>(state)]; }

std::string Check::write() const {
  const std::string result(kind ? to_name(*kind) : to_name(state));
  return std::string(to_name(name)) + ' ' + result + ' ' + std::to_string(took.count()) + ' ' + what;
}

Check Check::parse(std::string_view line) {
  Check check;
  check.name = find_check(take_field(line));
  parse_state(check, take_field(line));
  const Attribute duration{.key = "check[]", .value = take_field(line)};
  check.took = std::chrono::microseconds(parse_number<std::int64_t>(duration));
  if (line.empty()) throw ProtocolError("a check has no text");
  check.what = line;
  return check;
}

}  // namespace sase::protocol
