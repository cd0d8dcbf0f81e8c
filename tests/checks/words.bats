#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tests/words.sh reports replaced names and phrases, and names the standard term.

bats_require_minimum_version 1.5.0

setup() { words=$(cd "$BATS_TEST_DIRNAME/.." && pwd)/words.sh; }

# has FILE TEXT: adds a file with this text to the tree that is searched.
has() {
  mkdir -p "$BATS_TEST_TMPDIR/$(dirname "$1")"
  printf '%s\n' "$2" >>"$BATS_TEST_TMPDIR/$1"
}

# expect_reported RULE TERM LINE
expect_reported() {
  run "$words" "$BATS_TEST_TMPDIR"
  [ "$status" -eq 1 ] || { echo "expected exit code 1, got $status" >&2 && return 1; }
  [[ $output == *"words: $1: use instead: "*"$2"*"$3"* ]] || { echo "expected '$1', '$2' and '$3', got: $output" >&2 && return 1; }
}

expect_clean() { "$words" "$BATS_TEST_TMPDIR"; }

@test "accepts the tree" {
  "$words"
}

@test "rejects an identifier that was renamed, and names the new one" {
  has helper/x.cpp 'SparingAuthorizer authorizer;'
  expect_reported rate-limit RateLimitedAuthorizer 'helper/x.cpp:1:SparingAuthorizer authorizer;'
}

@test "rejects a function that is named after what it returns" {
  has helper/x.cpp 'const auto age = age_of(token);'
  expect_reported function-of parse_ 'helper/x.cpp:1:'
}

@test "accepts any_of() of the standard library" {
  has helper/x.cpp 'return std::any_of(list.begin(), list.end(), is_empty);'
  expect_clean
}

@test "rejects a phrase in either letter case and in every kind of text" {
  local file
  for file in helper/x.cpp tests/x.bats tests/x.bash install/x.py README.md install/man/x.1 install/x.cmake; do
    has "$file" 'Nobody asks'
    expect_reported nobody 'name the person or program' "$file:1:Nobody asks"
    rm "$BATS_TEST_TMPDIR/$file"
  done
}

@test "rejects 'refused', but for the kernel's message" {
  has a.md 'the key is refused'
  expect_reported refuse reject a.md:1:
  rm "$BATS_TEST_TMPDIR/a.md"
  has b.md "cannot connect to 'api.example.org': Connection refused"
  expect_clean
}

@test "rejects the name of a file" {
  has tests/dear_machine.hpp ''
  expect_reported deferred-key DeferredKey tests/dear_machine.hpp:0:
}

@test "accepts a whole word that contains a phrase" {
  has a.md 'We recommend the roomy historyless bedroom of the transparent holder.'
  expect_clean
}

@test "every rule reports an example" {
  local rule example rules=0
  while read -r rule example; do
    rules=$((rules + 1))
    has examples "$example"
  done <"$BATS_TEST_DIRNAME/words.examples"
  run "$words" "$BATS_TEST_TMPDIR"
  while read -r rule example; do
    awk -v rule="words: $rule: " '/^words: /{ found = index($0, rule) == 1 } found' <<<"$output" | grep -qF ":$example" ||
      { echo "rule $rule does not report: $example" >&2 && return 1; }
  done <"$BATS_TEST_DIRNAME/words.examples"
  [ "$rules" -eq "$(grep -cE '^[a-z-]+ +\| ' "$words")" ] || { echo 'a rule has no example, or two' >&2 && return 1; }
}
