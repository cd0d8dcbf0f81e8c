#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Whatever is killed, and whenever: the others are served, nothing is locked and nothing is left.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/drill

promises=1

@test "who asks the service, or its authorizer, is killed at a random moment, 200 times" {
  race killed-leader --rounds 140
  # With more time in which the service is asked.
  fault delay=30ms
  race killed-leader --rounds 60 --seed 2
}

@test "who asks is killed while its authorizer starts, 60 times: no token is minted for nobody" {
  fault hang=on
  race killed-early --rounds 60
}

# gone PID: within a second.
gone() {
  local tries=0
  while [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || refute "process $1 is still there"
    sleep 0.02
  done
}

# kill_renewal SECONDS: a call has its token at once, and then what renews it is killed.
kill_renewal() {
  local renewal authorizer
  have_token delay=2s
  call sase-credential token
  expect_output "$kept"$'\n'
  sleep "$1"
  renewal=$(lock_holder)
  [ -n "$renewal" ] || refute 'nothing renews'
  authorizer=$(pgrep -P "$renewal" || true)
  kill -KILL "$renewal"
  [ -z "$authorizer" ] || gone "$authorizer"
  gone "$renewal"
  expect_unlocked
}

@test "what renews is killed in the middle: its authorizer goes along, and a call renews when its minute is over" {
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

@test "a signal ends the call, its authorizer goes along, and the lock is free" {
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

@test "a signal ends who waits for another call" {
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

@test "SIGPIPE ends nothing" {
  tries 6
  fault delay=300ms
  childless --signal PIPE sase-credential token
  expect_token
  expect_no_message
}

@test "a stopped leader keeps nobody past the timeout, and gives the lock back when it is ended" {
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
