#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hosts that fail while they ask, and hosts that erase or reject a token.

load ../support/fleet

@test "another host takes over when the holder of the lock is killed at any of nine points, stopped, suspended or offline" {
  tries 1 6
  lab fault holder-killed holder-stopped holder-suspended holder-offline
}

@test "one host replaces a token that all hosts erase, and none erases a newer one" {
  tries 2 5
  lab erase "$(usually 12 100)" --rounds "$(usually 2 20)"
}

@test "the fleet sends one request with a rejected key" {
  tries 5
  # shellcheck disable=SC2046 # no argument, or one
  lab rejected "$(usually 12 100)" $(usually '' --whole)
}
