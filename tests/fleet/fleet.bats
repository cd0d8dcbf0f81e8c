#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Many hosts share one token through three real members of etcd: the commands of this directory, each with the figures
# that it requires. SASE_LONG=yes: more hosts and rounds, and the tests that take minutes.

bats_require_minimum_version 1.8.0
load ../support/promises

# Seconds for one test; the longest runs several faults, or with --long ten lives of a token.
export BATS_TEST_TIMEOUT=600
[ "${SASE_LONG-}" != yes ] || BATS_TEST_TIMEOUT=1800

setup() { begin_situations; }
teardown() { end_situations; }

# lab COMMAND [ARGUMENT...]: shows its figures, and fails if one is not met. 77: etcd or namespaces are missing.
lab() {
  local code=0
  "$BATS_TEST_DIRNAME/$1" "${@:2}" >"$BATS_TEST_TMPDIR/figures" 2>&1 || code=$?
  sed 's/^/# /' "$BATS_TEST_TMPDIR/figures" >&3
  [ "$code" != 77 ] || skip "$(sed -n 's/^skipped: //p' "$BATS_TEST_TMPDIR/figures")"
  [ "$code" = 0 ]
}

# members: the processes of all labs, sorted as comm(1) needs it.
members() { pgrep -f 'etcd --name=m[123] ' | sort || true; }

# usually FEW, or with --long MANY
if [ "${SASE_LONG-}" = yes ]; then usually() { echo "$2"; }; else usually() { echo "$1"; }; fi
long() { [ "${SASE_LONG-}" = yes ] || skip 'takes minutes: tests/run --long'; }

@test "three members start, each fault of the lab has its effect, and nothing is left" {
  local before
  before=$(members)
  lab effects
  ! ip -o link show type bridge | grep lab0 || false
  # Another lab may run at the same time.
  [ -z "$(comm -13 <(echo "$before") <(members))" ]
}

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

@test "one host authorizes when a member is killed, stopped, cut off or slow" {
  tries 1 6
  lab fault --hosts "$(usually 20 60)" follower-kill follower-stop leader-kill leader-stop partition-leader \
    leader-kill-while-authorizing leader-kill-short-authorization leader-cut-while-authorizing leader-stop-while-authorizing slow-50ms slow-150ms slow-400ms
}

@test "one host authorizes when a member's disk is full or its certificate has expired, or the store is compacted" {
  tries 1 6
  lab fault --hosts "$(usually 20 60)" disk-full compaction expired-member
}

@test "every host gets a token without a store: no quorum, all dead, packets dropped, full, expired certificates" {
  tries 6
  lab fault --hosts "$(usually 20 60)" no-quorum partition-all all-dead dropped quota expired-members expired-client
}

@test "doctor and the warning of a call name member, reason and remedy, whatever is wrong with members or settings" {
  tries 6
  lab doctor
}

@test "hosts get the stored token without a quorum" {
  tries 1 6
  lab fault --hosts "$(usually 20 60)" --with-token no-quorum partition-all
}

@test "another host takes over when the holder of the lock is killed at any of nine points, stopped, or offline" {
  tries 1 6
  lab fault holder-killed holder-stopped holder-offline
}

@test "one host replaces a token that all hosts erase, and none erases a newer one" {
  tries 2 5
  lab erase "$(usually 20 100)" --rounds "$(usually 2 20)"
}

@test "the fleet sends one request with a rejected key" {
  tries 5
  # shellcheck disable=SC2046 # no argument, or one
  lab rejected "$(usually 20 100)" $(usually '' --whole)
}

@test "no host sends a request before the time that the service names" {
  tries 5
  lab retry-after "$(usually 20 100)"
}

@test "wrong clocks of hosts and members cost no authorization" {
  tries 2
  lab clocks "$(usually 5 20)"
}

@test "a thief finds nothing in the store, the memory of fleet and the packets, and written values are misses" {
  tries 3 4 7
  lab thief
}

@test "hostile replies of a member never cost the token" {
  tries 3 6
  lab hostile
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
