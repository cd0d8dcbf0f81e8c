#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Whoever gets a token that ages does not notice that it is being renewed.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/drill

@test "a pipe behind a call that renews ends at once, while the service takes a second" {
  tries 6
  local start
  keep_token 10m
  have_token delay=1s
  start=$(now_ms)
  sase-credential token 2>"$err" | cat >"$out"
  expect_within 700 "$start"
  code=0
  expect_output "$token"$'\n'
  wait_for_renewal
  expect_counter authorize 1
}

@test "a call that renews takes hardly longer than one that need not, and renews once" {
  tries 1 6
  # The promise is 1.5, measured on a quiet machine by `tests/bench --ahead`; a busy one is given head-room:
  # beside ten busy processes it was 2.4, and 7 to 9 while the front waited for the process that it left behind.
  "$story_root/tests/bench" --build "$build" --ahead --few-rounds 5 | tee /dev/fd/3 >"$out"
  code=0
  grep -qx 'renewals for each call that wants one: 1.00' "$out" || refute 'expected one renewal for each call'
  awk '/^ratios of renewing ahead:/ { found = $5 <= 4 && $6 <= 4 } END { exit !found }' "$out" ||
    refute 'expected ratios of at most 4'
}

@test "the last word of a trace comes out before the streams are let go" {
  tries
  keep_token 10m
  have_token
  SASE_TRACE=1 call sase-credential token
  expect_code 0
  grep -q '^sase-credential: trace: .* renewal: ' "$err" || refute 'the trace does not tell of the renewal'
  wait_for_renewal
}
