#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# hints.txt contains each hint of the sources, and names a test for each one with a command.

bats_require_minimum_version 1.5.0

setup() {
  checks=$BATS_TEST_DIRNAME
  tests=$checks/../end_to_end/hints.bats
  # What the shell would run, and the names of programs.
  command='(^|[ (:])(chmod|cat|keyctl|kill|mkdir|rm|sudo|timedatectl|ulimit|usermod) -?[a-z0-7@+-]+ |sase-credential (-|[a-z])'
}

rows() { grep -v '^#' "$checks/hints.txt"; }

@test "each hint in the sources has a row, and each row is a hint" {
  diff <(rows | cut -f2- | sort) <("$checks/hints.py" | sort)
}

@test "each hint with a command names a test that runs it" {
  local test text
  while IFS=$'\t' read -r test text; do
    if [[ $test == - ]]; then
      [[ ! $text =~ $command ]] || { echo "no test runs the command in: $text" >&2 && return 1; }
    else
      grep -qF "@test \"$test\" {" "$tests" || { echo "no such test: $test" >&2 && return 1; }
    fi
  done < <(rows)
}
