#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Shell scripts: a loop over pages that may take longer than a token is valid, and the lines of the README.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # for inner shells; bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export CURL_CA_BUNDLE=$sandbox/ca.pem
  mkdir "$home/bin"
  as_here <"$source_root/install/shell/sase-users" >"$home/bin/sase-users"
  chmod +x "$home/bin/sase-users"
  PATH=$home/bin:$PATH
}

@test "sase-users reads all pages with one token, which is in no command line" {
  traced "$home/trace" execve sase-users
  expect_code 0
  expect_no_message
  expect_equal "$(jq -s 'map(.id) | unique | length' "$out")" 57 users
  expect_counter authorize 1
  expect_counter resource_ok 2
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
  used 'sh, curl' "$(curl --version | awk 'NR == 1 { print $2 }')" 'sase-users: a loop over pages that renews the token'
}

@test "the script's lines are those of the README" {
  call bash -euo pipefail -c "$(recipe shell/README.md 1)"
  expect_code 0
  call bash -euo pipefail -c "$(recipe shell/README.md 2)"
  expect_code 0
  expect_equal "$(wc -l <"$out")" 57 'mail addresses'
}

@test "sase-users continues with a new token when its own is rejected" {
  sase-credential token >"$home/key"
  fault status=401 route=resource times=1
  call sase-users
  expect_code 0
  expect_equal "$(wc -l <"$out")" 57 users
  expect_counter authorize 2
  [ "$(sase-credential token)" != "$(<"$home/key")" ] || refute 'the rejected token is still kept'
}

@test "sase-users gives up when every token is rejected" {
  fault reject-tokens=on
  call sase-users
  expect_code 1
  expect_equal "$(<"$err")" 'sase-users: /v1/users?page=1&limit=50: HTTP 401'
  expect_no_output
  expect_counter authorize 2
}

@test "without a token sase-users ends with the helper's reason and exit code" {
  SASE_API_KEY=unknown call sase-users
  expect_failure 5 'the service rejected the API key (HTTP 401)*'
  expect_counter resource_denied 0
}

@test "the token in variables, in sh and bash; a failure is not hidden" {
  local shell
  for shell in sh bash; do
    call "$shell" -euc "$(recipe shell/README.md 3)"
    expect_output Ok
    SASE_API_KEY='' call "$shell" -euc "$(recipe shell/README.md 3)"
    expect_failure 4 'no API key for the profile *'
  done
}

@test "erases a token, and the next one is new" {
  sase-credential token >"$home/key"
  call sh -euc "$(recipe shell/README.md 4)"
  expect_silence
  [ "$(sase-credential token)" != "$(<"$home/key")" ] || refute 'the token is still kept'
}

@test "'set -x' shows nothing of what goes through a pipe" {
  call bash -euxo pipefail -c "$(recipe shell/README.md 1)"
  expect_code 0
  no_secret_in "$err"
}
