#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Clocks that disagree: the service's with ours, and the time of day with the clock that counts since the machine's start.
# That one is moved in a time namespace, which is as if the machine had slept, or as if the time of day had been set back
# after that time had passed. Setting the time of day ahead would do it to the whole machine, and faketime does nothing to
# a static program; that rule is in the unit tests of the clock.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/drill

promises=2

# Flags are what comes behind.
expect_old() {
  ask_password
  later "$@" git-credential-sase get
  expect_password
  expect_equal "$token" "$first" token
}

expect_new() {
  later "$1" sase-credential "${@:2}" token
  expect_token
  [ "$token" != "$first" ] || refute 'a token that is no longer good was given out'
}

# first_token [SECONDS]: gets a token that much later. (A time namespace cannot set the clock to before the machine's
# start, so a clock that goes back is first moved ahead.)
first_token() {
  rm -rf "$state"
  later "${1:-0}" sase-credential token
  expect_token
  first=$token
}

@test "the service's clock is a day ahead or behind: its tokens live for as long as it says, in the cache as well" {
  local shift
  ask_password
  for shift in +1d -1d +1h -1h; do
    about "the service's clock is $shift"
    anew "date=$shift"
    call git-credential-sase get
    expect_password
    expect_lifetime "$expiry" 3600
    call git-credential-sase get
    expect_password
    expect_lifetime "$expiry" 3600
    expect_counter authorize 1
    fault "date=$shift" lifetime=20m
    call git-credential-sase get
    expect_password
    expect_counter authorize 1

    about "the service's clock is $shift, a short life"
    anew "date=$shift" lifetime=20m
    call git-credential-sase get
    expect_password
    expect_lifetime "$expiry" 1200
    call sase-credential --min-ttl 21m token
    expect_failure 5 '*less than min-ttl*'
  done
}

@test "a service whose clock is a day ahead, with a Retry-After as its date" {
  tries 2 5
  local start
  start=$(now_ms)
  fault date=+1d retry-after=date+2 times=1
  call sase-credential token
  expect_token
  [ $(($(now_ms) - start)) -ge 900 ] || refute 'Retry-After was not obeyed'
  expect_within 5000 "$start"
}

@test "the clock since the start decides: while it says so a token lives, and no longer" {
  needs_time_namespaces
  local first
  about '40 minutes later'
  first_token
  expect_old 2400
  expect_lifetime "$expiry" 1200 10
  about '59 minutes later, by the minute that min-ttl is'
  expect_old 3530
  about '59 minutes later, half a minute before the end'
  expect_new 3570
  about 'after the end'
  first_token
  expect_new 3601
  about 'long after the end'
  first_token
  expect_new 100000
  about 'with half an hour wanted, and less than that left'
  first_token
  expect_new 1900 --min-ttl 30m
}

@test "a clock that has gone back is not believed: no token lives for longer than an hour" {
  needs_time_namespaces
  local first
  first_token 3000
  expect_new 0
}

# after_restart SECONDS COMMAND...: as if the machine had started anew; then the time of day is all there is to go by.
after_restart() {
  cp /proc/sys/kernel/random/uuid "$home/boot_id"
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --time --boottime "$1" --mount --fork -- sh -euc '
    mount --bind "$0" /proc/sys/kernel/random/boot_id
    exec "$@"' "$home/boot_id" "${@:2}"
}

@test "after a restart of the machine the time of day decides" {
  needs_time_namespaces
  local first offset
  for offset in -9000 -60 5 9000; do
    about "after a restart, the clock since the start is $offset s off"
    first_token 9000
    ask_password
    after_restart $((9000 + offset)) git-credential-sase get
    expect_password
    expect_equal "$token" "$first" token
    expect_lifetime "$expiry" 3600
  done
}

@test "after a restart the ledger of the time before does not count" {
  tries 5
  needs_time_namespaces
  fault status=401 times=1
  later 3000 sase-credential token
  expect_failure 5 '*'
  after_restart 0 sase-credential token
  expect_token
  expect_counter authorize 2
}

@test "a clock that has gone back forgets no guard, or none at all: the call works" {
  tries 5 6
  needs_time_namespaces
  fault status=503 times=3
  later 3000 sase-credential token
  expect_failure 6 '*'
  call sase-credential token
  expect_token
  expect_no_message
}
