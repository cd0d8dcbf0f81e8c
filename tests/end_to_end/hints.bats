#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each command that a hint contains, pasted into sh as it was printed, does what the hint promises. The directories have
# names with blanks, quotes and umlauts. tests/checks/hints.txt names the test here that runs each command.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end.bash
load ../support/users.bash

setup() {
  set_up_test
  unset SASE_API_KEY
  home="$BATS_TEST_TMPDIR/Jürgen's \"home\" \$(x)"
  mkdir -p "$home/config" "$home/runtime" "$home/tmp" "$home/bin"
  export HOME=$home XDG_CONFIG_HOME=$home/config XDG_RUNTIME_DIR=$home/runtime TMPDIR=$home/tmp
  state=$XDG_RUNTIME_DIR/sase-credential
  keys=$XDG_CONFIG_HOME/sase-credential/keys
  printf '%s\n' "$key" >"$home/key"
  cd "$home" || return
}

# The search for secrets takes names as patterns, so the files with the key go first.
teardown() {
  rm -rf "$home/key" "$home/key-file" "$home/open" "$home/token.file" "$keys"
  tear_down_test
}

# hint [CODE]: sets $hint to the hint of the last call, which must have ended with CODE.
hint() {
  expect_code "${1:-4}"
  hint=$(sed -n 's/^sase-credential: hint: //p' "$err")
  [ -n "$hint" ] || refute 'expected a hint'
}

# remedy NAME: sets $hint to the remedy of this check of `doctor`.
remedy() {
  sase-credential doctor --json >"$out" 2>"$err" || true
  hint=$(jq -r --arg name "$1" '.links[] | select(.name == $name) | .remedy // ""' "$out")
  [ -n "$hint" ] || refute "expected a remedy of '$1'"
}

# paste COMMAND: runs it as a user would, with the file $in on standard input.
paste() {
  about=$1 code=0
  sh -euc "$1" <"$in" >"$out" 2>"$err" || refute 'the command failed'
  about=''
}

# quoted_in_hint: prints what is in the outermost single quotes.
quoted_in_hint() { sed -E "s/^[^']*'(.*)'[^']*\$/\1/" <<<"$hint"; }

works() {
  call sase-credential token "$@"
  expect_token
  expect_no_message
}

# stub NAME: a program that records its arguments in $home/NAME, for what a test may not change.
stub() {
  printf '#!/bin/sh\nprintf "%%s\\n" "$@" >"$(dirname "$0")/../%s.arguments"\n' "$1" >"$home/bin/$1"
  chmod +x "$home/bin/$1"
  PATH=$home/bin:$PATH
}

@test "chmod of an open key file in an open directory" {
  export SASE_API_KEY_FILE=$home/open/key
  mkdir -m 777 "$home/open"
  install -m 666 "$home/key" "$SASE_API_KEY_FILE"
  call sase-credential token
  hint 4
  [[ $hint == chmod*' && '*chmod* ]] || refute 'expected both commands in one hint'
  paste "$hint"
  works
}

@test "chmod of a profile that others can write" {
  export SASE_API_KEY_FILE=$home/key
  profile default "url = $url"
  chmod 666 "$XDG_CONFIG_HOME/sase-credential/profiles/default.conf"
  call sase-credential token --profile default
  hint 4
  paste "$hint"
  works --profile default
}

@test "api-key-command for a key file of another user" {
  needs_root
  export SASE_API_KEY_FILE=$home/key
  chown 12345 "$home/key"
  chmod 644 "$home/key"
  call sase-credential token
  hint 4
  unset SASE_API_KEY_FILE
  profile default "${hint##*or set: }"
  works
}

@test "rm of what takes the place of the state directory" {
  export SASE_API_KEY_FILE=$home/key
  echo x >"$state"
  remedy files
  paste "$hint"
  works
  [ -d "$state" ]
}

@test "sudo rm of a state directory of another user" {
  needs_root
  export SASE_API_KEY_FILE=$home/key
  printf '#!/bin/sh\nexec "$@"\n' >"$home/bin/sudo"
  chmod +x "$home/bin/sudo"
  PATH=$home/bin:$PATH
  mkdir "$state"
  chown 12345 "$state"
  remedy files
  paste "${hint#remove it: }"
  works
  expect_equal "$(stat -c %u "$state")" 0 'the owner of the state directory'
}

@test "chmod of a state directory, and of a file in it, that are open to others" {
  export SASE_API_KEY_FILE=$home/key
  works
  local path mode
  for path in "$state" "$state"/*.lock; do
    about=$path
    mode=$(stat -c %a "$path")
    chmod go+r "$path"
    remedy files
    paste "$hint"
    expect_equal "$(stat -c %a "$path")" "$mode" 'the mode'
  done
  works
}

@test "realpath for a path that is not absolute" {
  local name
  for name in --api-key-file --ca-file; do
    about=$name
    cp "$home/key" key-file
    [ "$name" = --api-key-file ] || cp "$sandbox/ca.pem" key-file
    SASE_API_KEY=$key call sase-credential token "$name" key-file
    hint 2
    command=$(sed -E "s/^[^']*'([^']*)'.*/\1/" <<<"$hint")
    paste "${command/FILE/key-file}"
    path=$(<"$out")
    SASE_API_KEY=$key works "$name" "$path"
  done
}

@test "login for a profile without a key" {
  local flag
  profile default "url = $url"
  profile other "url = $url"
  for flag in '' '--profile other'; do
    about=$flag
    # shellcheck disable=SC2086 # two words
    call sase-credential token $flag
    hint 4
    login=$(sed -E "s/^run '([^']*)'.*/\1/" <<<"$hint")
    in=$home/key paste "$login --stdin"
    # shellcheck disable=SC2086
    works $flag
  done
}

@test "login with a key from a pipe where there is no terminal" {
  call setsid sase-credential login
  hint 2
  cp "$home/key" "$home/key-file"
  paste "${hint##*: }"
  works
}

@test "login again with a stored key that names no service" {
  mkdir -p "$keys"
  cp "$home/key" "$keys/default"
  call sase-credential token
  hint 4
  paste "${hint##*: }"
  works
}

@test "login for another service than that of the stored key" {
  in=$home/key paste 'sase-credential login --stdin'
  further_sandbox second
  cat "$further/ca.pem" "$sandbox/ca.pem" >"$home/ca.pem"
  export SASE_URL=$further_url SASE_CA_FILE=$home/ca.pem
  call sase-credential token
  hint 4
  printf '%s\n' "$(<"$further/api-key")" >"$home/key"
  login=$(sed -E "s/^run '([^']*)'.*/\1/" <<<"$hint")
  in=$home/key paste "$login --stdin"
  works
}

@test "keyctl for a key that is not in the keyring" {
  keyctl show @u >/dev/null 2>&1 || skip 'no kernel keyring for this user here'
  local name="sase hint $$"
  call sase-credential token --api-key-keyring "$name"
  hint 4
  command=${hint##*: }
  command=${command/NAME/"'$name'"} command=${command/FILE/key}
  paste "$command"
  works --api-key-keyring "$name"
  keyctl purge -s user "$name" >/dev/null
}

@test "keyctl for a key that the user cannot read" {
  keyctl show @u >/dev/null 2>&1 || skip 'no kernel keyring for this user here'
  local name="sase hint $$" id
  id=$(keyctl padd user "$name" @u <"$home/key")
  keyctl setperm "$id" 0x01210000
  call sase-credential token --api-key-keyring "$name"
  hint 4
  command=${hint#see: }
  paste "${command%%;*}"
  grep -qF "$name" "$out" || refute 'expected the key in the list'
  command=${command##*: }
  paste "${command/ID/$id}"
  works --api-key-keyring "$name"
  keyctl purge -s user "$name" >/dev/null
}

@test "ulimit for secrets that cannot be locked" {
  needs_root
  export SASE_API_KEY_FILE=$home/key
  (ulimit -l 0 && setpriv --bounding-set=-ipc_lock sase-credential doctor --json) >"$out" 2>"$err" || true
  hint=$(jq -r '.links[] | select(.name == "files") | .remedy // ""' "$out")
  [[ $hint == *': ulimit -l 64' ]] || refute "expected ulimit, got '$hint'"
  paste "${hint##*: }; setpriv --bounding-set=-ipc_lock sase-credential doctor --json"
  expect_equal "$(jq -r '.links[] | select(.name == "files") | .state' "$out")" ok 'the check'
}

@test "timedatectl for a wrong clock" {
  export SASE_API_KEY_FILE=$home/key
  fault date=+1h
  remedy clock
  stub timedatectl
  paste "${hint##*: }"
  expect_equal "$(<"$home/timedatectl.arguments")" $'set-ntp\ntrue' 'the arguments'
}

@test "the pages that hints name" {
  local -A shown=([--zzz]=--help ['help zzz']=--help ['token --format zzz']='help formats' ['help min-ttl']='help settings' ['get extra']='help get')
  local line
  for line in "${!shown[@]}"; do
    about=$line
    # shellcheck disable=SC2086 # words
    call sase-credential $line
    hint 2
    expect_equal "$hint" "see: sase-credential ${shown[$line]}" 'the hint'
    paste "${hint#see: }"
    [ -s "$out" ] || refute 'expected a page'
  done
}

@test "forms of commands that hints show" {
  export SASE_API_KEY_FILE=$home/key
  call sase-credential exec
  hint 2
  paste "$(sed -E 's/^write: (.*) CMD ARG\.\.\.$/\1 sh -c "test -n \\"\\$SASE_ACCESS_TOKEN\\""/' <<<"$hint")"

  call sase-credential watch
  hint 2
  paste "$(sed -E 's/^write: (.*) FILE$/\1 --once token.file/' <<<"$hint")"
  [ -s token.file ] || refute 'expected a token in the file'

  call sase-credential watch - --once
  hint 2
  paste "${hint##*: }"
  expect_token

  call sase-credential watch --once --exec true token.file
  hint 2
  paste "$(sed -E 's/^write: (.*) FILE && CMD$/\1 token.file \&\& test -s token.file/' <<<"$hint")"

  call sase-credential exec --pass-api-key=SASE_ACCESS_TOKEN -- true
  hint 2
  paste "$(sed -E 's/^write: (.*)$/sase-credential exec \1 -- sh -c "test -n \\"\\$CHECKPOINT_SASE_API_KEY\\""/' <<<"$hint")"

  call sase-credential json
  hint 2
  paste "sase-credential $(quoted_in_hint)"
  jq -e .access_token "$out" >/dev/null || refute 'expected the token as JSON'
}

@test "exec with the key for a call that exec runs" {
  export SASE_API_KEY=$key
  call sase-credential exec -- sase-credential --cache none token
  hint
  paste "$(sed 's/^.*run this in: //; s/CMD$/sase-credential --cache none token/' <<<"$hint")"
  expect_token
}

@test "doctor for a fleet whose member closes each connection" {
  export SASE_API_KEY_FILE=$home/key
  python3 -c 'import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
server.settimeout(30)
while True:
    connection = server.accept()[0]
    connection.recv(65536) # or the kernel would reset the connection
    connection.close()' >"$home/port" 2>/dev/null 3>&- 4>&- &
  servers+=($!)
  wait_until test -s "$home/port"
  SASE_FLEET=https://127.0.0.1:$(<"$home/port")
  export SASE_FLEET
  call sase-credential token
  hint 0
  paste "$(quoted_in_hint)"
  grep -q '^warn  fleet .*: closed the connection' "$out" || refute 'the member is not named'
}
