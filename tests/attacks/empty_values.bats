#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# An empty value in a request is rejected, in each dialect, and never means "any".

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

promises=3

@test "Terraform: an empty host or profile" {
  local query
  for query in '{"host":""}' '{"profile":""}' '{"profile":"default","host":""}'; do
    about "$query"
    ask_bytes '%s' "$query"
    call sase-credential token --format external
    expect_failure 3 "the request on standard input is not understood: '*' is empty" '*'
  done
  expect_counter authorize 0
}

@test "Bazel: an empty uri or host" {
  local request
  for request in '{"uri":""}' '{"uri":"https://"}' '{"uri":"https:///path"}'; do
    about "$request"
    ask_bytes '%s' "$request"
    call bazel-credential-sase get
    expect_failure 3 '*'
  done
  expect_counter authorize 0
}

@test "Kubernetes: a cluster with an empty server" {
  local cluster
  for cluster in '{"server":""}' '{}' '{"server":"https://"}'; do
    about "$cluster"
    KUBERNETES_EXEC_INFO='{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"cluster":'$cluster'}}' \
      call sase-credential token --format exec-credential
    expect_failure 3 '*'
  done
  expect_counter authorize 0
}

@test "git: an empty protocol, host or url" {
  local lines
  for lines in "protocol=|host=$host" 'protocol=https|host=' "protocol=https|host=$host|url=" "protocol=https" "host=$host"; do
    about "$lines"
    ask_bytes '%s\n\n' "${lines//|/$'\n'}"
    call git-credential-sase get
    expect_failure 3 '*'
  done
  expect_counter authorize 0
}

@test "settings: an empty host owns no request" {
  profile default 'host ='
  call sase-credential token
  expect_failure 4 "*default.conf:1: 'host' has no value" 'remove the line'
  rm "$XDG_CONFIG_HOME/sase-credential/profiles/default.conf"
  call sase-credential --host '' token
  expect_failure 2 '--host: *'
  SASE_HOST=a.test,, call sase-credential token
  expect_failure 4 'SASE_HOST: *'
  expect_counter authorize 0
}
