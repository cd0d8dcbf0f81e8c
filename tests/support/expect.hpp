// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/failure.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sase::tests {

/// The Failure that a call ends with. Throws, and so ends the test, where the call ends without one.
inline Failure catch_failure(const std::function<void()>& call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure;
  }
  throw std::logic_error("no Failure was thrown");
}

/// What the exception says that a call ends with. Throws where the call ends without one.
inline std::string catch_message(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  throw std::logic_error("nothing was thrown");
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view piece) noexcept {
  return text.find(piece) != std::string_view::npos;
}

[[nodiscard]] inline auto count_lines(std::string_view text) noexcept {
  return std::ranges::count(text, '\n');
}

}  // namespace sase::tests
