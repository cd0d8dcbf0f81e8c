# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Functions for the tests of a fleet: the commands of tests/fleet, each with the figures that it requires.
# SASE_LONG=yes: more hosts and rounds, and the tests that take minutes.

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

# usually FEW, or with --long MANY
if [ "${SASE_LONG-}" = yes ]; then usually() { echo "$2"; }; else usually() { echo "$1"; }; fi
long() { [ "${SASE_LONG-}" = yes ] || skip 'takes minutes: tests/run --long'; }
