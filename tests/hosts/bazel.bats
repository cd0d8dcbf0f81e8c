#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Bazel: no version with credential helpers can be installed here, so a stand-in that is as strict as Bazel's own code
# reads and uses the line of install/bazel.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  unset SASE_CA_FILE
  export SSL_CERT_FILE=$sandbox/ca.pem
  # The scope of a helper has no port.
  recipe bazel/README.md | sed "s|=$host=|=${host%:*}=|" >"$home/bazelrc"
  workspace=$home/workspace
  mkdir "$workspace"
}

# download URL: as Bazel does in the workspace.
download() {
  cd "$workspace" || return
  call /usr/bin/python3 "$source_root/tests/support/bazel_download.py" "$home/bazelrc" "$workspace" "$1"
}

@test "two downloads get the same token" {
  download "$url/api/rest/v1/users?page=1&limit=5"
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r .page "$out")" 1 page
  download "$url/api/rest/v2.3/networks"
  expect_code 0
  expect_counter authorize 1
  used bazel specification 'GET /api/rest/v1/users, headers of bazel-credential-sase get'
}

@test "reads and runs no file of a hostile workspace" {
  local trap
  for trap in authorize git sh sase-credential bazel-credential-sase libexec/sase-credential/authorize; do
    mkdir -p "$(dirname "$workspace/$trap")"
    printf '#!/bin/sh\ntouch %s\n' "$home/trapped" >"$workspace/$trap"
    chmod +x "$workspace/$trap"
  done
  printf 'SASE_URL=https://evil.test\n' >"$workspace/.env"
  download "$url/api/rest/v1/users"
  expect_code 0
  [ ! -e "$home/trapped" ] || refute 'a program of the workspace was run'
}

@test "without a token the build fails with the helper's message" {
  SASE_API_KEY=unknown-key download "$url/api/rest/v1/users"
  expect_code 1
  expect_no_output
  grep -q 'exit code 5: sase-credential: the service rejected the API key' "$err" || refute "expected the helper's message"
  expect_counter resource_ok 0
}

@test "Bazel asks for no token for a host outside the scope, and the helper rejects a foreign host" {
  download "https://127.0.0.1:$port/api/rest/v1/users"
  expect_code 1
  grep -q 'HTTP Error 401' "$err" || refute 'expected a request without a token'
  sed -i "s|=${host%:*}=|=127.0.0.1=|" "$home/bazelrc"
  download "https://127.0.0.1:$port/api/rest/v1/users"
  expect_code 1
  grep -q "exit code 4: sase-credential: cannot send a token to the URI: no profile has the host '127.0.0.1:$port'" "$err" || refute "expected the helper's message"
  expect_counter authorize 0
}
