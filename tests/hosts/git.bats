#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# git: `git credential`, `git ls-remote` and `git clone` get their token from the helper.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 GIT_SSL_CAINFO=$sandbox/ca.pem GIT_ASKPASS=
  run_recipe 1
  ask_password
}

# run_recipe NUMBER: the README's lines, as they are there.
run_recipe() {
  call sh -euc "$(recipe git/README.md "$1")"
  expect_code 0
  expect_no_message
}

# fill: what git has got, as $username and $token.
fill() {
  call git credential fill
  expect_code 0
  expect_no_message
  username=$(sed -n 's/^username=//p' "$out")
  token=$(sed -n 's/^password=//p' "$out")
  [ -n "$token" ] || refute 'git has got no password'
}

git_knows_authtype() { [ "$(printf '%s\n' 2.46 "$(git version | cut -d ' ' -f 3)" | sort -V | head -n 1)" = 2.46 ]; }

@test "'git credential fill' gets a token" {
  fill
  expect_equal "$username" default
  expect_counter authorize 1
  expect_equal "$(curl -q -sS --cacert "$sandbox/ca.pem" -H @- "$url/api/rest/v2.3/status" <<<"Authorization: Bearer $token")" Ok
}

@test "'git credential fill' again gets the same token" {
  fill
  local first=$token
  fill
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "a git that knows authtype gets a Bearer credential" {
  git_knows_authtype || skip "git $(git version | cut -d ' ' -f 3) is older than 2.46"
  ask_bearer
  call git credential fill
  expect_code 0
  expect_equal "$(grep -E '^(authtype|ephemeral)=' "$out" | sort)" $'authtype=Bearer\nephemeral=1'
  grep -q '^credential=eyJ' "$out" || refute 'expected a credential'
}

@test "the helper by its path, with and without flags" {
  profile default
  profile work
  git config --global --replace-all "credential.$url.helper" "$build/bin/git-credential-sase"
  fill
  expect_equal "$username" default
  git config --global --replace-all "credential.$url.helper" "$build/bin/git-credential-sase --profile work"
  fill
  expect_equal "$username" work
  git config --global --replace-all "credential.$url.helper" 'sase --profile work'
  fill
  expect_equal "$username" work
  expect_counter authorize 2
}

@test "a script's lines get a token without asking a person" {
  unset GIT_TERMINAL_PROMPT GIT_ASKPASS
  run_recipe 2
  grep -q '^password=eyJ' "$out" || refute 'git has got no password'
  SASE_API_KEY='' call sh -euc "$(recipe git/README.md 2)"
  expect_code 128
  grep -q '^sase-credential: no API key' "$err" || refute 'expected the reason'
}

@test "the user name in the URL chooses the profile" {
  profile default
  profile work
  SASE_TRACE=$home/calls run_recipe 4
  grep -q "settings: profile 'work'" "$home/calls" || refute 'expected the profile work'
  ! grep -q "settings: profile 'default'" "$home/calls" || refute 'expected no other profile'
}

@test "the user name in git's configuration chooses the profile" {
  profile default
  profile work
  run_recipe 5
  fill
  expect_equal "$username" work
}

@test "'git credential approve' changes nothing" {
  fill
  local first=$token
  cp "$out" "$in"
  call git credential approve
  expect_silence
  ask_password
  fill
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "'git credential approve' plants nothing" {
  ask protocol=https "host=$host" username=default password=planted
  call git credential approve
  expect_silence
  ask_password
  fill
  [ "$token" != planted ] || refute 'a planted token came back'
}

@test "'git credential reject' drops the token: the next one is new" {
  fill
  local first=$token
  cp "$out" "$in"
  call git credential reject
  expect_silence
  ask_password
  fill
  [ "$token" != "$first" ] || refute 'the rejected token came back'
  expect_counter authorize 2
}

@test "'git credential reject' of another token drops nothing" {
  fill
  local first=$token
  ask protocol=https "host=$host" username=default password=another
  call git credential reject
  expect_silence
  ask_password
  fill
  expect_equal "$token" "$first" token
}

@test "'git ls-remote' reads a repository that needs a token" {
  call git ls-remote "$url/git/demo.git"
  expect_code 0
  expect_no_message
  [[ $(<"$out") =~ ^[0-9a-f]{40}$'\tHEAD\n'[0-9a-f]{40}$'\trefs/heads/main'$ ]] || refute 'expected one branch'
  expect_counter authorize 1
}

@test "'git clone' does, too, and leaves no token in the clone" {
  call git clone --quiet "$url/git/demo.git" "$home/clone"
  expect_code 0
  expect_no_message
  expect_equal "$(head -n 1 "$home/clone/README.md")" '# demo'
  used git "$(git version | cut -d ' ' -f 3)" 'clone, the token by the credential helper'
  expect_counter authorize 1
  ! grep -rqF eyJ "$home/clone" || refute 'a token lies in the clone'
}

@test "without the helper git gets nothing" {
  git config --global --unset-all "credential.$url.helper"
  call git ls-remote "$url/git/demo.git"
  expect_code 128
  expect_counter authorize 0
}

@test "requests at most two tokens when a service rejects every token" {
  tries 5
  fault reject-tokens=on route=resource
  call git ls-remote "$url/git/demo.git"
  expect_code 128
  [ "$(counter authorize)" -le 2 ] || refute 'git was given token after token'
}

@test "a helper for every host is silent about foreign ones" {
  git config --global credential.helper sase
  ask protocol=https host=github.com
  call git credential fill
  expect_code 128
  ! grep -q sase-credential "$err" || refute 'the helper had something to say'
  expect_counter authorize 0
}

@test "git asks other helpers for foreign hosts" {
  git config --global credential.helper sase
  git config --global --add credential.helper '!f() { echo username=u; echo password=p; }; f'
  ask protocol=https host=example.test
  call git credential fill
  expect_code 0
  expect_equal "$(grep -E '^(username|password)=' "$out")" $'username=u\npassword=p'
}

@test "a failure is reported once, and git then prompts" {
  SASE_API_KEY=unknown call git credential fill
  expect_code 128
  expect_equal "$(grep -c '^sase-credential: ' "$err")" 2 'lines of the helper'
  grep -q '^sase-credential: the service rejected the API key (HTTP 401)' "$err" || refute 'expected the reason'
}

@test "--no-prompt makes git stop" {
  git config --global --replace-all "credential.$url.helper" 'sase --no-prompt'
  SASE_API_KEY=unknown call git credential fill
  expect_code 128
  grep -q 'told us to quit' "$err" || refute 'expected git to quit'
}

@test "git's own traces hold no token" {
  GIT_TRACE=1 GIT_TRACE_CURL=1 GIT_CURL_VERBOSE=1 call git ls-remote "$url/git/demo.git"
  expect_code 0
  grep -q 'git-credential-sase\|credential-sase get' "$err" || refute 'the trace does not show the helper'
  token=$(sase-credential token)
  no_token=$(printf 'default:%s' "$token" | base64 -w 0)
  ! grep -qF -e "$token" -e "$no_token" -e "$key" "$err" || refute 'a secret in the trace'
}

@test "git in a script without a helper: the header by variables, which no command line shows" {
  git config --global --unset-all "credential.$url.helper"
  traced "$home/trace" execve sh -euc "$(recipe git/README.md 3)"
  expect_code 0
  expect_no_message
  # Only of the arguments: what hands the header on is the environment.
  sed -i 's/\], \[.*//' "$home/trace"
  grep -q '"ls-remote"' "$home/trace" || refute 'expected a trace of git'
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line'
  SASE_API_KEY='' call sh -euc "$(recipe git/README.md 3)"
  expect_failure 4 'no API key for the profile *'
}
