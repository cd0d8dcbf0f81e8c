// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help_text.hpp"

#include <algorithm>

namespace sase::cli {

HelpText& HelpText::lines(std::string_view text) {
  text_ += text;
  return *this;
}

HelpText& HelpText::heading(std::string_view text) {
  text_.append("\n").append(text).append(":\n");
  return *this;
}

HelpText& HelpText::row(std::string_view word, std::string_view meaning, std::size_t column) {
  std::string line = "  ";
  line += word;
  // A word that leaves no room for two blanks has a line of its own.
  if (line.size() + 2 > column) {
    text_.append(line).append("\n");
    line.clear();
  }
  wrapped(std::move(line), meaning, column);
  return *this;
}

/// Adds a meaning to a line, word by word.
void HelpText::wrapped(std::string line, std::string_view meaning, std::size_t column) {
  line.resize(column - 1, ' ');
  while (!meaning.empty()) {
    const std::string_view word = meaning.substr(0, meaning.find(' '));
    if (line.size() + 1 + word.size() > width) {
      text_.append(line).append("\n");
      line.assign(column - 1, ' ');
    }
    line.append(" ").append(word);
    meaning.remove_prefix(std::min(word.size() + 1, meaning.size()));
  }
  text_.append(line).append("\n");
}

HelpText& HelpText::rows(std::span<const NamedValue> words, std::size_t column) {
  for (const NamedValue& word : words)
    row(word.name, word.meaning, column);
  return *this;
}

HelpText& HelpText::examples(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    text_.append("  $ ").append(text.substr(0, end)).append("\n");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return *this;
}

}  // namespace sase::cli
