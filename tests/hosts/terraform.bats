#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Terraform as host, which is not to be had here: its data source `external` by a stand-in that is as strict as the
# provider, its credentials helper by the library that Terraform itself uses.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/story
load ../support/hosts

setup_file() {
  story_start
  command -v go >"$BATS_FILE_TMPDIR/log" || return 0
  local source=$story_root/tests/support/terraform_request.go
  HOME=$BATS_FILE_TMPDIR GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$BATS_FILE_TMPDIR/go \
    go build -o "$BATS_FILE_TMPDIR/terraform_request" "$source"
}

setup() {
  story_setup
  unset SASE_CA_FILE
  export SSL_CERT_FILE=$sandbox/ca.pem
  as_here <"$story_root/install/terraform/users.tf" >"$home/users.tf"
}

external() { call /usr/bin/python3 "$story_root/tests/support/terraform_external.py" "$home/users.tf"; }

# library OPERATION HOST [URL]: Terraform's library asks our helper, and makes a request for the URL.
library() {
  [ -x "$BATS_FILE_TMPDIR/terraform_request" ] || skip 'there is no go'
  call "$BATS_FILE_TMPDIR/terraform_request" "$story_root/install/terraform/terraform-credentials-sase" "$@"
}

@test "the data source gets a token, and the API takes it" {
  external
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r '.data | length > 0' "$out")" true users
  expect_counter authorize 1
  used 'terraform external' specification 'GET /api/rest/v1/users, token --format external'
}

@test "the credentials helper goes where terraform looks for it" {
  (cd "$story_root/install/terraform" && sh -euc "$(recipe terraform/README.md 3)")
  [ -x "$home/.terraform.d/plugins/terraform-credentials-sase" ] || refute 'the helper is not where terraform looks for it'
}

@test "without a token the data source fails with our line" {
  SASE_API_KEY=unknown-key external
  expect_code 1
  expect_no_output
  grep -q 'failed: sase-credential: the service refused the API key' "$err" || refute 'expected our line'
  sed -i 's|host = "[^"]*"|hots = "x"|' "$home/users.tf"
  external
  expect_code 1
  grep -q "unknown member 'hots'" "$err" || refute 'expected the misspelt member'
  expect_counter resource_ok 0
}

@test "a variable hands the token to terraform and to nothing that is kept" {
  mkdir "$home/bin"
  # shellcheck disable=SC2016 # for the script
  printf '#!/bin/sh\n[ "$1" = apply ] && printf "Authorization: Bearer %%s\\n" "$TF_VAR_sase_token" | curl -q -sSf -H @- --cacert "$SSL_CERT_FILE" %s\n' \
    "$url/api/rest/v1/users" >"$home/bin/terraform"
  chmod +x "$home/bin/terraform"
  PATH=$home/bin:$PATH call sh -euc "$(recipe terraform/README.md 2)"
  expect_code 0
  expect_counter resource_ok 1
  # And without one nothing is applied.
  SASE_API_KEY=unknown-key PATH=$home/bin:$PATH call sh -euc "$(recipe terraform/README.md 2)"
  expect_failure 5 '*refused the API key*'
}

@test "Terraform's library gets a token for our host, and the API takes it" {
  library get "$host" "$url/api/rest/v1/users"
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r '.data | length > 0' "$out")" true users
  expect_counter authorize 1
  used 'terraform svchost' "$(dpkg-query -W -f '${Version}' golang-github-hashicorp-terraform-svchost-dev)" \
    'GET /api/rest/v1/users, terraform-credentials-sase get'
}

@test "for another host the helper has nothing" {
  library get evil.test https://evil.test/
  expect_output $'no credentials\n'
  expect_counter authorize 0
}

@test "what the helper cannot do it tells Terraform's library" {
  SASE_API_KEY=unknown-key library get "$host" "$url/"
  expect_code 1
  grep -q 'sase-credential: the service refused the API key' "$err" || refute 'expected our line'
  library store "$host"
  expect_code 1
  grep -q 'all tokens come from the service' "$err" || refute 'expected to be told why'
  library forget "$host"
  expect_code 1
  grep -q 'logout to delete the key' "$err" || refute 'expected to be told why'
}

@test "the helper takes flags before Terraform's words, and refuses what is not Terraform's" {
  local helper=$story_root/install/terraform/terraform-credentials-sase operation odd
  profile default
  profile work
  call "$helper" --profile work get "$host"
  expect_code 0
  expect_equal "$(jq -c 'keys' "$out")" '["token"]'
  call "$helper" --profile=nobody get "$host"
  expect_code 2
  expect_no_output
  for odd in $'evil.test\nhost='"$host" "$host"$'\nusername=work' "$host"$'\n' "$host"$'\r' "https://$host" "$host/"; do
    call "$helper" get "$odd"
    expect_code 2
    expect_no_output
  done
  for operation in list '' GET; do
    call "$helper" "$operation" "$host"
    expect_code 2
    expect_no_output
  done
  call "$helper" get
  expect_code 2
}

@test "the helper shows the token in no command line" {
  traced "$home/trace" execve "$story_root/install/terraform/terraform-credentials-sase" get "$host"
  expect_code 0
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
}
