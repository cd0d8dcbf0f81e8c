// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/named_value.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sase::cli {

/// A subject of `help` that is no command: a row of the one table of them.
struct Topic {
  std::string_view name;
  std::string_view meaning;  ///< one line for help
  std::string (*page)();
};

[[nodiscard]] std::span<const Topic> topics() noexcept;

/// The topic of a name, or nothing.
[[nodiscard]] const Topic* find_topic(std::string_view name) noexcept;

}  // namespace sase::cli
