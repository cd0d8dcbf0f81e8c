#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# During a request the front holds the key in guarded memory only, from any source. A key that the caller put into the
# environment stays there. (The authorizer's POCO and OpenSSL keep copies; see .github/SECURITY.md.)

load ../support/end_to_end.bash
promises=4

setup() {
  set_up_test
  needs_root
  [ "$build" != "${build%sanitized}" ] && skip 'AddressSanitizer keeps what was freed'
  unset SASE_API_KEY
  meant_to_hold_secrets "$home/credentials"
  printf '%s\n' "$key" >"$home/key"
  fault delay=1500ms
}

teardown() {
  [ -z "${serial-}" ] || keyctl unlink "$serial" @u
  tear_down_test
}

# places_of_key COMMAND...: finds the memory areas that contain the key during a slow request.
places_of_key() {
  local front
  "$@" <"$in" >"$out" 2>"$err" 3>&- 4>&- &
  front=$!
  wait_for_requests 1
  places=$(/usr/bin/python3 "$source_root/tests/support/memory_of.py" "$front" "$key" | sort -u)
  wait "$front" || refute 'the call failed'
}

expect_guarded_only() {
  [[ $places == guarded* && $places != *open* ]] || refute "the key is in: $places"
}

@test "keeps a key from a file, a credential, the keyring or a command in guarded memory only" {
  mkdir -m 700 "$home/credentials"
  cp "$home/key" "$home/credentials/sase-api-key"
  serial=$(keyctl padd user "sase-memory-test-$$" @u <"$home/key")

  about file
  SASE_API_KEY_FILE=$home/key places_of_key sase-credential token
  expect_guarded_only
  about credential
  anew delay=1500ms
  CREDENTIALS_DIRECTORY=$home/credentials places_of_key sase-credential token
  expect_guarded_only
  about keyring
  anew delay=1500ms
  SASE_API_KEY_KEYRING=sase-memory-test-$$ places_of_key sase-credential token
  expect_guarded_only
  about command
  anew delay=1500ms
  SASE_API_KEY_COMMAND="cat $home/key" places_of_key sase-credential token
  expect_guarded_only
}

@test "keeps the key of a login in guarded memory only" {
  meant_to_hold_secrets "$XDG_CONFIG_HOME/sase-credential/keys"
  in=$home/key
  places_of_key sase-credential login --stdin
  expect_guarded_only
}

@test "copies a key from a variable to guarded memory only" {
  SASE_API_KEY=$key places_of_key sase-credential token
  expect_equal "$places" $'guarded anonymous\nopen [stack]' 'places of the key'
}
