#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# HTTPie: the header's value through a pipe.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export REQUESTS_CA_BUNDLE=$sandbox/ca.pem
}

@test "HTTPie reads from the API, and the token is in no command line" {
  traced "$home/trace" execve bash -euo pipefail -c "$(recipe httpie/README.md)"
  expect_code 0
  expect_no_message
  expect_equal "$(jq .page "$out")" 1 page
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
  used httpie "$(http --version)" "GET /api/rest/v1/users, the header's value by @/dev/stdin"
}

@test "without a token HTTPie fails, with and without 'pipefail'" {
  local options
  for options in -uo -euo; do
    SASE_API_KEY='' call bash "$options" pipefail -c "$(recipe httpie/README.md)"
    [ "$code" = 4 ] || refute 'expected a failure'
    grep -q '^sase-credential: no API key' "$err" || refute 'expected the reason'
  done
  SASE_API_KEY='' call sh -euc "$(recipe httpie/README.md)"
  expect_code 4
  expect_counter resource_ok 0
}
