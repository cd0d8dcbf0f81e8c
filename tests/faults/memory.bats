#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the request log remembers, and for how long. Time namespaces skip the minutes. The bounds leave some seconds for slow
# machines.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

setup() {
  set_up_test
  needs_time_namespaces
}

promises=5

# at SECONDS REQUESTS CODE [MESSAGE [HINT]] [-- FLAG...]: a call at that time; in the end, renewals behind its back
# included, the service has been asked so often in all.
at() {
  local flags=() seconds=$1 requests=$2 wanted=$3 expected=()
  shift 3
  while [ $# -gt 0 ] && [ "$1" != -- ]; do expected+=("$1") && shift; done
  [ $# -eq 0 ] || flags=("${@:2}")
  about "$seconds s later${flags[*]:+, ${flags[*]}}"
  later "$seconds" sase-credential "${flags[@]}" token
  if [ "$wanted" = 0 ]; then
    expect_token
    expect_no_message
  else
    expect_failure "$wanted" "${expected[@]-*}"
  fi
  wait_for_renewal
  expect_counter authorize "$requests"
}

erased_at() {  # SECONDS: the last token
  ask protocol=https "host=$host" username=default "password=$token"
  later "$1" sase-credential erase
  expect_silence
}

@test "remembers a rejected key for 5 minutes, or until it changes" {
  fault status=401 times=1
  at 0 1 5 'the service rejected the API key (HTTP 401)*'
  at 1 1 5 'the service rejected the API key (HTTP 401)*; the service is asked again in *'
  at 280 1 5 '*'
  at 280 1 5 '*' -- --profile default --min-ttl 5m
  printf '%s\nanother-key\n' "$key" >"$sandbox/keys"
  mv "$sandbox/keys" "$sandbox/api-key"
  SASE_API_KEY=another-key at 2 2 0
  printf '%s\n' "$key" >"$sandbox/api-key"
  at 301 3 0
}

@test "remembers a temporary failure for 2 seconds" {
  fault status=503 times=3
  at 0 3 6 '* (HTTP 503)*'
  at 0 3 6 '* (HTTP 503)*'
  at 4 4 0
}

@test "obeys Retry-After for every call, in seconds and as a date" {
  local form
  for form in 60 date+60; do
    anew "retry-after=$form" times=1
    at 0 1 6 '* (HTTP 429)*'
    at 1 1 6 '* (HTTP 429)*' 'try again in *'
    at 50 1 6 '* (HTTP 429)*' 'try again in *' -- --timeout 5m
    at 50 1 6 '* (HTTP 429)*' 'try again in *' -- --cache none
    profile other
    at 50 1 6 '* (HTTP 429)*' 'try again in *' -- --profile other
    at 62 2 0
  done
}

@test "waits at most an hour for an invalid Retry-After" {
  fault retry-after=100000 times=1
  at 0 1 6 '* (HTTP 429)*'
  at 1 1 6 '* (HTTP 429)*' 'try again in @(1h|35[0-9][0-9]s)'
  at 3570 1 6 '* (HTTP 429)*' 'try again in *'
  at 3602 2 0
}

@test "sends at most 5 requests in a minute, retries included" {
  fault status=503
  at 0 3 6 '* (HTTP 503)*'
  at 4 5 6 '* (HTTP 503)*'
  fault
  at 8 5 6 '5 requests for this API key *' 'try again in *'
  at 45 5 6 '5 requests for this API key *' 'try again in *'
  at 65 6 0
}

@test "applies the rate limit without a cache" {
  at 0 1 0 -- --cache none
  at 1 2 0 -- --cache none
  at 2 3 0 -- --cache none
  at 3 4 0 -- --cache none
  at 4 5 0 -- --cache none
  at 5 5 6 '5 requests for this API key *' 'try again in *' -- --cache none
  at 61 6 0 -- --cache none
}

@test "pauses for 1, 2, 4, 8 and at most 15 minutes after rejected tokens" {
  local now=0 requests=2 pause
  at 0 1 0
  erased_at 0
  at 0 2 0
  for pause in 60 120 240 480 900 900; do
    erased_at "$now"
    at "$now" "$requests" 6 'no new token is asked for: *' 'try again in *'
    at $((now + pause - 15)) "$requests" 6 'no new token is asked for: *' 'try again in *'
    now=$((now + pause + 1)) requests=$((requests + 1))
    at "$now" "$requests" 0
  done
}

@test "does not count a rejection of an old token" {
  at 0 1 0
  erased_at 0
  at 1 2 0
  erased_at 310
  at 311 3 0
}

@test "repeats a failed refresh after a minute, or when its failure is no longer remembered" {
  fault lifetime=10m
  at 0 1 0
  fault status=403 times=1
  at 2 2 0
  at 70 2 0
  at 280 2 0
  at 310 3 0

  anew lifetime=10m
  at 0 1 0
  fault status=503 times=3
  at 2 2 0
  at 40 2 0
  at 70 3 0
}

@test "remembers for 5 minutes that tokens live shorter than min-ttl" {
  fault lifetime=10m
  at 0 1 5 '*less than min-ttl 20m' '*' -- --min-ttl 20m
  at 1 1 5 '*less than min-ttl 20m' '*' -- --min-ttl 20m
  at 280 1 5 '*less than min-ttl 20m' '*' -- --min-ttl 20m
  fault lifetime=60m
  at 302 2 0 -- --min-ttl 20m
}
