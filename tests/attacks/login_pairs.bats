#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A key goes only to the service that it was stored for, whatever interrupts `login` or changes the profile.

# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
promises=7

setup() {
  set_up_test
  further_sandbox second
  unset SASE_API_KEY SASE_URL SASE_CA_FILE
  config=$XDG_CONFIG_HOME/sase-credential
  meant_to_hold_secrets "$config/keys"
  log_in "$sandbox"
  rm -rf "$state"
}

# log_in SANDBOX [PREFIX...]: stores the key of a sandbox, without a request.
log_in() {
  in=$BATS_TEST_TMPDIR/api-key
  cp "$1/api-key" "$in"
  call "${@:2}" sase-credential login --stdin --no-verify --url "$(<"$1/url")" --ca-file "$1/ca.pem"
  # strace -o prints this line if a process that it does not know ends.
  sed -i '/^strace: Exit of unknown pid/d' "$err"
  [ $# -gt 1 ] || expect_code 0
}

# rejections SANDBOX: the number of keys that it has rejected, which are those of the other sandbox.
rejections() {
  curl -q -sSf --noproxy '*' --cacert "$1/ca.pem" "$(<"$1/url")/sandbox/stats" | jq '.rejected'
}

expect_no_foreign_key() {
  expect_equal "$(rejections "$sandbox") $(rejections "$further")" '0 0' "keys that were sent to the wrong service"
}

expect_wrong_service() {
  expect_failure 4 "the key that 'login' stored is for '$url/api/v1/auth/authorize', and not for '$1/*'" \
    "run 'sase-credential login', *"
  expect_no_foreign_key
}

@test "a profile that was edited sends the stored key to no other service" {
  sed -i "s|^url = .*|url = $further_url|; s|^ca-file = .*|ca-file = $further/ca.pem|" "$config/profiles/default.conf"
  call sase-credential token
  expect_wrong_service "$further_url"
  ask protocol=https "host=${further_url#https://}"
  call git-credential-sase get
  expect_wrong_service "$further_url"

  about "the hint's command"
  cp "$further/api-key" "$in"
  call sase-credential login --stdin
  expect_code 0
  call sase-credential token
  expect_token
  expect_no_foreign_key
}

@test "a variable or a flag that names another service does not receive the stored key" {
  SASE_CA_FILE=$further/ca.pem SASE_URL=$further_url call sase-credential token
  expect_wrong_service "$further_url"
  call sase-credential token --url "$further_url" --ca-file "$further/ca.pem"
  expect_wrong_service "$further_url"
  call sase-credential token --api v3
  expect_wrong_service "$url"
}

@test "a login that is killed between its replacements leaves a usable login, old or new" {
  local number
  for number in 1 2 3 4; do
    about "killed at rename $number"
    log_in "$sandbox"
    rm -rf "$state"
    log_in "$further" strace -o /dev/null -e trace=rename -e "inject=rename:signal=SIGKILL:when=$number" || true
    call sase-credential token
    expect_no_foreign_key
    expect_token
  done
}

@test "a login that fails at any replacement changes nothing, and its message is true" {
  local number before
  before=$(cat "$config/keys/default" "$config/profiles/default.conf")
  for number in 1 2; do
    about "fails at rename $number"
    log_in "$further" strace -o /dev/null -e trace=rename -e "inject=rename:error=EIO:when=$number"
    expect_failure 7 'nothing was stored: cannot replace ?*'
    expect_equal "$(cat "$config/keys/default" "$config/profiles/default.conf")" "$before" 'the files of the first login'
    expect_equal "$(ls "$config/keys" "$config/profiles" | tr '\n' ' ')" \
      "$config/keys: default  $config/profiles: default.conf " 'the names of the files'
    call sase-credential token
    expect_no_foreign_key
    expect_token
  done
}

@test "a login does not replace a key file that it could not restore, such as one that others can write" {
  local before
  before=$(<"$config/keys/default")
  chmod 666 "$config/keys/default"
  log_in "$further" strace -o /dev/null -e trace=rename -e inject=rename:error=EIO:when=2
  expect_failure 4 "nothing was stored, because the stored key is unusable: '$config/keys/default' (owner *, mode 0666) *" \
    "chmod 600 $config/keys/default"
  expect_equal "$(<"$config/keys/default")" "$before" 'the stored key'
  chmod 600 "$config/keys/default"
  call sase-credential token
  expect_no_foreign_key
  expect_token
}

@test "a key file of 0.1.0, which names no service, is not used; the hint's command converts it" {
  printf '%s\n' "$key" >"$config/keys/default"
  call sase-credential token
  expect_failure 4 "the file of 'login', '$config/keys/default', does not name the service *" 'store this key again: *'
  sed -n 's/^sase-credential: hint: store this key again: //p' "$err" >"$home/hint"
  call sh "$home/hint"
  expect_code 0
  call sase-credential token
  expect_token
  expect_no_foreign_key
}

@test "logout removes the key that a killed login left in a temporary file" {
  log_in "$further" strace -o /dev/null -e trace=rename -e inject=rename:signal=SIGKILL:when=1 || true
  [ "$(find "$config/keys" -type f | wc -l)" -gt 1 ] || refute 'expected a temporary file'
  call sase-credential logout
  expect_code 0
  expect_equal "$(find "$config/keys" -type f)" '' 'files with keys'
}
