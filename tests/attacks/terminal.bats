#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A signal that ends `login` leaves a terminal that echoes. dash, unlike bash, does not restore the terminal itself.

# shellcheck disable=SC2016,SC2034,SC2154 # a script for an inner shell; variables of end_to_end.bash
load ../support/end_to_end.bash
promises=4

setup() {
  set_up_test
  unset SASE_API_KEY
}

@test "each signal that ends a login restores the echo" {
  local name
  command -v dash >/dev/null || skip 'needs dash'
  for name in HUP INT QUIT ABRT USR1 USR2 ALRM TERM XCPU IO VTALRM PROF PWR; do
    about "$name"
    code=0
    printf '%s\n' 'see API key for' 'echo off' "kill $name" 'see it ended' 'echo on' 'type done' |
      /usr/bin/python3 "$source_root/tests/support/typist.py" "$out" \
        dash -c 'set -m; trap : INT; env --default-signal sase-credential login --no-verify; echo "it ended with $?"; read -r line' 2>"$err" ||
      code=$?
    expect_code 0
    grep -q "it ended with $((128 + $(kill -l "$name")))" "$out" || refute 'expected the end by this signal'
  done
}
