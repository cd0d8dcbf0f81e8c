#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A key in the wrong place, such as a setting that is no secret, is in no report, message or argument of a process.

# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
promises=7

setup() {
  set_up_test
  # A row of help: "  --region REGION   SASE_REGION   default: us".
  settings=$(sase-credential help settings | sed -n 's/^  --\([a-z-]*\) .* SASE_.*/\1/p')
  [[ $settings == *api-key-command* && $settings == *trace* ]]
  unset SASE_URL SASE_CA_FILE SASE_API_KEY
  # No request leaves this machine.
  export SASE_PROXY=http://127.0.0.1:9 SASE_TIMEOUT=2s
  misplaced=$(openssl rand -hex 32)
}

# expect_hidden COMMAND...: no part of the misplaced key is in the output. The shell that runs a key as a command names it.
expect_hidden() {
  about "$misplaced_in: $*"
  call "$@"
  sed -i '/^sh: /d' "$err"
  ! grep -qF -- "${misplaced:0:16}" "$out" "$err" || refute "the misplaced key is in the output"
}

in_all_reports() {
  expect_hidden sase-credential "$@" doctor
  expect_hidden sase-credential "$@" doctor --json
  expect_hidden sase-credential "$@" status
  expect_hidden sase-credential "$@" status --json
  expect_hidden sase-credential "$@" token
}

@test "no report contains a key that was put into a variable of another setting" {
  local setting variable
  for setting in $settings; do
    misplaced_in=$setting
    variable=SASE_$(tr 'a-z-' 'A-Z_' <<<"$setting")
    export "$variable=$misplaced"
    in_all_reports
    unset "$variable"
    export SASE_PROXY=http://127.0.0.1:9 SASE_TIMEOUT=2s
  done
}

@test "no report contains a key that was put into a flag or a line of another setting" {
  local setting
  for setting in $settings; do
    misplaced_in=--$setting
    in_all_reports "--$setting" "$misplaced"
    misplaced_in="the line $setting"
    profile default 'region = eu' "$setting = $misplaced"
    in_all_reports
    rm -r "$XDG_CONFIG_HOME/sase-credential"
  done
}

@test "no report contains a key within a list of hosts, a proxy or a URL" {
  local value
  for value in "no-proxy=localhost,$misplaced,10.0.0.0/8" "no-proxy=.$misplaced" "proxy=http://$misplaced@127.0.0.1:9" \
    "proxy=http://me:$misplaced@127.0.0.1:9" "proxy=http://$misplaced:9" "proxy=$misplaced:9" "host=$misplaced" \
    "host=$misplaced.example.test" "url=https://$misplaced" "url=https://$misplaced.example.test" \
    "url=https://$misplaced@example.test" "url=https://example.test/?key=$misplaced" "ca-file=/etc/ssl/$misplaced" \
    "client-cert=/$misplaced"; do
    misplaced_in=$value
    in_all_reports "--${value%%=*}" "${value#*=}"
  done
}

@test "'doctor' shows ordinary hosts, proxies and paths" {
  SASE_API_KEY=some-key call sase-credential doctor --no-proxy 'localhost, .corp.example.test 10.0.0.0/8,[::1]' \
    --proxy http://me:secret@proxy.example.test:9 --host a-rather-long-name-1.example.test
  grep -qF 'localhost' "$out" || refute 'expected no-proxy'
  grep -qF '.corp.example.test' "$out" || refute 'expected the suffix'
  grep -qF 'http://***@proxy.example.test:9' "$out" || refute 'expected the proxy'
  grep -qF 'a-rather-long-name-1.example.test' "$out" || refute 'expected the host'
}

@test "no key is in the arguments of an attempt of 'watch', nor a hash of a token" {
  export SASE_URL=$url SASE_CA_FILE=$sandbox/ca.pem SASE_API_KEY=$key
  unset SASE_PROXY
  sase-credential watch "$home/token" 2>"$err" &
  watcher=$!
  wait_until test -s "$home/token"
  meant_to_hold_secrets "$home/token"
  # The second attempt knows the token of the first one.
  strace -f -e trace=execve -s 4096 -o "$home/trace" -p "$watcher" 2>"$home/strace" &
  tracer=$!
  wait_until grep -q attached "$home/strace"
  kill -HUP "$watcher"
  wait_until grep -q exited "$home/trace"
  kill "$watcher"
  wait "$watcher" "$tracer" || true
  grep -q 'execve(.*watch' "$home/trace" || refute 'expected an attempt'
  sed -n 's/.*execve("[^"]*", \[\(.*\)\], .*/\1/p' "$home/trace" >"$home/arguments"
  ! grep -qE '[0-9a-f]{16}' "$home/arguments" || refute "a hash is in the arguments: $(<"$home/arguments")"
}
