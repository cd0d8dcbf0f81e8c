// SPDX-License-Identifier: Apache-2.0
#include "protocol/git/message.hpp"

#include "protocol/protocol_error.hpp"

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
  if (rest_.empty()) return std::nullopt;
  const std::string_view line = take_line();
  if (line.empty()) {
    rest_ = {};
    return std::nullopt;
  }
  if (line.size() > max_line_size) throw ProtocolError(too_long);
  if (++lines_ > max_lines) throw ProtocolError(too_many);
  return split(line);
}

std::string_view MessageReader::take_line() {
  const auto end = rest_.find('\n');
  if (end == std::string_view::npos) {
    const std::string_view last = rest_;
    rest_ = {};
    return last;
  }
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool MessageScanner::scan(std::string_view arrived) {
  while (!arrived.empty()) {
    const auto end = arrived.find('\n');
    const bool line_ends = end != std::string_view::npos;
    count(arrived.substr(0, end), line_ends);
    if (!line_ends) return false;
    if (line_size_ == 0 || only_cr_) return true;
    if (++lines_ > max_lines) throw ProtocolError(too_many);
    line_size_ = 0;
    only_cr_ = false;
    arrived.remove_prefix(end + 1);
  }
  return false;
}

void MessageScanner::count(std::string_view part, bool line_ends) {
  only_cr_ = line_size_ == 0 ? part == "\r" : only_cr_ && part.empty();
  line_size_ += part.size();
  size_ += part.size() + (line_ends ? 1 : 0);
  if (size_ > max_message_size) throw ProtocolError(too_large);
  if (line_size_ > max_line_size) throw ProtocolError(too_long);
}

}  // namespace sase::protocol
