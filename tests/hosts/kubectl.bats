#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# kubectl: the kubeconfig of install/kubectl in the API version that this kubectl supports.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  command -v kubectl >"$home/log" || skip 'there is no kubectl'
  # As users have it, with the roots where client-go and we look for them.
  unset SASE_CA_FILE
  export SSL_CERT_FILE=$sandbox/ca.pem
  version=$(kubectl version --client 2>"$home/log" | grep -oE 'v[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
  [ -n "$version" ] || refute 'kubectl does not tell its version'
  newest=kubeconfig
  # v1 of client.authentication.k8s.io came with 1.22.
  [ "$(printf '%s\n' v1.22 "$version" | sort -V | head -n 1)" = v1.22 ] || newest=kubeconfig-v1beta1
  use "$newest"
}

# use FILE: the kubeconfig, where the recipe's line has it.
use() {
  mkdir -p "$home/install/kubectl"
  as_here <"$source_root/install/kubectl/$1" >"$home/install/kubectl/kubeconfig"
}

# The commands of the recipe's first block, in the recipe's directory.
run_recipe() {
  cd "$home/install/kubectl" || return
  call bash -euo pipefail -c "$(recipe kubectl/README.md)"
}

@test "a read through kubectl gets its token by itself" {
  run_recipe
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r '.data | length > 0' "$out")" true users
  expect_counter authorize 1
  used kubectl "${version#v}" "get --raw /api/rest/v1/users, $(grep -o 'k8s.io/.*' "$home/install/kubectl/kubeconfig")"
}

@test "a current kubectl accepts the recipe for older ones" {
  use kubeconfig-v1beta1
  run_recipe
  expect_code 0
  expect_counter authorize 1
}

@test "without a token kubectl fails and shows the reason" {
  export SASE_API_KEY=unknown-key
  run_recipe
  expect_code 1
  expect_no_output
  grep -q '^sase-credential: the service rejected the API key (HTTP 401)' "$err" || refute "expected the helper's message"
  grep -q 'sase-credential failed with exit code 5' "$err" || refute "expected kubectl's line"
  expect_counter resource_ok 0
}

@test "a kubeconfig for a foreign server gets no token" {
  sed -i "s|server: .*|server: https://127.0.0.1:$port|" "$home/install/kubectl/kubeconfig"
  run_recipe
  expect_code 1
  grep -q "^sase-credential: cannot send a token to the cluster's server: no profile has the host '127.0.0.1:$port'" "$err" || refute "expected the helper's message"
  expect_counter authorize 0
  expect_counter resource_ok 0
}

@test "kubectl prints the token nowhere" {
  traced "$home/trace" execve bash -euo pipefail -c \
    "cd '$home' && kubectl -v=10 --kubeconfig install/kubectl/kubeconfig get --raw /api/rest/v1/users"
  expect_code 0
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" "$err" || refute 'the token is in a command line, an environment or a log'
}
