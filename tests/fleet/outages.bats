#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every host gets a token whatever the store does or replies.

load ../support/fleet

@test "every host gets a token without a store: no quorum, all dead, packets dropped, full, expired certificates" {
  tries 6
  lab fault --hosts "$(usually 12 60)" no-quorum partition-all all-dead dropped quota expired-members expired-client
}

@test "hosts get the stored token without a quorum" {
  tries 1 6
  lab fault --hosts "$(usually 12 60)" --with-token no-quorum partition-all
}

@test "a thief finds nothing in the store, the memory of fleet and the packets, and written values are misses" {
  tries 3 4 7
  lab thief
}

@test "hostile replies of a member never cost the token" {
  tries 3 6
  lab hostile
}
