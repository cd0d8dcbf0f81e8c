#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# While the service is asked, the front holds the key: in guarded memory and nowhere else, wherever it came from. What the
# caller itself put in the environment stays there. (The authorizer's POCO and OpenSSL keep copies, as README says.)

load ../support/story.bash
promises=4

setup() {
  story_setup
  needs_root
  [ "$build" != "${build%sanitized}" ] && skip 'AddressSanitizer keeps what was freed'
  unset SASE_API_KEY
  meant_to_hold_secrets "$home/credentials"
  printf '%s\n' "$key" >"$home/key"
  fault delay=1500ms
}

teardown() {
  [ -z "${serial-}" ] || keyctl unlink "$serial" @u
  story_teardown
}

# places_of_key COMMAND...: where a call has the key while the service thinks about it.
places_of_key() {
  local front
  "$@" <"$in" >"$out" 2>"$err" 3>&- 4>&- &
  front=$!
  wait_for_requests 1
  places=$(/usr/bin/python3 "$story_root/tests/support/memory_of.py" "$front" "$key" | sort -u)
  wait "$front" || refute 'the call failed'
}

expect_guarded_only() {
  [[ $places == guarded* && $places != *open* ]] || refute "the key is in: $places"
}

@test "a key from a file, a credential, the keyring or a command is in guarded memory alone" {
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

@test "the key of a login is in guarded memory alone" {
  meant_to_hold_secrets "$XDG_CONFIG_HOME/sase-credential/keys"
  in=$home/key
  places_of_key sase-credential login --stdin
  expect_guarded_only
}

@test "a key in a variable stays where the caller put it, and is copied to guarded memory alone" {
  SASE_API_KEY=$key places_of_key sase-credential token
  expect_equal "$places" $'guarded anonymous\nopen [stack]' 'places of the key'
}
