#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# System calls that a seccomp profile denies: the failure names them, with the exit code for the local system.

# shellcheck disable=SC2034,SC2154 # variables of end_to_end.bash
load ../support/end_to_end.bash

setup() { set_up_test; }

@test "without getrandom(2) the failure names it" {
  local error
  for error in EPERM ENOSYS; do
    about "$error"
    injected getrandom "error=$error" sase-credential token
    expect_failure 7 '*getrandom*' '*seccomp*'
  done
  expect_counter authorize 0
}

@test "without fcntl(2) the failure names it" {
  injected fcntl error=EPERM sase-credential token
  expect_failure 7 '*fcntl*' '?*'
  expect_counter authorize 0
}

@test "without fcntl(2) a cached token is delivered" {
  call sase-credential token
  expect_token
  injected fcntl error=EPERM sase-credential token
  expect_token
}

@test "without mlock(2) the token is delivered, and the trace reports it" {
  [ "$build" != "${build%sanitized}" ] && skip 'AddressSanitizer replaces mlock(2)'
  injected mlock error=EPERM sase-credential --trace 1 token
  expect_token
  grep -q 'memory: not all secrets can be locked' "$err" || refute 'expected a line of the trace'
}

@test "without sockets the failure names the cause, whether or not a name is looked up" {
  local where
  for where in "$url" https://nowhere.invalid; do
    about "$where"
    SASE_URL=$where injected socket error=EPERM sase-credential token
    expect_failure 6 "cannot connect to '*': Operation not permitted" 'allow the connection in the sandbox *, and in the firewall'
    anew
    SASE_URL=$where injected socket error=EAFNOSUPPORT sase-credential token
    expect_failure 6 "cannot connect to '*': Address family not supported by protocol" 'allow the connection in the sandbox *'
    anew
    SASE_URL=$where injected socket error=EMFILE sase-credential token
    expect_failure 6 "cannot connect to '*': Too many open files" 'raise the limit on open files (ulimit -n)'
    anew
  done
}
