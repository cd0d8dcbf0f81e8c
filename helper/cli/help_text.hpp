// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "helper/named_value.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace sase::cli {

/// A page of help while it is written: lines of at most `width` columns.
class HelpText {
 public:
  static constexpr std::size_t width = 80;

  /// Lines as they are.
  HelpText& lines(std::string_view text);

  /// An empty line, and what is below it.
  HelpText& heading(std::string_view text);

  /// A word and, from column `column` on, its meaning (not empty), which goes on below where it is long.
  HelpText& row(std::string_view word, std::string_view meaning, std::size_t column);

  /// A row for each.
  HelpText& rows(std::span<const NamedValue> words, std::size_t column);

  /// Lines of shell, each with its prompt.
  HelpText& examples(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void wrapped(std::string line, std::string_view meaning, std::size_t column);

  std::string text_;
};

}  // namespace sase::cli
