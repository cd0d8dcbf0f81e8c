#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The refresh lock and the request log with a full disk, a stopped process and an authorizer that dies.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

promises='1 5'

setup() {
  set_up_test
  space=''
}

teardown() {
  [ -z "$space" ] || kill "$space"
  tear_down_test
}

# small_disk: mounts a file system of 64 KiB at $state in a mount namespace; `inside` runs a command there.
small_disk() {
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir -m 700 "$state"
  unshare --mount sleep 600 3>&- 4>&- &
  space=$!
  wait_until is_separate
  inside mount -t tmpfs -o size=64k,mode=700 none "$state"
}
is_separate() { [ "$(readlink "/proc/$space/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; }
inside() { nsenter --target "$space" --mount -- "$@"; }
fill_disk() { inside dd if=/dev/zero of="$state/filler" bs=4096 2>/dev/null || true; }

@test "30 answers with a full disk and a token due for refresh send no request" {
  tries 5 6
  small_disk
  fault lifetime=10m
  call inside sase-credential token
  expect_token
  fill_disk
  fault lifetime=60m
  local requests kept=$token i
  requests=$(counter authorize)
  for i in {1..30}; do
    call inside sase-credential token
    expect_output "$kept"$'\n'
  done
  sleep 0.5
  expect_counter authorize "$requests"
  if command -v strace >/dev/null; then
    inside strace -f -o "$home/trace" -e trace=clone,clone3,fork,vfork sase-credential token >"$out"
    expect_equal "$(grep -cE '(clone3?|v?fork)\(' "$home/trace")" 0 'processes of a call'
  fi

  inside rm "$state/filler"
  call inside sase-credential token
  expect_output "$kept"$'\n'
  wait_for_requests $((requests + 1))
}

@test "a disk that is full from the start does not evade the rate limit" {
  tries 5 6
  small_disk
  fill_disk
  local i
  for i in {1..5}; do
    call inside sase-credential token
    expect_warning '*No space left on device'
    : >"$err"
    expect_token
  done
  call inside sase-credential token
  expect_code 6
  expect_no_output
  expect_counter authorize 5
}

# stop_leader: a call whose request hangs, and which is stopped; $leader is its process.
stop_leader() {
  anew hang=on times=1
  sase-credential --timeout 2s token >"$home/leader" 2>&1 3>&- 4>&- &
  leader=$!
  wait_for_requests 1
  kill -STOP "$leader"
}

@test "a call continues after the deadline of a stopped one, and names its process" {
  tries 1
  stop_leader
  local start
  start=$(now_ms)
  call sase-credential token
  expect_warning "process $leader holds the lock of this API key after its deadline; is it stopped?"
  : >"$err"
  expect_token
  expect_within 3500 "$start"
  expect_counter authorize 2

  kill -CONT "$leader"
  wait "$leader" || true
  expect_counter authorize 2
  local first=$token
  call sase-credential token
  expect_output "$first"$'\n'
}

@test "status and doctor name a stopped process that holds the lock after its deadline" {
  tries 1
  stop_leader
  sleep 2.5
  call sase-credential status
  expect_code 0
  grep -q "process $leader still holds the lock after its deadline; is it stopped?" "$out" || refute 'expected the process'
  call sase-credential doctor
  grep -q "process $leader still holds the lock" "$out" || refute 'expected the process'
  kill -KILL "$leader"
}

@test "single flight holds among the calls that continue after a stopped one" {
  tries 1
  stop_leader
  fault delay=300ms
  crowd 50 sase-credential --timeout 20s token
  expect_equal "$codes $answers" "0:50 1"
  kill -KILL "$leader"
  expect_counter authorize 2
}

# stop_at CALL: a call of 8 seconds that stops itself after its first system call CALL; $stopped is its process.
stop_at() {
  command -v strace >/dev/null || skip 'needs strace'
  strace -o "$home/trace" -e "trace=$1" -e "inject=$1:signal=SIGSTOP:when=1" sase-credential --timeout 8s token \
    >"$home/stopped" 2>&1 3>&- 4>&- &
  tracer=$!
  wait_until grep -q 'stopped by SIGSTOP' "$home/trace"
  stopped=$(pgrep -P "$tracer")
}

@test "a call continues although the one that replaces the lock of a stopped one is stopped too" {
  tries 1
  stop_leader
  sleep 2
  stop_at pwrite64
  [ -e "$(echo "$state"/*.1.lock)" ] || refute 'expected the next lock file'
  kill -KILL "$leader"
  local start
  start=$(now_ms)
  call sase-credential token
  expect_token
  expect_within 2500 "$start"
  expect_counter authorize 2

  local first=$token
  kill -CONT "$stopped"
  wait "$tracer"
  expect_equal "$(<"$home/stopped")" "$first"
  rm "$home/stopped"
  expect_counter authorize 2
  expect_unlocked
}

@test "a call continues although one is stopped that has the lock and has not recorded itself" {
  tries 1
  stop_at flock
  local start
  start=$(now_ms)
  call sase-credential token
  expect_token
  expect_within 2500 "$start"

  local first=$token
  kill -CONT "$stopped"
  wait "$tracer"
  expect_equal "$(<"$home/stopped")" "$first"
  rm "$home/stopped"
  expect_counter authorize 1
}

# dying_tree: a tree whose authorizer is killed before it sends a request, as when memory is short.
dying_tree() {
  cp -R "$build/bin" "$home/tree-bin"
  mkdir -p "$home/tree/libexec/sase-credential"
  mv "$home/tree-bin" "$home/tree/bin"
  printf '#!/bin/sh\nsleep 0.2\nkill -KILL $$\n' >"$home/tree/libexec/sase-credential/authorize"
  chmod 755 "$home/tree/libexec/sase-credential/authorize"
}

@test "100 calls share the failure of an authorizer that dies, and count no request" {
  tries 1 5
  dying_tree
  crowd 100 "$home/tree/bin/sase-credential" token
  expect_crowd 7:100 0 3000
  [ "$(cat "$home"/crowd/*.err | grep -c '^sase-credential: the authorizer cannot be used: it was killed by signal 9')" = 100 ] ||
    refute 'expected the same failure from all'
  expect_counter authorize 0
  call sase-credential token
  expect_token
}
