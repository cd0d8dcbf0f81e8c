#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The authorizer by itself: what it does with what the front asks of it (protocol/exchange.hpp).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/story

# authorize LINE...: asks for the sandbox's token in the front's words, with these lines besides.
authorize() {
  ask "url=$url/api/v1/auth/authorize" "api_key=$key" timeout_ms=5000 "ca_file=$sandbox/ca.pem" "$@"
  call "$build/libexec/sase-credential/authorize"
  expect_code 0
  expect_no_message
}

@test "no more requests are sent than the front allows" {
  local tries
  for tries in 1 2 3; do
    about="tries=$tries"
    anew status=503
    authorize "tries=$tries"
    grep -qx "requests=$tries" "$out" || refute 'expected as many requests as tries'
    expect_counter authorize "$tries"
  done
  about='no word of tries'
  anew status=503
  authorize
  expect_counter authorize 3
}
