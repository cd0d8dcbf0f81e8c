#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every host gets a token without a store.

load ../support/fleet

@test "every host gets a token without a store: no quorum, all dead, packets dropped, full, expired certificates" {
  tries 6
  lab fault --hosts "$(usually 12 60)" no-quorum partition-all all-dead dropped quota expired-members expired-client
}

@test "hosts get the stored token without a quorum" {
  tries 1 6
  lab fault --hosts "$(usually 12 60)" --with-token no-quorum majority-stop partition-all
}
