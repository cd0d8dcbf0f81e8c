// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sase::tests {

/// A file of the sources, such as `README.md`. Throws std::runtime_error if it does not exist.
[[nodiscard]] std::string read_source(const std::string& path);

/// The cells of a row, or of a list's item its first line and what is below it.
using Row = std::vector<std::string>;

/// The rows of the table in Markdown whose head begins with `head`.
[[nodiscard]] std::vector<Row> table_rows(std::string_view text, std::string_view head);

/// What stands between backticks.
[[nodiscard]] std::vector<std::string> code_spans(std::string_view text);

/// The items of a section of a manual page in mdoc whose `.It` line continues with `macro`: what is behind
/// that, and the lines of the item.
[[nodiscard]] std::vector<Row> manual_items(std::string_view page, std::string_view section,
                                            std::string_view macro);

/// All calls of our programs in the examples of a page in mdoc or Markdown, or in lines of shell: the words
/// behind the program's name.
[[nodiscard]] std::vector<std::vector<std::string>> calls_in(std::string_view shell);
[[nodiscard]] std::string examples_of_manual(std::string_view page);
[[nodiscard]] std::string examples_of_markdown(std::string_view text);

/// The first word of a text.
[[nodiscard]] std::string first_word(std::string_view text);

}  // namespace sase::tests
