#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An environment in which the authorizer cannot be started: the hint follows the reason.

# shellcheck disable=SC2034,SC2154 # variables of support/end_to_end.bash
load ../support/end_to_end

promises=6

# hints PATTERN COMMAND...: exit 7 with this hint, and no request.
hints() {
  about=$1
  rm -rf "$state"
  call "${@:2}"
  expect_failure 7 'the authorizer cannot be used: *' "$1"
}

# with_authorizer MODE LINE...: an installed tree in which the authorizer is this script.
with_authorizer() {
  local program=$home/tree/libexec/sase-credential/authorize
  mkdir -p "$home/tree/bin" "${program%/*}"
  [ -e "$home/tree/bin/sase-credential" ] || cp "$build/bin/sase-credential" "$home/tree/bin/"
  rm -f "$program"
  printf '%s\n' "${@:2}" >"$program"
  chmod "$1" "$program"
}

# start_fails CALLS ERROR PATTERN: these system calls fail in the process that starts the authorizer.
start_fails() {
  about="$1: $2"
  rm -rf "$state"
  injected "$1" "error=$2" sase-credential token
  expect_failure 7 'the authorizer cannot be used: *' "$3"
}

@test "a limit on files, processes or memory: the hint names the limit" {
  start_fails pipe2 EMFILE '*ulimit -n*'
  start_fails pipe2 ENFILE '*open files*'
  start_fails clone,clone3,vfork,fork EAGAIN '*pids limit*'
  start_fails clone,clone3,vfork,fork ENOMEM '*memory*'
  start_fails clone,clone3,vfork,fork EPERM '*seccomp*'
  expect_counter authorize 0
}

@test "a program that cannot be executed or loaded: the hint names what is missing" {
  with_authorizer 700 '#!/nonexistent/ld-linux-x86-64.so.2'
  hints '*ldd reports*' "$home/tree/bin/sase-credential" token
  with_authorizer 700 '#!/bin/sh' 'echo "error while loading shared libraries: libPocoNet.so" >&2; exit 127'
  rm -rf "$state"
  call "$home/tree/bin/sase-credential" token
  expect_code 7
  grep -q '^sase-credential: hint: .*ldd reports' "$err" || refute 'expected the hint about libraries'
  with_authorizer 600 '#!/bin/sh'
  hints '*executable*noexec*' "$home/tree/bin/sase-credential" token
  rm "$home/tree/libexec/sase-credential/authorize"
  hints 'reinstall sase-credential' "$home/tree/bin/sase-credential" token
}

@test "an authorizer that is killed: the hint names memory" {
  # shellcheck disable=SC2016 # for the script
  with_authorizer 700 '#!/bin/sh' 'kill -9 $$'
  hints '*out of memory*' "$home/tree/bin/sase-credential" token
}
