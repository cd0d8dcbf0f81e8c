// SPDX-License-Identifier: Apache-2.0
#include "helper/names.hpp"

#include "tests/support/catch.hpp"

#include <array>
#include <string>
#include <vector>

namespace sase {

namespace {

constexpr std::array<std::string_view, 6> known = {"get", "store", "erase", "capability", "token", "min-ttl"};

}  // namespace

TEST_CASE("lists the names of values", "[names]") {
  constexpr std::array<NamedValue, 2> values = {NamedValue{"file", "in a file"},
                                                NamedValue{"none", "nowhere"}};

  CHECK(to_names(values) == std::vector<std::string_view>{"file", "none"});
  CHECK(join(to_names(values)) == "file, none");
  CHECK(to_names({}).empty());
  CHECK(join(std::vector<std::string>{}).empty());
}

TEST_CASE("finds the known name nearest to a misspelled one", "[names]") {
  struct Row {
    std::string given;
    std::string_view expected;
  };
  const auto row = GENERATE(values<Row>({
      {"get", "get"},
      {"gett", "get"},
      {"ge", "get"},
      {"gte", "get"},
      {"tokens", "token"},
      {"tokn", "token"},
      {"tokem", "token"},
      {"stroe", "store"},
      {"capabilities", "capability"},
      {"capabilty", "capability"},
      {"minttl", "min-ttl"},
      {"min_ttl", "min-ttl"},
      {"TOKEN", "token"},
      {"x", ""},
      {"", ""},
      {"something-else", ""},
      {std::string(1'000'000, 'g'), ""},
  }));

  DYNAMIC_SECTION(row.given.substr(0, 20)) { CHECK(nearest_name(row.given, known) == row.expected); }
}

TEST_CASE("prefers the nearer of two names in either order", "[names]") {
  constexpr std::array<std::string_view, 2> near_first = {"eraser", "erases-all"};
  constexpr std::array<std::string_view, 2> near_last = {"erases-all", "eraser"};

  CHECK(nearest_name("erasers", near_first) == "eraser");
  CHECK(nearest_name("erasers", near_last) == "eraser");
}

TEST_CASE("finds a name within the given number of mistakes", "[names]") {
  CHECK(nearest_within(1, "capabilty", known) == "capability");
  CHECK(nearest_within(1, "cpabilty", known).empty());
  CHECK(nearest_within(2, "cpabilty", known) == "capability");
  CHECK(nearest_within(0, "toekn", known).empty());
  CHECK(nearest_within(0, "TOKEN", known) == "token");
}

TEST_CASE("finds nothing among no names", "[names]") { CHECK(nearest_name("get", {}).empty()); }

TEST_CASE("suggests the nearest name, or gives the alternative hint", "[names]") {
  CHECK(suggest("tokn", known, "see --help") == "did you mean 'token'?");
  CHECK(suggest("zzzzzz", known, "see --help") == "see --help");
  CHECK(suggest("zzzzzz", known).empty());
}

TEST_CASE("recognizes the quotes of shells, text programs and Markdown", "[names]") {
  for (const char* const text : {"'a'", "\"a\"", "`a`", "a'", "\"a", "\u201ca\u201d", "\u2018a", "a\u2019"})
    CHECK(is_quoted(text));
  for (const char* const text : {"", "a", "a'b", "a\"b", "\u2014"})
    CHECK_FALSE(is_quoted(text));
}

}  // namespace sase
