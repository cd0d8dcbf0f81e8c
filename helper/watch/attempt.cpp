// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"
#include "protocol/git/message.hpp"
#include "protocol/protocol_error.hpp"

#include <algorithm>
#include <charconv>

namespace sase::watch {

namespace {

using protocol::ProtocolError;

constexpr std::string_view prefix = "sase-credential: ";
constexpr std::string_view hint_prefix = "sase-credential: hint: ";
constexpr std::string_view warning_prefix = "sase-credential: warning: ";
constexpr std::string_view trace_prefix = "sase-credential: trace: ";

/// A longer line is printed in pieces. Diagnostics are shorter.
constexpr std::size_t max_line = 65536;

long long parse_number(const protocol::Attribute& attribute) {
  const std::string_view text = attribute.value;
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw ProtocolError("'" + std::string(attribute.key) + "' is not a number");
  return number;
}

ExitCode to_exit_code(int number) noexcept {
  const auto row = std::ranges::find(
      exit_codes, number, [](const ExitMeaning& meaning) { return static_cast<int>(meaning.code); });
  return row == exit_codes.end() ? ExitCode::internal_error : row->code;
}

bool is_diagnostic(std::string_view line) noexcept {
  return line.starts_with(prefix) && !line.starts_with(trace_prefix);
}

}  // namespace

std::string TokenReport::format() const {
  return "token=" + token + "\nfile=" + file + "\nleft=" + std::to_string(left.count()) +
         "\nahead=" + std::to_string(refresh_ahead.count()) + "\ndue=" + (is_due_for_refresh ? "1\n" : "0\n");
}

TokenReport TokenReport::parse(std::string_view text) {
  TokenReport report;
  protocol::MessageReader reader(text);
  while (const auto attribute = reader.next()) {
    if (attribute->key == "token") report.token = attribute->value;
    if (attribute->key == "file") report.file = attribute->value;
    if (attribute->key == "left") report.left = std::chrono::seconds(parse_number(*attribute));
    if (attribute->key == "ahead") report.refresh_ahead = std::chrono::seconds(parse_number(*attribute));
    if (attribute->key == "due") report.is_due_for_refresh = parse_number(*attribute) != 0;
  }
  if (report.token.empty() || report.file.empty()) throw ProtocolError("the report names no token");
  return report;
}

std::string AttemptMessages::add(std::string_view bytes) {
  std::string at_once;
  partial_ += bytes;
  std::size_t start = 0;
  for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n', start)) {
    add_line(std::string_view(partial_).substr(start, end + 1 - start), at_once);
    start = end + 1;
  }
  partial_.erase(0, start);
  if (partial_.size() > max_line) at_once += std::exchange(partial_, {});
  return at_once;
}

/// A key command may have written the beginning of the line, without an end.
void AttemptMessages::add_line(std::string_view line, std::string& at_once) {
  const auto start = line.find(prefix);
  if (start != 0 && start != std::string_view::npos) {
    at_once.append(line.substr(0, start)).append("\n");
    line.remove_prefix(start);
  }
  if (is_diagnostic(line))
    keep(line);
  else
    at_once += line;
}

/// A hint belongs to the line before it.
void AttemptMessages::keep(std::string_view line) {
  if (line.starts_with(warning_prefix) || (line.starts_with(hint_prefix) && failure_.empty())) {
    warnings_ += line;
    return;
  }
  line.remove_suffix(1);
  if (line.starts_with(hint_prefix))
    hint_ = line.substr(hint_prefix.size());
  else
    failure_ = line.substr(prefix.size());
}

Failure AttemptMessages::failure(int exit_code) const {
  if (exit_code == 0)
    return Failure(ExitCode::internal_error, "internal error: a worker process exited without a result");
  if (failure_.empty())
    return Failure(to_exit_code(exit_code), "the attempt ended with exit code " + std::to_string(exit_code) +
                                                " and without a message");
  return Failure(to_exit_code(exit_code), failure_, hint_);
}

}  // namespace sase::watch
