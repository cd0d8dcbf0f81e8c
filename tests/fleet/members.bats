#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A member that fails while the others work; a service that names a time.

load ../support/fleet

@test "one host authorizes when a member is killed, stopped, cut off or slow" {
  tries 1 6
  lab fault --hosts "$(usually 12 60)" follower-kill follower-stop leader-kill leader-stop partition-leader \
    leader-kill-while-authorizing leader-stop-while-authorizing leader-kill-short-authorization leader-cut-while-authorizing \
    slow-50ms slow-150ms slow-400ms
}

@test "one host authorizes when a member's disk is full or its certificate has expired, or the store is compacted" {
  tries 1 6
  lab fault --hosts "$(usually 12 60)" disk-full compaction expired-member
}

@test "no host sends a request before the time that the service names" {
  tries 5
  lab retry-after "$(usually 12 100)"
}
