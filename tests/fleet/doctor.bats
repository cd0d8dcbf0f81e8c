#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What doctor and the warnings of a call say about members and settings.

load ../support/fleet

@test "doctor and the warning of a call name member, reason and remedy, whatever is wrong with members or settings" {
  tries 6
  lab doctor
}
