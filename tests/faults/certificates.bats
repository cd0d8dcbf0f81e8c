#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A service whose certificate becomes invalid, or that changes to TLS 1.1: without a cached token, with a fresh one and with
# one due for refresh.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

# The sandbox's options | message | hint
bad_certificates() {
  cat <<'END'
  --certificate expired     | *has expired*                        | ?*
  --certificate not-yet     | *not valid before*                   | *clock*
  --certificate wrong-name  | *not for 'localhost'                 | ?*
  --certificate self-signed | *is self-signed*                   | *ca-file*
  --tls-max 1.1             | *neither TLS 1.2 nor a newer version*         | ?*
END
}

# turns_bad OPTIONS MESSAGE HINT
turns_bad() {
  local port kept start
  situation 7 "$1, cold"
  # shellcheck disable=SC2086 # words
  further_sandbox service --lifetime 10m
  port=${further_url##*:}
  export SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem SASE_API_KEY
  SASE_API_KEY=$(<"$further/api-key")
  rm -rf "$state"
  call sase-credential token
  expect_token
  kept=$token
  stop_sandbox "$further"
  wait_until test ! -e "$further/pid"
  # The same address and the same authority from now on.
  # shellcheck disable=SC2086 # words
  further_sandbox service --port "$port" $1

  start=$(now_ms)
  call sase-credential --cache none token
  expect_failure 6 "$2" "$3"
  expect_within 2000 "$start"
  expect_asked 0

  situation '6 7' "$1, with a fresh token"
  call sase-credential --refresh-ahead 5m token
  expect_output "$kept"$'\n'

  situation '6 7' "$1, with a token due for refresh"
  forgive
  call sase-credential token
  expect_output "$kept"$'\n'
  wait_for_renewal
  expect_asked 0

  situation '2 7' "$1, with a token below min-ttl"
  forgive
  call sase-credential --min-ttl 20m token
  expect_failure 6 "$2" "$3"
  expect_asked 0
  stop_sandbox "$further"
  wait_until test ! -e "$further/pid"
  further_sandboxes=()
  rm -rf "$further"
}

# Of the sandbox behind the bad certificate; curl looks away, and speaks the old TLS if need be.
expect_asked() {
  local count
  count=$(curl -q -sS --insecure --tlsv1.0 --ciphers DEFAULT@SECLEVEL=0 "$further_url/sandbox/stats" | jq .authorize)
  expect_equal "$count" "$1" 'requests that came through'
}

@test "sends no request over an untrusted connection, and returns a cached token that is still valid" {
  table turns_bad < <(bad_certificates)
}
