#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `login` and `logout`.

load ../support/end_to_end.bash
load ../support/users.bash
promises=7

setup() {
  set_up_test
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$BATS_TEST_TMPDIR/typed"
  config=$XDG_CONFIG_HOME/sase-credential
  meant_to_hold_secrets "$config/keys"
}

# by_pipe [OPTION...]: logs in with the key on standard input.
by_pipe() {
  in=$BATS_TEST_TMPDIR/typed
  call sase-credential login --stdin "$@"
}

# by_hand SCRIPT COMMAND...: runs the command at a terminal with typed input; its output is in $out.
by_hand() {
  code=0
  printf '%s' "$1" | /usr/bin/python3 "$source_root/tests/support/typist.py" "$out" "${@:2}" 2>"$err" || code=$?
  no_secret_in "$out"
  no_secret_in "$err"
}

expect_shown() { grep -qF -- "$1" "$out" || refute "expected on stdout: $1"; }

# expect_kept [PROFILE [URL]]
expect_kept() {
  expect_equal "$(cat "$config/keys/${1:-default}")" "$key"$'\n'"url = ${2:-$url}/api/v1/auth/authorize" 'the key that was kept'
  expect_equal "$(stat -c %a "$config/keys" "$config/keys/${1:-default}" "$config/profiles/${1:-default}.conf")" \
    $'700\n600\n600' 'modes'
}
expect_nothing_kept() { [ -z "$(find "$config" -type f)" ] || refute 'something was kept'; }

@test "verifies a key from a pipe, stores it and uses it from then on" {
  by_pipe --ca-file "$SASE_CA_FILE"
  expect_code 0
  expect_no_message
  expect_shown "verified: $url/api/v1/auth/authorize issued a token for 1h"
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

@test "the commands that login prints work" {
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

@test "asks for the key without echo, and for nothing that is known" {
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

@test "accepts a key that is pasted as soon as the prompt appears" {
  # The terminal changes its mode after a delay.
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 by_hand "see API key for
paste $BATS_TEST_TMPDIR/typed
see not verified
" strace -e trace=ioctl -e inject=ioctl:delay_enter=200000 -o /dev/null sase-credential login --no-verify
  expect_code 0
}

@test "asks for the region until the answer is valid" {
  only_profiles
  by_hand "see Region (us, eu, au, in, ca) [us]:
type ue
see Unknown region.
type au
see API key for 'work'
paste $BATS_TEST_TMPDIR/typed
see not verified
" sase-credential login --no-verify --profile work
  expect_code 0
  expect_kept work https://api.au.sase.checkpoint.com
  grep -qx 'region = au' "$config/profiles/work.conf" || refute 'the region was not kept'
  expect_counter authorize 0
}

@test "typed input can be edited and may be longer than a terminal's line buffer" {
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
  expect_equal "$(head -n 1 "$config/keys/default")" "$long" 'the long key'
}

@test "rejects a pasted key of several lines, and no line of it reaches the shell" {
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

@test "no byte of a line that is too long for a key reaches the shell" {
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

@test "Ctrl-C ends a login and restores the terminal" {
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

@test "Ctrl-Z restores the terminal, and the prompt appears again when the job continues" {
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

@test "without a terminal the hint shows how to pipe the key" {
  code=0
  setsid -w sase-credential login >"$out" 2>"$err" <"$in" || code=$?
  expect_failure 2 'there is no terminal at which to ask for the API key' 'pipe it with --stdin, *'
  expect_nothing_kept
}

@test "stores neither key nor profile if the service rejects the key" {
  echo wrong >"$BATS_TEST_TMPDIR/typed"
  by_pipe --min-ttl 5m
  expect_failure 5 'nothing was stored: the service rejected the API key (HTTP 401)*'
  expect_nothing_kept

  about 'and one that is kept already stays'
  printf '%s\n' "$key" >"$BATS_TEST_TMPDIR/typed"
  by_pipe
  expect_code 0
  echo wrong >"$BATS_TEST_TMPDIR/typed"
  by_pipe --min-ttl 5m
  expect_failure 5 'nothing was stored: *'
  expect_kept
  ! grep -q min-ttl "$config/profiles/default.conf" || refute 'the profile was changed'
}

@test "rejects an invalid key before any request" {
  local bad
  for bad in '' '\n' 'two\nlines\n' 'tab\there\n' '"quoted"\n' 'Bearer the-key' 'SASE_API_KEY=the-key\n' \
    '${SASE_API_KEY}\n' 'your-api-key\n' '\377\376t\000h\000e\000'; do
    about "$bad"
    # shellcheck disable=SC2059 # the format is the point
    printf "$bad" >"$BATS_TEST_TMPDIR/typed"
    by_pipe
    expect_failure 4 'invalid API key: it *'
  done
  head -c 17000 /dev/zero | tr '\0' k >"$BATS_TEST_TMPDIR/typed"
  by_pipe
  expect_failure 4 'invalid API key: it is longer than 16 KiB'
  expect_nothing_kept
  expect_counter authorize 0
}

@test "removes what pasting puts around a key, at the prompt and from a pipe" {
  printf '\033[200~%s\033[201~ ' "$key" >"$BATS_TEST_TMPDIR/typed"
  by_hand "see API key for
paste $BATS_TEST_TMPDIR/typed
see verified:
" sase-credential login
  expect_code 0
  expect_kept
  printf '\xef\xbb\xbf %s\r\n' "$key" >"$BATS_TEST_TMPDIR/typed"
  by_pipe
  expect_code 0
  expect_kept
}

@test "reports invalid settings before it asks for the key" {
  call sase-credential login --profile a/b
  expect_failure 2 "--profile: 'a/b' cannot name a profile" 'names have*'
  call sase-credential login --region ue
  expect_failure 2 "--region: unknown region 'ue'" "did you mean 'eu'?"
  call sase-credential login --min-ttl soon
  expect_failure 2 "--min-ttl: unusable duration 'soon'" '*'
  call sase-credential login --api-key-file /key
  expect_failure 2 "--api-key-file: the profile 'default' reads its key from 'api-key-file'*" '*'
  profile default 'region = eu' 'api-key-command = pass show sase'
  call sase-credential login
  expect_failure 4 "$config/profiles/default.conf:2: the profile 'default' reads its key from*" '*'
  profile default 'regoin = eu'
  call sase-credential login
  expect_failure 4 "$config/profiles/default.conf:1: unknown setting 'regoin'" "did you mean 'region'?"
}

@test "a second login changes only the given settings" {
  by_pipe
  echo '# a comment of mine' >>"$config/profiles/default.conf"
  by_pipe --min-ttl 5m
  expect_code 0
  expect_equal "$(cat "$config/profiles/default.conf")" \
    "# Made by 'sase-credential login'."$'\n'"url = $url"$'\n# a comment of mine\nmin-ttl = 5m' 'the profile'
}

@test "warns of a key source that has precedence over the stored key" {
  SASE_API_KEY=$key by_pipe
  expect_code 0
  expect_equal "$(cat "$err")" \
    'sase-credential: warning: the key from SASE_API_KEY has precedence over the stored key' 'the warning'
}

@test "the key is in no argument or variable of a process and in one file only" {
  in=$BATS_TEST_TMPDIR/typed
  traced "$BATS_TEST_TMPDIR/trace" execve,write sase-credential login --stdin
  expect_code 0
  grep '^execve' "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/execve"
  ! grep -q "$key" "$BATS_TEST_TMPDIR/execve" || refute 'the key is in an argument or a variable'
  grep "^write.*$key" "$BATS_TEST_TMPDIR/trace" | grep -vE '^write\([0-9]+<(pipe:|socket:|[^>]*/keys/default\.new-)' \
    >"$BATS_TEST_TMPDIR/elsewhere" || true
  [ ! -s "$BATS_TEST_TMPDIR/elsewhere" ] || refute 'the key was written elsewhere'
}

@test "an unwritable directory: nothing is stored" {
  mkdir -p "$config/keys"
  chmod 755 "$config/keys"
  by_pipe
  expect_failure 7 "nothing was stored: '$config/keys' is open to other users; chmod go-rwx it" "chmod go-rwx $config/keys"
  rm -r "$config"
  touch "$config"
  by_pipe
  expect_failure 7 'nothing was stored: *'
}

@test "a configuration directory that root has made, as an installer under sudo does" {
  need_users
  local alice hint="make it writable for this user, or set XDG_CONFIG_HOME to a directory of your own"
  alice=$(user_home sase-alice)
  mkdir -m 755 "$alice/.config"
  in=$BATS_TEST_TMPDIR/typed
  call as_user sase-alice sase-credential login --stdin
  expect_failure 7 "nothing was stored: cannot make '$alice/.config/sase-credential': Permission denied" "$hint"
  chmod 700 "$alice/.config"
  call as_user sase-alice sase-credential login --stdin
  expect_failure 4 "cannot read '$alice/.config/sase-credential/profiles/default.conf': Permission denied" \
    'let this user read it, or set XDG_CONFIG_HOME to a directory of your own'
  mkdir "$alice/own"
  chown sase-alice "$alice/own"
  meant_to_hold_secrets "$alice/own"
  call as_user sase-alice env XDG_CONFIG_HOME="$alice/own" sase-credential login --stdin
  expect_code 0
}

@test "a profile that is a link into a store of root: the key is stored if the profile need not change" {
  need_users
  local alice profiles
  alice=$(user_home sase-alice)
  profiles=$alice/.config/sase-credential/profiles
  mkdir -p "$home/store" "$profiles"
  printf '%s\n' "url = $url" >"$home/store/default.conf"
  chmod 755 "$home/store"
  chmod 644 "$home/store/default.conf"
  ln -s "$home/store/default.conf" "$profiles/default.conf"
  chown -R -h sase-alice "$alice/.config"
  meant_to_hold_secrets "$alice/.config/sase-credential/keys"
  in=$BATS_TEST_TMPDIR/typed
  call as_user sase-alice env -u SASE_URL sase-credential login --stdin
  expect_code 0
  expect_no_message
  call as_user sase-alice env -u SASE_URL sase-credential token
  expect_token
  call as_user sase-alice env -u SASE_URL sase-credential login --stdin --cache none
  expect_failure 7 "nothing was stored: cannot *: Permission denied" 'make it writable for this user, *'
}

@test "a login to another service drops the certificates of the one before" {
  profile default "url = $url" "ca-file = $SASE_CA_FILE"
  in=$BATS_TEST_TMPDIR/typed
  call env -u SASE_URL -u SASE_CA_FILE sase-credential login --stdin --no-verify --region eu
  expect_code 0
  expect_equal "$(<"$config/profiles/default.conf")" 'region = eu' 'the profile'
}

@test "a login to the same service in another spelling keeps the certificates" {
  profile default "url = $url" "ca-file = $SASE_CA_FILE"
  in=$BATS_TEST_TMPDIR/typed
  call env -u SASE_URL -u SASE_CA_FILE sase-credential login --stdin --url "$url/"
  expect_code 0
  expect_equal "$(<"$config/profiles/default.conf")" "url = $url/"$'\n'"ca-file = $SASE_CA_FILE" 'the profile'
}

@test "a login to another service keeps its token from the hosts of the one before" {
  profile default 'url = https://old.test' 'host = git.old.test'
  by_pipe --ca-file "$SASE_CA_FILE"
  expect_code 0
  expect_shown 'removed from the profile: host (for https://old.test)'
  ask protocol=https host=git.old.test
  call env -u SASE_URL git-credential-sase get
  expect_output ''
}

# ---- logout

@test "logout removes only the key and the tokens of its profile" {
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
  expect_output $'nothing is stored for the profile \'default\'\n'
}

@test "logout keeps a key from another source, and works for an invalid profile" {
  meant_to_hold_secrets "$home/key"
  printf '%s\n' "$key" >"$home/key"
  # A test of the keyring, which all tests of a user share, keeps a token of the profile 'default' there.
  profile other "url = $url" "ca-file = $SASE_CA_FILE" "api-key-file = $home/key"
  only_profiles
  call sase-credential --profile other token
  expect_token
  echo 'regoin = eu' >>"$config/profiles/other.conf"
  call sase-credential --profile other logout
  expect_output $'removed: 1 cached token\n'
  [ -s "$home/key" ] || refute 'the key is gone'
}

@test "logout removes the key of a profile that was deleted by hand" {
  by_pipe --profile gone
  rm "$config/profiles/gone.conf"
  call sase-credential logout --profile gone
  expect_code 0
  [ ! -e "$config/keys/gone" ] || refute 'the key is still there'
  call sase-credential logout --profile gone
  expect_failure 2 "--profile: there is no profile 'gone'" '*'
}

@test "a call in progress during logout leaves no token in the cache" {
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
