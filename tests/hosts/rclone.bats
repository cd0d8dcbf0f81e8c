#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# rclone: a WebDAV remote that gets its token from the helper.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export SSL_CERT_FILE=$sandbox/ca.pem
  mkdir -p "$XDG_CONFIG_HOME/rclone"
  recipe rclone/README.md 1 >"$XDG_CONFIG_HOME/rclone/rclone.conf"
  cd "$home" || return
}

@test "rclone copies a file from a server that needs a token" {
  call bash -euc "$(recipe rclone/README.md 2)"
  expect_silence
  expect_equal "$(jq .page users.json)" 1 page
  expect_counter authorize 1
  used rclone "$(rclone version | sed -n '1s/^rclone v//p')" 'copyto, the token by bearer_token_command (WebDAV)'
}

@test "rclone asks for another token when the server rejects its own" {
  fault status=401 route=resource times=1
  SASE_TRACE=$home/calls call rclone copyto sase:v2.3/status status
  expect_code 0
  expect_equal "$(<status)" Ok
  expect_equal "$(grep -c ' settings: ' "$home/calls")" 2 'calls of the helper'
}

@test "without a token rclone shows the reason and sends no request" {
  SASE_API_KEY='' call rclone copyto sase:v2.3/status status
  expect_code 1
  grep -q 'sase-credential: no API key for the profile' "$err" || refute "expected the helper's reason"
  expect_counter connections 1 # the one that asks for the counters
}

@test "rclone's traces and command lines hold no token" {
  traced "$home/trace" execve rclone -vv --dump headers copyto sase:v2.3/status status
  expect_code 0
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
}
