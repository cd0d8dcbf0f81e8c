#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# 1,000 calls wait for one that ends in any way: all are answered soon after, and waiting costs hardly any CPU time.
# SASE_LONG=yes, on a quiet machine: 20 rounds instead of 1, and all are answered within a second instead of two.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

promises=1

# waiters KIND COMMAND...
waiters() {
  local kind=$1 rounds=1 patience=2
  shift
  [ "${SASE_LONG-}" != yes ] || rounds=20 patience=1
  situation 1 "$kind, 1,000 calls"
  "$@" /usr/bin/python3 "$source_root/tests/support/waiters.py" "$kind" --rounds "$rounds" --patience "$patience" "$BATS_TEST_TMPDIR" "$sandbox" >&3
}

@test "1,000 waiting calls get a token after the holder of the lock is killed" { waiters killed; }

@test "1,000 waiting calls get a token after the deadline of a stopped holder of the lock" { waiters stopped; }

@test "1,000 waiting calls share the failure of an authorizer that is killed" { waiters crashed; }

@test "1,000 waiting calls without an authorizer share the failure after the holder is killed" { waiters missing; }

@test "of 1,000 waiting calls without a cache as many get a token as the rate limit allows" { waiters no-cache; }

@test "of 1,000 waiting calls with a full disk as many get a token as the rate limit allows" {
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  waiters full-disk unshare --mount
}
