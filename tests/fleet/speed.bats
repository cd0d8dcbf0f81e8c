#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How long a call takes that the fleet serves: these measure time, so nothing runs in parallel with them.

load ../support/fleet

@test "one of 100 cold hosts authorizes, and all get its token" {
  tries 1 5
  lab herd 100
}

@test "a hit takes one connection and one request, and little longer than starting the authorizer" {
  tries 1
  lab hit
}

@test "a cached token costs the same system calls and instructions as without a fleet" {
  lab warm
}

@test "one host refreshes the token in each of ten lives, and no caller waits" {
  long
  tries 1 2 5
  lab lives 100 --life 120 --refresh-ahead 30 --lives 10
}

@test "in a simulation, hosts that spread their refreshes authorize about once an hour, and three members carry their reads" {
  tries 5
  lab simulation --hosts "$(usually 1000 10000)"
}
