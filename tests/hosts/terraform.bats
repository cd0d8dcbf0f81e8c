#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Terraform itself, where it is in PATH, gets a module with the credentials helper; so does its library. For the data source
# `external`, whose provider is not here, there is a stand-in that is as strict.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup_file() {
  start_file
  command -v go >"$BATS_FILE_TMPDIR/log" || return 0
  local source=$source_root/tests/support/terraform_request.go
  HOME=$BATS_FILE_TMPDIR GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$BATS_FILE_TMPDIR/go \
    go build -o "$BATS_FILE_TMPDIR/terraform_request" "$source"
}

setup() {
  set_up_test
  unset SASE_CA_FILE
  export SSL_CERT_FILE=$sandbox/ca.pem
  as_here <"$source_root/install/terraform/users.tf" >"$home/users.tf"
}

external() { call /usr/bin/python3 "$source_root/tests/support/terraform_external.py" "$home/users.tf"; }

# library OPERATION HOST [URL]: Terraform's library asks our helper, and makes a request for the URL.
library() {
  [ -x "$BATS_FILE_TMPDIR/terraform_request" ] || skip 'there is no go'
  call "$BATS_FILE_TMPDIR/terraform_request" "$source_root/install/terraform/terraform-credentials-sase" "$@"
}

@test "the data source gets a token, and the API takes it" {
  external
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r '.data | length > 0' "$out")" true users
  expect_counter authorize 1
  used 'terraform external' specification 'GET /api/rest/v1/users, token --format external'
}

@test "installs the credentials helper where terraform searches for it" {
  (cd "$source_root/install/terraform" && sh -euc "$(recipe terraform/README.md 4)")
  [ -x "$home/.terraform.d/plugins/terraform-credentials-sase" ] || refute 'the helper is not where terraform looks for it'
}

@test "without a token the data source fails with the helper's message" {
  SASE_API_KEY=unknown-key external
  expect_code 1
  expect_no_output
  grep -q 'failed: sase-credential: the service rejected the API key' "$err" || refute "expected the helper's message"
  sed -i 's|host = "[^"]*"|hots = "x"|' "$home/users.tf"
  external
  expect_code 1
  grep -q "unknown member 'hots'" "$err" || refute 'expected the misspelt member'
  expect_counter resource_ok 0
}

@test "passes the token to terraform in a variable, and nothing stores it" {
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
  expect_failure 5 '*rejected the API key*'
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

@test "returns no token for a foreign host" {
  library get evil.test https://evil.test/
  expect_output $'no credentials\n'
  expect_counter authorize 0
}

@test "reports unsupported operations to Terraform's library" {
  SASE_API_KEY=unknown-key library get "$host" "$url/"
  expect_code 1
  grep -q 'sase-credential: the service rejected the API key' "$err" || refute "expected the helper's message"
  library store "$host"
  expect_code 1
  grep -q 'all tokens come from the service' "$err" || refute 'expected the reason'
  library forget "$host"
  expect_code 1
  grep -q 'logout to delete the key' "$err" || refute 'expected the reason'
}

@test "accepts flags before Terraform's arguments, and rejects other arguments" {
  local helper=$source_root/install/terraform/terraform-credentials-sase operation odd
  profile default
  profile work
  call "$helper" --profile work get "$host"
  expect_code 0
  expect_equal "$(jq -c 'keys' "$out")" '["token"]'
  call "$helper" --profile=unknown get "$host"
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
  traced "$home/trace" execve "$source_root/install/terraform/terraform-credentials-sase" get "$host"
  expect_code 0
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
}

# init_module: `terraform init` for a module of a private registry, with the recipe's credentials helper; $log is the
# registry's log.
init_module() {
  command -v terraform >"$home/log" || skip 'there is no terraform'
  authority 'the registry'
  # Terraform wants a dot in the name of a registry.
  certificate registry localhost subjectAltName=IP:127.0.0.1
  cat "$sandbox/ca.pem" "$home/authority.pem" >"$home/roots.pem"
  export SSL_CERT_FILE=$home/roots.pem CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
  sase-credential token >"$home/key"
  serve registry registry.py "$home/registry.pem" "$home/key"
  log=$home/registry/log
  profile default "$@" "host = 127.0.0.1:$served"
  (cd "$source_root/install/terraform" && sh -euc "$(sed -n '/^install -D/,/^```/p' README.md | grep -v '```')")
  mkdir "$home/module"
  printf 'module "network" {\n  source  = "127.0.0.1:%s/team/network/sase"\n  version = "1.0.0"\n}\n' "$served" >"$home/module/main.tf"
  call timeout 60 terraform -chdir="$home/module" init -no-color -input=false
}

@test "'terraform init' gets a module from a private registry, with the token of the credentials helper" {
  init_module
  expect_code 0
  expect_no_message
  grep -q '^200 /modules/team/network/sase/versions$' "$log" || refute "the registry has not accepted the token: $(<"$log")"
  ! grep -q ^401 "$log" || refute 'the registry has rejected a token'
  [ -f "$home/module/.terraform/modules/network/main.tf" ] || refute 'there is no module'
  ! grep -rqF eyJ "$home/module" || refute 'a token is in the directory of terraform'
  expect_counter authorize 1
  # The sandbox has counted nothing: the answer 200 is in the registry's log.
  [ -z "${SASE_TOOLS-}" ] || printf '%s\t%s\t%s\t%s\n' terraform "$(terraform version -json | jq -r .terraform_version)" registry \
    'init with terraform-credentials-sase' >>"$SASE_TOOLS"
}

@test "without a key 'terraform init' fails, and the helper's message is in terraform's log" {
  init_module
  rm -rf "$home/module/.terraform"
  SASE_API_KEY='' TF_LOG=warn call timeout 60 terraform -chdir="$home/module" init -no-color -input=false
  expect_code 1
  grep -q '401 Unauthorized' "$err" || refute "expected the registry's answer"
  grep -q "sase-credential: no API key for the profile 'default'" "$err" || refute "expected the helper's message"
}
