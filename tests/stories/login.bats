#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# From a key in the console to a working machine, and back.

load ../support/story.bash
promises=7

setup() {
  story_setup
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$BATS_TEST_TMPDIR/typed"
  config=$XDG_CONFIG_HOME/sase-credential
  meant_to_hold_secrets "$config/keys"
}

# by_pipe [OPTION...]: a login with the key on standard input.
by_pipe() {
  in=$BATS_TEST_TMPDIR/typed
  call sase-credential login --stdin "$@"
}

# by_hand SCRIPT COMMAND...: a person types; what was shown is in $out.
by_hand() {
  code=0
  printf '%s' "$1" | /usr/bin/python3 "$story_root/tests/support/typist.py" "$out" "${@:2}" 2>"$err" || code=$?
  no_secret_in "$out"
  no_secret_in "$err"
}

expect_shown() { grep -qF -- "$1" "$out" || refute "expected on stdout: $1"; }

expect_kept() {
  expect_equal "$(cat "$config/keys/${1:-default}")" "$key" 'the key that was kept'
  expect_equal "$(stat -c %a "$config/keys" "$config/keys/${1:-default}" "$config/profiles/${1:-default}.conf")" \
    $'700\n600\n600' 'modes'
}
expect_nothing_kept() { [ -z "$(find "$config" -type f)" ] || refute 'something was kept'; }

@test "a key through a pipe is tried, kept, and used from then on without a word" {
  by_pipe --ca-file "$SASE_CA_FILE"
  expect_code 0
  expect_no_message
  expect_shown "verified: $url/api/v1/auth/authorize gave a token for 1h"
  expect_kept
  expect_counter authorize 1

  only_profiles
  unset SASE_CA_FILE
  call sase-credential token
  expect_token
  ask_password
  call git-credential-sase get
  expect_password
  expect_counter authorize 1
}

@test "the lines that login shows do what they say" {
  by_pipe --ca-file "$SASE_CA_FILE"
  expect_code 0
  only_profiles
  unset SASE_CA_FILE
  export GIT_CONFIG_GLOBAL=$home/gitconfig GIT_TERMINAL_PROMPT=0
  grep -E '^  (git config|sase-credential)' "$out" >"$home/lines"
  expect_equal "$(wc -l <"$home/lines")" 3 'lines to copy'
  sed -i 's/ curl / curl -q --silent --fail --noproxy "*" /' "$home/lines"

  bash -e "$home/lines" >"$home/users"
  grep -q '"itemsTotal"' "$home/users" || refute 'expected the users from curl'
  git ls-remote "$url/git/demo.git" >"$home/refs"
  grep -q refs/heads "$home/refs" || refute 'expected refs from git'
}

@test "a person is asked for the key, without echo, and for nothing that is known" {
  by_hand "see API key for 'default'
echo off
paste $BATS_TEST_TMPDIR/typed
see verified:
echo on
" sase-credential login
  expect_code 0
  expect_kept
  ! grep -q Region "$out" || refute 'the region was asked for'
}

@test "whoever pastes the key at the first sight of the question is not too fast" {
  # The terminal takes a while to do what it is told.
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 by_hand "see API key for
paste $BATS_TEST_TMPDIR/typed
see not verified
" strace -e trace=ioctl -e inject=ioctl:delay_enter=200000 -o /dev/null sase-credential login --no-verify
  expect_code 0
}

@test "a person is asked for the region where nothing names one, until it is one" {
  only_profiles
  by_hand "see Region (us, eu, au, in, ca) [us]:
type ue
see There is no such region.
type au
see API key for 'work'
paste $BATS_TEST_TMPDIR/typed
see not verified
" sase-credential login --no-verify --profile work
  expect_code 0
  expect_kept work
  grep -qx 'region = au' "$config/profiles/work.conf" || refute 'the region was not kept'
  expect_counter authorize 0
}

@test "what is typed can be mended, and may be longer than a terminal's line" {
  local long
  long=$(printf 'k%.0s' $(seq 6000))
  printf '%s\n' "$long" >"$BATS_TEST_TMPDIR/long"
  by_hand "see API key
echo off
press C-u
paste $BATS_TEST_TMPDIR/long
see not verified
" sase-credential login --no-verify
  expect_code 0
  expect_equal "$(cat "$config/keys/default")" "$long" 'the long key'
}

@test "a key of several lines is refused whole: nothing of it reaches the shell behind" {
  printf 'echo first\necho second\necho third\n' >"$BATS_TEST_TMPDIR/several"
  by_hand "see \$
type sase-credential login --no-verify
see API key
echo off
paste $BATS_TEST_TMPDIR/several
see it has more than one line
see \$
echo on
type exit
" env PS1='$ ' bash --norc --noediting -i
  ! grep -qE '^(first|second|third)' "$out" || refute 'the shell ran a line'
  expect_nothing_kept
}

@test "of a line that is too long for a key nothing reaches the shell behind either" {
  printf 'k%.0s' $(seq 60000) >"$BATS_TEST_TMPDIR/endless"
  by_hand "see \$
type sase-credential login --no-verify
see API key
echo off
paste $BATS_TEST_TMPDIR/endless
see it is longer than 16 KiB
see \$
echo on
type exit
" env PS1='$ ' bash --norc --noediting -i
  ! grep -q kkkkkkkkkk "$out" || refute 'the shell was given the rest'
  expect_nothing_kept
}

@test "Ctrl-C ends a login as always, and leaves the terminal as it was" {
  by_hand "see \$
type sase-credential login --no-verify; echo ended with \$((\$? + 0))
see API key
echo off
press C-c
see \$
echo on
type exit
" env PS1='$ ' bash --norc --noediting -i
  expect_nothing_kept
  by_hand "see API key
echo off
press C-c
" sase-credential login --no-verify
  expect_code 130
  expect_nothing_kept
}

@test "Ctrl-Z stops a login with the terminal as it was, and it asks again when it goes on" {
  by_hand "see \$
type sase-credential login --no-verify
see API key for
press C-z
see Stopped
echo on
type fg
see API key for
echo off
paste $BATS_TEST_TMPDIR/typed
see not verified
type exit
" env PS1='$ ' bash --norc --noediting -i
  expect_code 0
  expect_kept
}

@test "without a terminal it says how to pipe the key in" {
  code=0
  setsid -w sase-credential login >"$out" 2>"$err" <"$in" || code=$?
  expect_failure 2 'there is no terminal to ask for the API key at' 'pipe it in with --stdin, *'
  expect_nothing_kept
}

@test "a key that the service refuses is not kept, nor is the profile" {
  echo wrong >"$BATS_TEST_TMPDIR/typed"
  by_pipe --min-ttl 5m
  expect_failure 5 'nothing was kept: the service refused the API key (HTTP 401)*'
  expect_nothing_kept

  about 'and one that is kept already stays'
  printf '%s\n' "$key" >"$BATS_TEST_TMPDIR/typed"
  by_pipe
  expect_code 0
  echo wrong >"$BATS_TEST_TMPDIR/typed"
  by_pipe --min-ttl 5m
  expect_failure 5 'nothing was kept: *'
  expect_kept
  ! grep -q min-ttl "$config/profiles/default.conf" || refute 'the profile was changed'
}

@test "what cannot be a key is refused before the service is asked" {
  local bad
  for bad in '' '\n' 'two\nlines\n' 'tab\there\n'; do
    about "$bad"
    # shellcheck disable=SC2059 # the format is the point
    printf "$bad" >"$BATS_TEST_TMPDIR/typed"
    by_pipe
    expect_failure 4 'this cannot be an API key: it *'
  done
  head -c 17000 /dev/zero | tr '\0' k >"$BATS_TEST_TMPDIR/typed"
  by_pipe
  expect_failure 4 'this cannot be an API key: it is longer than 16 KiB'
  expect_nothing_kept
  expect_counter authorize 0
}

@test "what is wrong with the call is said before the key is asked for" {
  call sase-credential login --profile a/b
  expect_failure 2 "--profile: 'a/b' cannot name a profile" 'names have*'
  call sase-credential login --region ue
  expect_failure 2 "--region: unknown region 'ue'" "did you mean 'eu'?"
  call sase-credential login --min-ttl soon
  expect_failure 2 "--min-ttl: unusable duration 'soon'" '*'
  call sase-credential login --api-key-file /key
  expect_failure 2 "--api-key-file: the key of the profile 'default' is to come from 'api-key-file'*" '*'
  profile default 'region = eu' 'api-key-command = pass show sase'
  call sase-credential login
  expect_failure 4 "$config/profiles/default.conf:2: the key of the profile 'default' is to come from*" '*'
  profile default 'regoin = eu'
  call sase-credential login
  expect_failure 4 "$config/profiles/default.conf:1: unknown setting 'regoin'" "did you mean 'region'?"
}

@test "a second login changes what it says and nothing else" {
  by_pipe
  echo '# a comment of mine' >>"$config/profiles/default.conf"
  by_pipe --min-ttl 5m
  expect_code 0
  expect_equal "$(cat "$config/profiles/default.conf")" \
    "# Made by 'sase-credential login'."$'\n'"url = $url"$'\n# a comment of mine\nmin-ttl = 5m' 'the profile'
}

@test "a key that goes before the one that was kept is warned of" {
  SASE_API_KEY=$key by_pipe
  expect_code 0
  expect_equal "$(cat "$err")" \
    'sase-credential: warning: the key from SASE_API_KEY goes before the one that was kept' 'the warning'
}

@test "the key is in no argument and no variable of any process, and in no file but its own" {
  in=$BATS_TEST_TMPDIR/typed
  traced "$BATS_TEST_TMPDIR/trace" execve,write sase-credential login --stdin
  expect_code 0
  grep '^execve' "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/execve"
  ! grep -q "$key" "$BATS_TEST_TMPDIR/execve" || refute 'the key is in an argument or a variable'
  grep "^write.*$key" "$BATS_TEST_TMPDIR/trace" | grep -vE '^write\([0-9]+<(pipe:|socket:|[^>]*/keys/default\.new-)' \
    >"$BATS_TEST_TMPDIR/elsewhere" || true
  [ ! -s "$BATS_TEST_TMPDIR/elsewhere" ] || refute 'the key was written elsewhere'
}

@test "a place that cannot be written to keeps nothing" {
  mkdir -p "$config/keys"
  chmod 755 "$config/keys"
  by_pipe
  expect_failure 7 "nothing was kept: '$config/keys' is open to other users; chmod go-rwx it"
  rm -r "$config"
  touch "$config"
  by_pipe
  expect_failure 7 'nothing was kept: *'
}

# ---- logout

@test "logout removes the key and the tokens of its profile alone" {
  local other
  by_pipe
  by_pipe --profile other
  only_profiles
  SASE_CACHE=keyring call sase-credential token
  call sase-credential logout
  expect_code 0
  expect_no_message
  expect_shown "removed: the key in $config/keys/default"
  [ ! -e "$config/keys/default" ] || refute 'the key is still there'
  [ -z "$(find "$state" -name 'default@*')" ] || refute 'a token is still there'
  [ -s "$config/profiles/default.conf" ] || refute 'the profile went as well'
  ! keyctl search @u user "sase-credential:default@" 2>/dev/null || refute 'a token is still in the keyring'

  call sase-credential token
  expect_failure 4 "no API key for the profile 'default'" '*'
  call sase-credential --profile other token
  expect_token

  about 'again'
  call sase-credential logout
  expect_output $'nothing was kept for the profile \'default\'\n'
}

@test "logout leaves a key alone that is the user's own, and works for a profile that is wrong" {
  meant_to_hold_secrets "$home/key"
  printf '%s\n' "$key" >"$home/key"
  profile default "url = $url" "ca-file = $SASE_CA_FILE" "api-key-file = $home/key"
  only_profiles
  call sase-credential token
  expect_token
  echo 'regoin = eu' >>"$config/profiles/default.conf"
  call sase-credential logout
  expect_output $'removed: 1 cached token\n'
  [ -s "$home/key" ] || refute 'the key is gone'
}

@test "logout clears up after a profile that was removed by hand" {
  by_pipe --profile gone
  rm "$config/profiles/gone.conf"
  call sase-credential logout --profile gone
  expect_code 0
  [ ! -e "$config/keys/gone" ] || refute 'the key is still there'
  call sase-credential logout --profile gone
  expect_failure 2 "--profile: there is no profile 'gone'" '*'
}

@test "a call that is under way when logout comes leaves no token behind" {
  by_pipe --no-verify --ca-file "$SASE_CA_FILE"
  only_profiles
  unset SASE_CA_FILE
  fault delay=500ms
  sase-credential token >"$BATS_TEST_TMPDIR/late" &
  wait_for_requests 1
  call sase-credential logout
  expect_code 0
  wait $!
  [ -s "$BATS_TEST_TMPDIR/late" ] || refute 'the call that was under way got nothing'
  [ -z "$(find "$state" -name 'default@*')" ] || refute 'a token was kept after logout'
}
