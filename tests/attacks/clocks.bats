#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A clock that stands still or goes back: a paused virtual machine or container, a snapshot, a wall clock that was set.
# A time namespace moves the boot clock. The token is requested while the boot clock is ahead, so that the clock of the
# next call is behind; no test needs a machine that has been up for long.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

promises=2

# request_ahead SECONDS LIFETIME: requests a token with this lifetime while the boot clock is that far ahead.
request_ahead() {
  anew "lifetime=$2"
  later "$1" sase-credential --min-ttl 0s token
  expect_token
  first=$token
}

@test "requests a new token after the expiry by the wall clock, if the boot clock is behind" {
  needs_time_namespaces
  local first behind
  for behind in 5 600 100000; do
    about "the boot clock is $behind s behind"
    request_ahead "$behind" 3s
    sleep 3
    fault lifetime=1h
    call sase-credential --min-ttl 0s token
    expect_token
    [ "$token" != "$first" ] || refute 'an expired token was returned'
    expect_counter authorize 2
  done
}

@test "never reports more time than is left by the wall clock, if the boot clock is behind" {
  needs_time_namespaces
  local first
  request_ahead 600 20m
  call sase-credential token --format json
  expect_code 0
  expect_equal "$(jq -r '.access_token' "$out")" "$first" token
  [ "$(jq -r '.expires_in' "$out")" -le 1200 ] || refute "expires in $(jq -r '.expires_in' "$out") s"
  call sase-credential status --json
  expect_code 0
  [ "$(jq -r '.profiles[0].token_seconds_left' "$out")" -le 1200 ] || refute "status: $(cat "$out")"
}

@test "keeps a token that is good by both clocks, if the boot clock is behind" {
  needs_time_namespaces
  local first
  request_ahead 100000 1h
  call sase-credential token
  expect_token
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}
