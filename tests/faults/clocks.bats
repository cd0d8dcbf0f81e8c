#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Clocks that disagree: the service's with the local one, and the wall clock with the boot clock. For a boot clock that is
# behind, see tests/attacks/clocks.bats.
# A time namespace moves the boot clock, which has the effect of a suspend, or of a wall clock that was set back later.
# Setting the wall clock would affect the whole machine, and faketime does not affect a static program, so the unit tests
# of the clock cover that.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

promises=2

# expect_old SECONDS, expect_new SECONDS [FLAG...]: what a call returns that much later.
expect_old() {
  ask_password
  later "$@" git-credential-sase get
  expect_password
  expect_equal "$token" "$first" token
}

expect_new() {
  later "$1" sase-credential "${@:2}" token
  expect_token
  [ "$token" != "$first" ] || refute 'an expired token was returned'
}

# first_token [SECONDS]: gets a token that much later. (A time namespace cannot set the clock to before the machine's
# start, so a clock that goes back is first moved ahead.)
first_token() {
  rm -rf "$state"
  later "${1:-0}" sase-credential token
  expect_token
  first=$token
}

@test "takes the lifetime from expires_in when the service's clock is a day off" {
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

@test "obeys a Retry-After date of a service whose clock is a day ahead" {
  tries 2 5
  local start
  start=$(now_ms)
  fault date=+1d retry-after=date+2 times=1
  call sase-credential token
  expect_token
  [ $(($(now_ms) - start)) -ge 900 ] || refute 'Retry-After was not obeyed'
  expect_within 5000 "$start"
}

@test "measures a token's life with the boot clock" {
  needs_time_namespaces
  local first
  about '40 minutes later'
  first_token
  expect_old 2400
  expect_lifetime "$expiry" 1200 10
  about '59 minutes later, one minute (min-ttl) before the end'
  expect_old 3530
  about '59 minutes later, half a minute before the end'
  expect_new 3570
  about 'after the end'
  first_token
  expect_new 3601
  about 'long after the end'
  first_token
  expect_new 100000
  about 'min-ttl is half an hour, and less is left'
  first_token
  expect_new 1900 --min-ttl 30m
}

# after_restart SECONDS COMMAND...: `call` with another boot ID, as after a reboot: only the wall clock can be compared.
after_restart() {
  cp /proc/sys/kernel/random/uuid "$home/boot_id"
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --time --boottime "$(boot_offset "$1")" --mount --fork -- sh -euc '
    mount --bind "$0" /proc/sys/kernel/random/boot_id
    exec "$@"' "$home/boot_id" "${@:2}"
}

@test "uses the wall clock after a reboot" {
  needs_time_namespaces
  local first offset
  for offset in -9000 -60 5 9000; do
    about "after a reboot, the boot clock is $offset s off"
    first_token 9000
    ask_password
    after_restart $((9000 + offset)) git-credential-sase get
    expect_password
    expect_equal "$token" "$first" token
    expect_lifetime "$expiry" 3600
  done
}

@test "ignores the request log of an earlier boot" {
  tries 5
  needs_time_namespaces
  fault status=401 times=1
  later 3000 sase-credential token
  expect_failure 5 '*'
  after_restart 0 sase-credential token
  expect_token
  expect_counter authorize 2
}

@test "works after the boot clock has gone back, whether or not the request log is kept" {
  tries 5 6
  needs_time_namespaces
  fault status=503 times=3
  later 3000 sase-credential token
  expect_failure 6 '*'
  call sase-credential token
  expect_token
  expect_no_message
}
