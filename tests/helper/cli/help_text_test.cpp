// SPDX-License-Identifier: Apache-2.0
#include "helper/cli/help_text.hpp"

#include "tests/support/catch.hpp"

#include <array>

namespace sase::cli {

TEST_CASE("a row has a word and its meaning in two columns", "[help_text]") {
  CHECK(HelpText().row("get", "answer", 10).text() == "  get     answer\n");
  CHECK(HelpText().row("longword", "answer", 10).text() == "  longword\n          answer\n");
}

TEST_CASE("a long meaning goes on below", "[help_text]") {
  const std::string word(29, 'x');

  CHECK(HelpText().row("get", word + ' ' + word + ' ' + word, 20).text() ==
        "  get               " + word + ' ' + word + "\n                    " + word + '\n');
  CHECK(HelpText().row("get", std::string(70, 'x'), 10).text() == "  get     " + std::string(70, 'x') + '\n');
}

TEST_CASE("headings, rows and examples stand below one another", "[help_text]") {
  constexpr std::array<NamedValue, 2> words = {NamedValue{"a", "one"}, NamedValue{"b", "two"}};

  HelpText page;
  page.lines("first\n").heading("words").rows(words, 6).heading("examples").examples("x\ny\n");

  CHECK(page.text() == "first\n\nwords:\n  a   one\n  b   two\n\nexamples:\n  $ x\n  $ y\n");
}

}  // namespace sase::cli
