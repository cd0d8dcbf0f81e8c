#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# git-lfs, which repeats its request for a credential when its token is rejected.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

promises=5

# A repository that holds a pointer to a large file, which the server is to be asked for.
setup() {
  set_up_test
  export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_SSL_CAINFO=$sandbox/ca.pem GIT_ASKPASS=
  sh -euc "$(recipe git/README.md 1)"
  git config --global user.name someone
  git config --global user.email someone@example.test
  git lfs install --skip-repo >"$home/log"
  git init --quiet --initial-branch main "$home/clone"
  cd "$home/clone" || return
  git remote add origin "$url/git/demo.git"
  git lfs track '*.bin' >"$home/log"
  echo large >large.bin
  git add .gitattributes large.bin
  git commit --quiet --message 'A large file'
}

lfs() { call timeout 60 git lfs "$@"; }

# rejected COMMAND...: however often git-lfs comes back, two tokens at most are asked for.
rejected() {
  local turn
  about "git lfs $*"
  anew reject-tokens=on
  for turn in 1 2 3 4 5; do
    lfs "$@"
    [ "$code" != 0 ] || refute 'expected git-lfs to fail'
    [ "$(counter authorize)" -le 2 ] || refute "two tokens at most were to be asked for, but there were $(counter authorize)"
  done
  [ "$(counter resource_denied)" -ge 2 ] || refute 'the server was not asked'
  grep -q '^sase-credential: no new token is asked for: ' "$err" || refute 'expected a message about the pause'
}

@test "requests two tokens before the pause when a server rejects every token" {
  rejected push origin main
  rejected locks
  # What is not there must be fetched.
  rm -r .git/lfs/objects
  rejected fetch origin main
}

@test "a token is given to git-lfs once, and kept while the server takes it" {
  lfs push origin main
  # The sandbox lets it in and then knows of git-lfs nothing but locks.
  [ "$code" != 0 ] || refute 'expected git-lfs to fail'
  expect_counter authorize 1
  lfs push origin main
  expect_counter authorize 1
}

@test "git-lfs asks for locks, as in the README" {
  tries
  call timeout 60 sh -euc "$(recipe git/README.md 6)"
  expect_silence
  expect_counter authorize 1
  used git-lfs "$(git lfs version | sed 's|^git-lfs/\([^ ]*\).*|\1|')" 'locks, the token by the credential helper'
}
