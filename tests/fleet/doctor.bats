#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The faults of the lab, and what doctor and the warnings of a call say about members and settings.

load ../support/fleet

@test "three members start, each fault of the lab has its effect, and nothing is left" {
  IN_LAB=$BATS_TEST_TMPDIR lab effects
  ! grep -lsz "^IN_LAB=$BATS_TEST_TMPDIR$" /proc/[0-9]*/environ || false
}

@test "doctor and the warning of a call name member, reason and remedy, whatever is wrong with members or settings" {
  tries 6
  lab doctor
}
