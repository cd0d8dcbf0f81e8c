// SPDX-License-Identifier: Apache-2.0
#include "helper/watch/watcher.hpp"
#include "protocol/git/credential.hpp"
#include "protocol/parsing.hpp"

#include <algorithm>

namespace sase::watch {

namespace {

constexpr std::string_view prefix = "sase-credential: ";
constexpr std::string_view hint_prefix = "sase-credential: hint: ";
constexpr std::string_view warning_prefix = "sase-credential: warning: ";

ExitCode to_exit_code(int number) noexcept {
  const auto row = std::ranges::find(
      exit_codes, number, [](const ExitMeaning& meaning) { return static_cast<int>(meaning.code); });
  return row == exit_codes.end() ? ExitCode::internal_error : row->code;
}

Failure unreported_failure(int exit_code) {
  if (exit_code == 0)
    return Failure(ExitCode::internal_error, "internal error: a worker process exited without a result");
  return Failure(to_exit_code(exit_code),
                 "the attempt ended with exit code " + std::to_string(exit_code) + " and without a message");
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
    const auto seconds = [&] { return std::chrono::seconds(protocol::parse_number<long>(*attribute)); };
    if (attribute->key == "token") report.token = attribute->value;
    if (attribute->key == "file") report.file = attribute->value;
    if (attribute->key == "left") report.left = seconds();
    if (attribute->key == "ahead") report.refresh_ahead = seconds();
    if (attribute->key == "due") report.is_due_for_refresh = attribute->value == "1";
  }
  if (report.token.empty() || report.file.empty()) throw protocol::ProtocolError("the report names no token");
  return report;
}

Attempt Attempt::parse(std::string_view output, int exit_code) try {
  Attempt attempt;
  std::string report, what, hint;
  while (!output.empty()) {
    const std::string_view line = protocol::next_part(output, '\n');
    // A hint belongs to the line before it.
    if (line.starts_with(warning_prefix) || (line.starts_with(hint_prefix) && what.empty()))
      attempt.warnings.emplace_back(line);
    else if (line.starts_with(hint_prefix))
      hint = line.substr(hint_prefix.size());
    else if (line.starts_with(prefix))
      what = line.substr(prefix.size());
    else
      report.append(line).append("\n");
  }
  if (!report.empty()) attempt.token = TokenReport::parse(report);
  if (exit_code != 0 || !attempt.token)
    attempt.failure = exit_code == 0 || what.empty() ? unreported_failure(exit_code)
                                                     : Failure(to_exit_code(exit_code), what, hint);
  return attempt;
} catch (const protocol::ProtocolError&) {
  return {.token = {}, .failure = unreported_failure(0), .warnings = {}};
}

}  // namespace sase::watch
