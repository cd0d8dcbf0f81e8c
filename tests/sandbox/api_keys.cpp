// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/api_keys.hpp"

#include "tests/sandbox/random_text.hpp"

#include <sstream>
#include <string>

namespace sase::sandbox {

namespace {

constexpr std::string_view file_name = "api-key";

/// Bytes; the service's keys are said to be JWTs, whose length is not known (SERVICE.md section 4).
constexpr std::size_t key_size = 300;

}  // namespace

ApiKeys::ApiKeys(const StateDirectory& directory) : directory_(directory) {
  if (!directory_.read(file_name)) directory_.write(file_name, random_jwt(key_size) + "\n");
}

bool ApiKeys::accepts(std::string_view key) const {
  std::istringstream lines(directory_.read(file_name).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line == key) return true;
  }
  return false;
}

}  // namespace sase::sandbox
