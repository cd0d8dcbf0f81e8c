#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Who reads or changes what is in the store or on the way learns nothing and costs no token; wrong clocks, too.

load ../support/fleet

@test "a thief finds nothing in the store, the memory of fleet and the packets, and written values are misses" {
  tries 3 4 7
  lab thief
}

@test "hostile replies of a member never cost the token" {
  tries 3 6
  lab hostile
}

@test "wrong clocks of hosts and members cost no authorization" {
  tries 2
  lab clocks "$(usually 5 20)"
}
