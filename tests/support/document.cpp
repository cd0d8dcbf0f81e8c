// SPDX-License-Identifier: Apache-2.0
#include "tests/support/document.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace sase::tests {

namespace {

std::vector<std::string> split_lines(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

Row parse_cells(std::string_view line) {
  Row cells;
  line.remove_prefix(1);
  for (auto end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
    cells.push_back(trim(line.substr(0, end)));
    line.remove_prefix(end + 1);
  }
  return cells;
}

/// All lines between one that begins with `begin` and the next that begins with `end`.
std::string parse_blocks(std::string_view text, std::string_view begin, std::string_view end) {
  std::string blocks;
  bool inside = false;
  for (const std::string& line : split_lines(text)) {
    if (line.starts_with(inside ? end : begin))
      inside = !inside;
    else if (inside)
      blocks += line + '\n';
  }
  return blocks;
}

}  // namespace

std::string read_source(const std::string& path) {
  std::ifstream file(std::string(SASE_SOURCE_ROOT) + '/' + path);
  if (!file) throw std::runtime_error("there is no " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Row> table_rows(std::string_view text, std::string_view head) {
  std::vector<Row> rows;
  bool inside = false;
  for (const std::string& line : split_lines(text)) {
    if (!line.starts_with('|')) {
      inside = false;
    } else if (line.starts_with(head)) {
      inside = true;
    } else if (inside && !line.starts_with("|---")) {
      rows.push_back(parse_cells(line));
    }
  }
  return rows;
}

std::vector<std::string> code_spans(std::string_view text) {
  std::vector<std::string> spans;
  for (auto begin = text.find('`'); begin != std::string_view::npos; begin = text.find('`')) {
    text.remove_prefix(begin + 1);
    const auto end = text.find('`');
    if (end == std::string_view::npos) break;
    spans.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return spans;
}

std::vector<Row> manual_items(std::string_view page, std::string_view section, std::string_view macro) {
  const std::string heading = ".Sh " + std::string(section);
  const std::string item = ".It " + std::string(macro);
  std::vector<Row> items;
  bool inside = false;
  for (const std::string& line : split_lines(page)) {
    if (line.starts_with(".Sh "))
      inside = line == heading;
    else if (inside && line.starts_with(item))
      items.push_back({trim(line.substr(item.size())), ""});
    else if (inside && !items.empty())
      items.back().back() += line + '\n';
  }
  return items;
}

std::vector<std::vector<std::string>> calls_in(std::string_view shell) {
  std::string text(shell);
  std::ranges::replace_if(
      text, [](char c) { return std::string_view("|);#&<>]}").find(c) != std::string_view::npos; }, '\n');
  // A backslash stands before a pipe in a table, and at the end of a line; commas in the lists of other
  // languages.
  std::ranges::replace_if(
      text, [](char c) { return std::string_view("\"'($`\\[,").find(c) != std::string_view::npos; }, ' ');
  std::vector<std::vector<std::string>> calls;
  for (const std::string& line : split_lines(text)) {
    std::istringstream stream(line);
    const std::vector<std::string> words{std::istream_iterator<std::string>(stream), {}};
    const auto program = std::ranges::find_if(words, [](std::string_view word) {
      return word == "sase-credential" || word == "git-credential-sase";
    });
    if (program != words.end()) calls.emplace_back(program + 1, words.end());
  }
  return calls;
}

std::string examples_of_manual(std::string_view page) { return parse_blocks(page, ".Bd -literal", ".Ed"); }

std::string examples_of_markdown(std::string_view text) { return parse_blocks(text, "```", "```"); }

std::string first_word(std::string_view text) { return std::string(text.substr(0, text.find(' '))); }

}  // namespace sase::tests
