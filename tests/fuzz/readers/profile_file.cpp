// SPDX-License-Identifier: Apache-2.0
#include "helper/config/profile_files.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/fuzz/promises.hpp"
#include "tests/fuzz/readers.hpp"

#include <array>
#include <string>

namespace sase::fuzz {

namespace {

using config::ProfileText;

/// What is said about a file; empty where nothing is wrong with it.
std::string complaint_about(const config::ProfileText::File& file) try {
  constexpr std::array<const char*, 1> no_variables = {nullptr};
  const auto assignments = config::ProfileText::assignments(file);
  check(assignments.size() == config::ProfileText::good_assignments(file).size(),
        "a good file has only good lines");
  config::Settings values;
  values.add(assignments);
  check_profile(config::make_profile("default", values, Environment(no_variables.data())));
  return {};
} catch (const Failure& failure) {
  check_failure(failure, ExitCode::invalid_settings);
  check(std::string_view(failure.what()).starts_with("/p/default.conf:"), "file and line are named");
  return failure.what() + ('\n' + failure.hint);
}

/// The same file with other values where it says whence the key comes.
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

/// What stands in a profile's file.
void profile_file(std::string_view bytes) {
  config::ProfileText::File file{
      .path = "/p/default.conf", .text = std::string(bytes), .layer = config::Layer::user_file};
  const std::string complaint = complaint_about(file);
  file.text = with_another_key(bytes);
  check(file.text == bytes || complaint == complaint_about(file),
        "what is said does not depend on where the key is");
}

}  // namespace sase::fuzz
