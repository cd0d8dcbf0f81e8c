#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Any HOME: missing, read-only, of another user, with any name. A place for the cache and the locks is found where there is
# a safe one, and HOME itself is never created.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/users

promises='1 6'

setup() {
  set_up_test
  unset XDG_CONFIG_HOME XDG_RUNTIME_DIR
}

# expect_one_request COMMAND...: eight calls deliver one token without a message. It may be one of an earlier call, because
# several situations lead to one directory.
expect_one_request() {
  local first='' i
  anew
  for ((i = 0; i < 8; i++)); do
    call "$@" sase-credential token
    expect_token
    expect_no_message
    [ -z "$first" ] || expect_equal "$token" "$first" 'the cached token'
    first=$token
  done
  [ "$(counter authorize)" -le 1 ] || refute 'expected one request'
}

@test "a HOME that does not exist is not created" {
  needs_root
  expect_one_request env HOME="$home/none"
  expect_one_request env HOME="$home/none/below"
  [ ! -e "$home/none" ] || refute 'HOME was created'
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$in"
  HOME=$home/none call sase-credential login --stdin
  expect_failure 7 'no directory for the key: *' 'set HOME'
  [ ! -e "$home/none" ] || refute 'HOME was created'
}

@test "a HOME that is no directory, or no path" {
  for value in /dev/null relative ''; do
    about "$value"
    expect_one_request env "HOME=$value"
  done
  expect_one_request env -u HOME
}

@test "HOME=/ of a user that may not write there, as in OpenShift" {
  need_users
  expect_one_request as_user sase-alice env HOME=/
  expect_equal "$(stat -c '%U %a' "/tmp/sase-credential-$(id -u sase-alice)")" 'sase-alice 700' 'the directory of the cache'
}

@test "another user's link in the place of the cache in /tmp" {
  need_users
  local place
  place=/tmp/sase-credential-$(id -u sase-alice)
  rm -rf "$place"
  as_user sase-mallory ln -s /tmp "$place"
  expect_one_request as_user sase-alice env HOME=/
  rm "$place"
}

@test "root with the HOME of another user, as in a container job of GitHub" {
  need_users
  local alice
  alice=$(user_home sase-alice)
  expect_one_request env HOME="$alice"
  expect_equal "$(ls -A "$alice")" '' "what is in another user's home"
}

@test "a HOME that the user may not read" {
  need_users
  mkdir -m 700 "$home/closed"
  local first=''
  for _ in 1 2 3 4 5 6 7 8; do
    call as_user sase-alice env HOME="$home/closed" sase-credential token
    expect_token
    expect_warning "cannot read '$home/closed/.config/sase-credential/profiles/default.conf': Permission denied; continuing without it"
    [ -z "$first" ] || expect_equal "$token" "$first" 'the cached token'
    first=$token
  done
  [ "$(counter authorize)" -le 1 ] || refute "expected one request"
}

@test "a HOME of root that everyone can write" {
  need_users
  mkdir "$home/open"
  chmod 777 "$home/open"
  expect_one_request as_user sase-alice env HOME="$home/open"
  expect_equal "$(ls -A "$home/open")" '' 'what is in HOME'
}

@test "a directory that another user could replace is not used, whatever is there" {
  need_users
  local open=$home/open
  mkdir "$open"
  chmod 777 "$open"

  as_user sase-mallory mkdir -p "$open/.cache/sase-credential"
  expect_one_request as_user sase-alice env HOME="$open"
  as_user sase-mallory rm -rf "$open/.cache"
  as_user sase-mallory mkdir "$open/.cache"
  as_user sase-mallory ln -s /nowhere "$open/.cache/sase-credential"
  expect_one_request as_user sase-alice env HOME="$open"
  expect_one_request as_user sase-alice env HOME="$open" XDG_CACHE_HOME="$open/new"
  as_user sase-alice mkdir -m 700 "$open/alice"
  expect_one_request as_user sase-alice env HOME="$open/alice"
  expect_one_request as_user sase-alice env HOME=/nonexistent XDG_RUNTIME_DIR="$open/alice"
  expect_equal "$(ls -A "$open/alice")" '' "what is in alice's directory"
  mkdir "$home/closed"
  chown sase-alice "$home/closed"
  chmod 777 "$home/closed"
  expect_one_request as_user sase-alice env HOME="$home/closed"
  expect_equal "$(ls -A "$home/closed")" '' 'what is in a HOME that everyone can write'
}

@test "a HOME on a read-only file system" {
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir "$home/fixed"
  expect_one_request unshare --mount sh -euc '
    mount --bind "$HOME" "$HOME"
    mount -o remount,bind,ro "$HOME"
    exec env HOME="$HOME/fixed" "$@"' -
  [ ! -e "$home/fixed/.cache" ] || refute 'something was created'
}

@test "a read-only root file system without a writable /tmp" {
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  [ -w /dev/shm ] || skip 'needs /dev/shm'
  expect_one_request unshare --mount sh -euc '
    for directory in "$HOME" /tmp /var/tmp; do
      mount --bind "$directory" "$directory"
      mount -o remount,bind,ro "$directory"
    done
    exec "$@"' -
}

@test "names of HOME with blanks, quotes and umlauts, in commands that can be pasted" {
  local name hint
  for name in 'a b' "it's" 'say "hi"' '$(reboot)' 'Jürgen' 'Ωmega 東京' $'latin\xfc' 'back\slash'; do
    about "$name"
    HOME=$home/$name
    mkdir "$HOME"
    expect_one_request env
    printf '%s\n' "$key" >"$HOME/key"
    secret_places+=("$HOME/key")
    chmod 666 "$HOME/key"
    call env -u SASE_API_KEY SASE_API_KEY_FILE="$HOME/key" sase-credential token
    expect_failure 4 '*can be written by other users' 'chmod 600 *'
    hint=$(sed -n 's/^sase-credential: hint: //p' "$err")
    bash -c "$hint" || refute "the hint fails: $hint"
    call env -u SASE_API_KEY SASE_API_KEY_FILE="$HOME/key" sase-credential token
    expect_token
    # The search of the teardown for secrets has its patterns in lines.
    rm "$HOME/key"
  done
}

@test "valid UTF-8 is shown as it is, and anything else as a quoted word" {
  mkdir "$home/Jürgen" "$home"/J$'\xfc'rgen
  export SASE_API_KEY_FILE=$home/Jürgen/key
  printf '%s\n' "$key" >"$SASE_API_KEY_FILE"
  meant_to_hold_secrets "$home/J"
  unset SASE_API_KEY
  chmod 666 "$SASE_API_KEY_FILE"
  call sase-credential token
  expect_failure 4 "*'$SASE_API_KEY_FILE' (owner *" "chmod 600 '$SASE_API_KEY_FILE'"
  mv "$SASE_API_KEY_FILE" "$home"/J$'\xfc'rgen/key
  SASE_API_KEY_FILE=$home/J$'\xfc'rgen/key
  call sase-credential token
  expect_failure 4 "*'$home/J?xfcrgen/key' (owner *" "chmod 600 \$'$home/J?xfcrgen/key'"
  rm "$SASE_API_KEY_FILE"
}
