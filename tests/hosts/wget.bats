#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# wget: install/wget/sase-wget and the lines of its README.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  # With --config, wget reads no other file that could name the authority.
  mkdir "$home/bin"
  printf '#!/bin/sh\nexec %q --ca-certificate=%q "$@"\n' "$(command -v wget)" "$sandbox/ca.pem" >"$home/bin/wget"
  chmod +x "$home/bin/wget"
  export PATH=$home/bin:$source_root/install/wget:$PATH
  cd "$home" || return
}

expect_no_config() { expect_equal "$(find "$XDG_RUNTIME_DIR" -name 'sase-wget.*')" '' 'files with a token'; }

@test "sase-wget reads from the API, the token is in no command line, and no file is left" {
  traced "$home/trace" execve sh -euc "$(recipe wget/README.md 1)"
  expect_silence
  expect_equal "$(jq .page users.json)" 1 page
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
  expect_no_config
  used wget "$(wget --version | awk 'NR == 1 { print $3 }')" 'GET /api/rest/v1/users, the header by a config of mode 600'
}

@test "the README's lines for a script do the same" {
  call sh -c "$(recipe wget/README.md 2)"
  expect_silence
  expect_equal "$(jq .page users.json)" 1 page
  expect_no_config
}

@test "the token is not sent on to where a redirect leads" {
  further_sandbox other
  fault "redirect=$further_url/api/rest/v1/users" route=resource
  call sase-wget -q -O users.json "$url/api/rest/v1/users"
  expect_code 8
  expect_equal "$(curl -sS --cacert "$further/ca.pem" "$further_url/sandbox/stats" | jq .connections)" 1 'connections to the other host'
}

@test "without a token wget is not called, and no file is left" {
  SASE_API_KEY='' call sase-wget -q -O users.json "$url/api/rest/v1/users"
  expect_failure 4 'no API key for the profile *'
  [ ! -e users.json ] || refute 'wget was called'
  expect_no_config
}

wget_has_config() { [ -n "$(find "$XDG_RUNTIME_DIR" -name 'sase-wget.*' -size +0)" ]; }

# stopped SIGNAL CODE COMMAND...: signals the whole process group, as Ctrl-C at a terminal does.
stopped() {
  about "$*"
  setsid "${@:3}" 3>&- 4>&- &
  wait_until wget_has_config
  kill -s "$1" -- -$!
  wait $! || code=$?
  expect_code "$2"
  expect_no_config
}

@test "leaves no file when it is interrupted" {
  fault hang=on route=resource
  stopped TERM 143 sase-wget -q -O users.json "$url/api/rest/v1/users"
  stopped TERM 1 sh -c "$(recipe wget/README.md 2)"
}
