#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# After a process is killed at any moment, other callers get a token, and no lock and no file is left.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

promises=1

@test "recovers when a caller or its authorizer is killed at a random moment, 200 times" {
  race killed-leader --rounds 140
  # With more time in which the service is asked.
  fault delay=30ms
  race killed-leader --rounds 60 --seed 2
}

@test "requests no token after the caller is killed while its authorizer starts, 60 times" {
  fault hang=on
  race killed-early --rounds 60
}

# gone PID: the process ends within a second.
gone() {
  local start
  start=$(now_ms)
  wait_until is_gone "$1"
  expect_within 1500 "$start"
}

# kill_renewal SECONDS: a call returns at once, and after that time its background refresh is killed.
kill_renewal() {
  local renewal authorizer
  have_token delay=2s
  call sase-credential token
  expect_output "$kept"$'\n'
  sleep "$1"
  renewal=$(lock_holder)
  [ -n "$renewal" ] || refute 'no process refreshes the token'
  authorizer=$(pgrep -P "$renewal" || true)
  kill -KILL "$renewal"
  [ -z "$authorizer" ] || gone "$authorizer"
  gone "$renewal"
  expect_unlocked
}

@test "a killed refresh ends its authorizer, and a call refreshes again after a minute" {
  tries 1 6
  needs_root
  keep_token 10m
  local kept=$token moment
  for moment in 0 0.005 0.02 0.1 0.3; do
    about "killed after $moment s"
    kill_renewal "$moment"
    fault lifetime=60m
    forgive
    call sase-credential token
    expect_output "$kept"$'\n'
    wait_for_renewal
    call sase-credential token
    expect_token
    [ "$token" != "$kept" ] || refute 'nothing has been renewed'
    expect_requests 1-2
  done
}

# ended_by SIGNAL CODE: a front that asks the service.
ended_by() {
  situation 1 "SIG$1 to who asks the service"
  anew hang=on
  childless --signal "$1" sase-credential --timeout 20s token
  expect_code "$2"
  expect_no_output
  expect_unlocked
  fault
  call sase-credential token
  expect_token
  expect_no_message
}

@test "a signal ends the call and its authorizer, and releases the lock" {
  tries
  table ended_by <<'END'
  TERM | 143
  INT  | 130
  HUP  | 129
  QUIT | 131
  KILL | 137
  ABRT | 134
END
}

@test "a signal ends a call that waits for another one" {
  local signal waiter
  call sase-credential token
  expect_token
  hold_lock
  rm "$state"/*.token
  for signal in TERM INT HUP KILL; do
    about "SIG$signal"
    # Not by a shell, whose background jobs ignore some of them.
    call timeout --signal "$signal" 0.3 sase-credential --timeout 20s token
    [ "$code" -ge 124 ] || refute 'expected an end by a signal'
    expect_no_output
  done
  release_lock
  call sase-credential token
  expect_token
}

@test "SIGPIPE ends no call" {
  tries 6
  fault delay=300ms
  childless --signal PIPE sase-credential token
  expect_token
  expect_no_message
}

@test "a stopped lock holder delays no call past its timeout, and releases the lock when it is killed" {
  local leader start
  fault delay=500ms
  sase-credential --timeout 30s token >"$home/leader" 2>&1 3>&- 4>&- &
  leader=$!
  wait_for_requests 1
  kill -STOP "$leader"
  start=$(now_ms)
  crowd 20 sase-credential --timeout 1s token
  expect_crowd 6:20 0 2000
  kill -KILL "$leader"
  fault
  call sase-credential token
  expect_token
}
