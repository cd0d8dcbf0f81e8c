#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Keys and tokens are locked in memory in every process that has them, also where little memory may be locked. Root may
# lock any amount by CAP_IPC_LOCK, so the programs run without it.

# shellcheck disable=SC2034,SC2154 # variables of end_to_end.bash
load ../support/watching
promises=4

setup() {
  set_up_test
  needs_root
  [ "$build" != "${build%sanitized}" ] && skip 'AddressSanitizer keeps what was freed'
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$home/key"
  export SASE_API_KEY_FILE=$home/key
}

# with_limit BYTES COMMAND...: runs it with that limit for locked memory.
with_limit() { setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock prlimit --memlock="$1" "${@:2}"; }

# Sets $holder to a process that has the lock of the state directory open.
find_holder() {
  holder=$(find /proc/[0-9]*/fd -lname "$state/*.lock" 2>/dev/null | head -n 1)
  holder=${holder#/proc/} holder=${holder%%/*}
  [ -n "$holder" ]
}

# expect_key_guarded PID: the process has the key in locked memory that core files omit, and nowhere else.
expect_key_guarded() {
  local places
  places=$(/usr/bin/python3 "$source_root/tests/support/memory_of.py" "$1" "$key" | sort -u)
  expect_equal "$places" 'guarded anonymous' 'places of the key'
}

expect_reported() { grep -q 'memory: not all secrets .*RLIMIT_MEMLOCK' "$err" || refute 'expected a line of the trace'; }

@test "a background refresh locks its secrets, with 64 KiB of lockable memory" {
  fault lifetime=10m
  call sase-credential token
  expect_token
  fault delay=1500ms lifetime=60m
  call with_limit 65536 sase-credential token
  expect_token
  wait_until find_holder
  wait_for_requests 2
  expect_key_guarded "$holder"
  wait_until is_gone "$holder"
}

@test "'exec' leaves a background refresh that locks its secrets" {
  fault lifetime=10m
  call sase-credential token
  fault delay=1500ms lifetime=60m
  call with_limit 65536 sase-credential exec -- true
  expect_code 0
  wait_until find_holder
  wait_for_requests 2
  expect_key_guarded "$holder"
  wait_until is_gone "$holder"
}

@test "the processes of 'watch --group' lock their secrets" {
  fault delay=1500ms
  mkdir "$home/run"
  meant_to_hold_secrets "$home/run/token"
  with_limit 65536 sase-credential watch "$home/run/token" --mode 640 --group 12345 <"$in" >"$out" 2>"$err" 3>&- 4>&- &
  watcher=$!
  servers+=("$watcher")
  wait_for_requests 1
  find_holder || refute 'expected a process that holds the lock'
  expect_key_guarded "$holder"
  wait_until test -s "$home/run/token"
  kill "$watcher"
  wait "$watcher" || true
}

@test "where no memory may be locked, the token is delivered, and the trace and 'doctor' report it" {
  call with_limit 0 sase-credential --trace 1 token
  expect_token
  expect_reported
  # From the cache.
  call with_limit 0 sase-credential --trace 1 token
  expect_reported
  call with_limit 0 sase-credential doctor
  expect_code 0
  grep -q 'files .*cannot be locked in memory (RLIMIT_MEMLOCK)' "$out" || refute 'expected the problem'
  grep -q 'ulimit -l 64' "$out" || refute 'expected the remedy'
  call with_limit 65536 sase-credential --trace 1 token
  ! grep -q 'memory:' "$err" || refute 'expected no line about memory'
}

@test "a token of 64 KiB is delivered with little lockable memory, and the trace reports it" {
  fault token=65536
  call with_limit 65536 sase-credential --trace 1 token
  expect_code 0
  [ "$(wc -c <"$out")" -gt 60000 ] || refute 'expected the long token'
  expect_reported
}
