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

@test "the host's pipe is let go before what renews begins, and is not waited for" {
  # However busy the machine is, so that no measuring is needed.
  tries 6
  keep_token 10m
  have_token
  traced "$home/trace" dup2,clone,clone3,fork,vfork,wait4,waitid,execve sase-credential token
  expect_output "$token"$'\n'
  # The front is the first of the processes in the trace.
  expect_equal "$(sed '/^+++ exited/q' "$home/trace" |
    sed -nE 's/^(dup2)\([0-9]+<[^>]*>, ([012])[<)].*/\1 \2/p; s/^(clone3?|v?fork|wait[a-z0-9]*)\(.*/\1/p')" \
    $'dup2 0\ndup2 1\ndup2 2\nclone' 'what the front does in the end'
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
