#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Processes that the command of 'api-key-command' leaves behind hold nothing of the host tool's open, and those that it
# has at its deadline are killed.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for inner shells; bats runs each test in a subshell
load ../support/end_to_end.bash
promises=6

setup() {
  set_up_test
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$home/key"
}

# As a host tool does: reads stdout and stderr to their ends.
read_both() { "$@" 2>&1 >"$home/tmp/out" | cat >"$home/tmp/err"; }

@test "a process that the command leaves behind does not hold the host tool's stderr open" {
  export SASE_API_KEY_COMMAND="sh -c 'echo \$\$ >$home/left; exec sleep 20' & echo 'touch the device' >&2; cat $home/key"
  local start
  start=$(now_ms)
  read_both sase-credential token
  expect_within 5000 "$start"
  kill "$(<"$home/left")"
  grep -q . "$home/tmp/out" || refute 'expected a token'
  meant_to_hold_secrets "$home/tmp/out"
  expect_equal "$(<"$home/tmp/err")" 'touch the device' 'stderr'
}

@test "a process that is left behind and never stops writing to stderr is not waited for" {
  export SASE_API_KEY_COMMAND="sh -c 'echo \$\$ >$home/left; exec yes' >&2 & sleep 0.2; cat $home/key"
  local start
  start=$(now_ms)
  code=0
  timeout -s KILL 20 sase-credential --timeout 8s token >"$out" 2>/dev/null || code=$?
  expect_within 6000 "$start"
  expect_token
  wait_until is_gone "$(<"$home/left")"
}

@test "what the command writes to stderr arrives while it runs, as it is, and up to its end" {
  export SASE_API_KEY_COMMAND="printf 'one\\tg\\303\\274n\\n' >&2; tries=0; until [ -e $home/go ] || [ \$((tries += 1)) -gt 200 ]; do sleep 0.05; done; exec >&-; echo last >&2; exit 3"
  sase-credential token >"$out" 2>"$err" &
  wait_until grep -q one "$err"
  touch "$home/go"
  code=0
  wait $! || code=$?
  expect_code 4
  expect_equal "$(head -n 2 "$err")" $'one\tg\303\274n\nlast' 'stderr'
}

@test "a host tool that does not read stderr costs no more than the deadline" {
  export SASE_API_KEY_COMMAND="head -c 300000 /dev/zero | tr '\\0' x >&2; cat $home/key"
  local start
  start=$(now_ms)
  mkfifo "$home/tmp/full"
  exec 7<>"$home/tmp/full"
  sase-credential --timeout 1s token >"$out" 2>"$home/tmp/full" 7>&- &
  code=0
  wait $! || code=$?
  exec 7>&-
  expect_within 4000 "$start"
}

@test "at the deadline a process in another session is killed as well" {
  export SASE_API_KEY_COMMAND="setsid sh -c 'echo \$\$ >$home/left; exec sleep 60' & sleep 60"
  call sase-credential --timeout 1s token
  expect_failure 6 "the command of 'api-key-command' did not end in time" '?*'
  wait_until is_gone "$(<"$home/left")"
}
