#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# curl: every recipe that keeps the token out of curl's command line, with the sandbox's resources.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export CURL_CA_BUNDLE=$sandbox/ca.pem
  set -o pipefail
}

# ask_api CURL_OPTION... URL: the body, or a failure.
ask_api() { curl -q --silent --show-error --fail "$@"; }

expect_users() {
  call bash -euo pipefail -c "$1"
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r '.page, (.data | length > 0)' "$out")" $'1\ntrue' users
}

@test "without a token the API answers 401" {
  call ask_api "$url/api/rest/v1/users"
  expect_code 22
}

@test "the README's line: a header through the pipe" {
  expect_users "$(recipe curl/README.md 1)"
  used curl "$(curl --version | awk 'NR == 1 { print $2 }')" 'GET /api/rest/v1/users, the header through a pipe'
}

@test "the README's line: a header by process substitution" {
  expect_users "$(recipe curl/README.md 2)"
}

@test "the README's line: a config through the pipe" {
  expect_users "$(recipe curl/README.md 3)"
}

@test "the README's line: the URL from the JSON form, with the token from the same call" {
  expect_users "$(recipe curl/README.md 4)"
}

@test "a config by process substitution, with other options in the command line" {
  expect_users "curl -q -sSf -K <(sase-credential token --format curl) --max-time 20 '$url/api/rest/v1/users?page=1&limit=5'"
}

@test "the shell's exports, and a header from there through the pipe" {
  # printf is the shell's own, so the token is in no command line.
  expect_users "eval \"\$(sase-credential token --format env)\"
    printf 'Authorization: Bearer %s\n' \"\$SASE_ACCESS_TOKEN\" | curl -q -sSf -H @- $url/api/rest/v1/users"
}

@test "a call for each page makes one request for a token" {
  local page
  for page in 1 2 3; do
    sase-credential token --format header | ask_api -H @- "$url/api/rest/v1/users?page=$page&limit=5" >"$home/page"
    expect_equal "$(jq .page "$home/page")" "$page" page
  done
  expect_counter authorize 1
  expect_counter resource_ok 3
}

@test "the routes of v1 and v2.3" {
  local route
  for route in v1/users v2.3/networks v2.3/status; do
    sase-credential token --format header | ask_api -H @- "$url/api/rest/$route" >"$home/answer"
    [ -s "$home/answer" ] || refute "no answer from $route"
  done
}

@test "the routes of v3, with v3's token" {
  export SASE_API=v3
  expect_users "sase-credential token --format header | curl -q -sSf -H @- $url/v3/users"
  local route
  for route in networks/standard status; do
    sase-credential token --format curl | ask_api -K - "$url/v3/$route" >"$home/answer"
    [ -s "$home/answer" ] || refute "no answer from $route"
  done
}

@test "a token of 8,000 bytes fits a header through the pipe" {
  meant_to_hold_secrets "$home/header"
  fault token=8000
  sase-credential token --format header >"$home/header"
  expect_equal "$(wc -c <"$home/header")" $((8000 + 23)) 'bytes of the header'
  expect_equal "$(curl -q -sS -o /dev/null -w '%{http_code}' -H @- "$url/api/rest/v2.3/status" <"$home/header")" 200
}

@test "a failing helper fails the pipe, and no half header is sent" {
  SASE_API_KEY=unknown call bash -uo pipefail -c "$(recipe curl/README.md 1)"
  [ "$code" != 0 ] || refute 'expected a failure'
  expect_no_output
  grep -q '^sase-credential: the service rejected the API key' "$err" || refute 'expected the reason'
  # Without pipefail it is curl that fails.
  SASE_API_KEY=unknown call sh -uc "$(recipe curl/README.md 1)"
  expect_code 22
  expect_counter resource_ok 0
}

@test "the token is in no command line" {
  traced "$home/trace" execve bash -euo pipefail -c \
    "$(recipe curl/README.md 1; recipe curl/README.md 2; recipe curl/README.md 3; recipe curl/README.md 4)"
  expect_code 0
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
}

@test "the token does not follow a redirect to another host" {
  further_sandbox other
  cat "$further/ca.pem" "$sandbox/ca.pem" >"$home/both.pem"
  fault "redirect=$further_url/api/rest/v1/users" route=resource
  CURL_CA_BUNDLE=$home/both.pem call bash -euo pipefail -c "sase-credential token --format header | curl -q -sS -L -v -H @- $url/api/rest/v1/users 2>&1 | grep -ci '^> authorization:'"
  expect_output $'1\n'
}
