// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/message.hpp"

#include "protocol/protocol_error.hpp"

#include <algorithm>

namespace sase::protocol {

namespace {

using namespace std::string_view_literals;

constexpr auto too_long = "a line is longer than 1 MiB";
constexpr auto too_many = "there are more than 65,536 lines";
constexpr auto too_large = "it is larger than 4 MiB";

Attribute split(std::string_view line) {
  if (line.find_first_of("\0\r"sv) != std::string_view::npos)
    throw ProtocolError("a line contains a NUL or a carriage return");
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) throw ProtocolError("a line has no '='");
  if (equals == 0) throw ProtocolError("a line has no key before '='");
  return {.key = line.substr(0, equals), .value = line.substr(equals + 1)};
}

}  // namespace

std::optional<Attribute> MessageReader::next() {
  const auto end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(line.size() + 1, rest_.size()));
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    rest_ = {};
    return std::nullopt;
  }
  if (line.size() > max_line_size) throw ProtocolError(too_long);
  if (++lines_ > max_lines) throw ProtocolError(too_many);
  return split(line);
}

bool MessageScanner::scan(std::string_view arrived) {
  for (const char c : arrived) {
    if (++size_ > max_message_size) throw ProtocolError(too_large);
    if (c != '\n') {
      if (++line_size_ > max_line_size) throw ProtocolError(too_long);
    } else {
      if (line_size_ == 0 || (line_size_ == 1 && last_ == '\r')) return true;
      if (++lines_ > max_lines) throw ProtocolError(too_many);
      line_size_ = 0;
    }
    last_ = c;
  }
  return false;
}

}  // namespace sase::protocol
