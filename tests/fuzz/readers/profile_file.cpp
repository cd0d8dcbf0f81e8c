// SPDX-License-Identifier: Apache-2.0
#include "helper/config/directories.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <string>

namespace sase::fuzz {

namespace {

using config::ProfileText;

/// The error message for a file, or empty.
std::string error_message(const config::ProfileText::File& file) try {
  const auto assignments = config::ProfileText::parse(file);
  check(assignments.size() == config::ProfileText::parse(file, config::InvalidLines::ignore).size(),
        "each line of a valid file is valid");
  config::Settings values;
  values.add(assignments);
  check_profile(config::make_profile("default", values));
  return {};
} catch (const Failure& failure) {
  check_failure(failure, ExitCode::invalid_settings);
  check(std::string_view(failure.what()).starts_with("/p/default.conf:"), "the message names file and line");
  return failure.what() + ('\n' + failure.hint);
}

/// The same file with other values for the key source.
std::string with_another_key(std::string_view text) {
  std::string other;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto value = std::min(line.find('='), line.size());
    const bool names_key = line.substr(0, value).find("api-key-") != std::string_view::npos;
    other += line.substr(0, value);
    other += names_key ? disguise(line.substr(value)) : line.substr(value);
    other += '\n';
  }
  return other;
}

}  // namespace

/// The text of a profile file.
void profile_file(std::string_view bytes) {
  config::ProfileText::File file{
      .path = "/p/default.conf", .text = std::string(bytes), .layer = config::Layer::user_file};
  const std::string message = error_message(file);
  file.text = with_another_key(bytes);
  check(file.text == bytes || message == error_message(file),
        "the message does not depend on the key source");
}

}  // namespace sase::fuzz
