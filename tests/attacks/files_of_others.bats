#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Files that another user owns or can write decide neither where a key goes nor who receives a token.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/users

promises='6 7'

setup() {
  set_up_test
  need_users
  alice=$(user_home sase-alice)
  profiles=$alice/.config/sase-credential/profiles
  alice_uid=$(id -u sase-alice) mallory_uid=$(id -u sase-mallory)
}

# as_alice [NAME=VALUE...] COMMAND...
as_alice() { as_user sase-alice env "$@"; }
as_mallory() { as_user sase-mallory env "$@"; }

# alice_profile LINE...: writes her default profile.
alice_profile() {
  as_alice mkdir -p "$profiles"
  printf '%s\n' "$@" | as_alice sh -c 'umask 022; cat >"$1"' - "$profiles/default.conf"
}

# A directory like /tmp in which mallory has put a profile with a command; $ran exists if it was run.
hostile_directory() {
  shared=$home/shared ran=$home/shared/ran
  mkdir "$shared"
  chmod 1777 "$shared"
  as_mallory sh -c 'umask 022; mkdir -p "$1"' - "$shared/.config/sase-credential/profiles"
  echo "api-key-command = touch '$ran'; echo a-key" |
    as_mallory sh -c 'umask 022; cat >"$1"' - "$shared/.config/sase-credential/profiles/default.conf"
}

expect_not_run() {
  [ ! -e "$ran" ] || refute "the other user's command ran"
  expect_counter authorize 0
}

# paste_hint COMMAND...: runs the command in the hint as that user.
paste_hint() {
  local hint
  hint=$(sed -n 's/^sase-credential: hint: //p' "$err")
  "$@" sh -c "$hint" || refute "the hint fails: $hint"
}

@test "a profile of another user in a directory like /tmp" {
  hostile_directory
  call as_alice -u SASE_API_KEY HOME="$shared" sase-credential token
  expect_failure 4 \
    "cannot use the profile: '$shared/.config/*/default.conf': '$shared/.config' (owner $mallory_uid, mode 0755) belongs to another user" \
    'use a file of your own in a directory of your own'
  expect_not_run
  call as_alice HOME="$shared" sase-credential token
  expect_failure 4 "cannot use the profile: *' (owner $mallory_uid, mode 0755) belongs to another user" '*'
  expect_not_run
  call env -u XDG_CONFIG_HOME -u SASE_API_KEY HOME="$shared" sase-credential token
  expect_failure 4 "cannot use the profile: *' (owner $mallory_uid, mode 0755) belongs to another user" '*'
  expect_not_run
}

@test "a profile that others can write, in a directory that others can write" {
  further_sandbox hostile
  open_to_users "$further"
  chmod go+r "$further/ca.pem"
  alice_profile "url = $further_url" "ca-file = $further/ca.pem"
  chmod 777 "$profiles"
  chmod 666 "$profiles/default.conf"
  call as_alice -u SASE_URL -u SASE_CA_FILE sase-credential token
  expect_failure 4 \
    "cannot use the profile: '$profiles' (owner $alice_uid, mode 0777) can be written by other users, *default.conf' (owner $alice_uid, mode 0666) can be written by other users" \
    "chmod go-w $profiles && chmod go-w $profiles/default.conf"
  paste_hint as_alice
  call as_alice sase-credential token
  expect_token
}

@test "root with the home directory of another user behaves as without a profile" {
  alice_profile "api-key-command = touch '$alice/ran'; echo a-key"
  call env -u XDG_CONFIG_HOME HOME="$alice" sase-credential token
  expect_token
  expect_warning "'$alice/.config/sase-credential' is ignored, because its directory belongs to another user"
  call env -u XDG_CONFIG_HOME -u SASE_API_KEY HOME="$alice" sase-credential token
  expect_code 4
  [ ! -e "$alice/ran" ] || refute "the other user's command ran"
}

@test "a group may write a profile only if it is the private group of the user" {
  alice_profile "min-ttl = 2m"
  chgrp "$alice_uid" "$profiles/default.conf"
  chmod 664 "$profiles/default.conf"
  call as_alice sase-credential token
  expect_token
  expect_no_message
  chgrp sase-mallory "$profiles/default.conf"
  call as_alice sase-credential token
  expect_failure 4 "*default.conf' (owner $alice_uid, mode 0664) can be written by other users" \
    "chmod go-w $profiles/default.conf"
  paste_hint as_alice
  call as_alice sase-credential token
  expect_token
}

@test "a FIFO as a profile" {
  alice_profile ''
  rm "$profiles/default.conf"
  as_alice mkfifo "$profiles/default.conf"
  call as_alice timeout 5 "$build/bin/sase-credential" token
  expect_failure 4 "*default.conf' (owner $alice_uid, mode 0*) is not a regular file" '*'
}

@test "a profile that the user may not read counts as absent, unless it is named" {
  alice_profile 'min-ttl = 2m'
  chown root "$profiles/default.conf"
  chmod 600 "$profiles/default.conf"
  call as_alice sase-credential token
  expect_token
  expect_warning "cannot read '$profiles/default.conf': Permission denied; continuing without it"
  call as_alice sase-credential --profile default token
  expect_failure 4 "cannot read '$profiles/default.conf': Permission denied"
}

@test "a key file in a directory like /tmp is the user's own" {
  shared=$home/shared
  mkdir "$shared"
  chmod 1777 "$shared"
  echo "$key" | as_alice sh -c 'umask 077; cat >"$1"' - "$shared/alice-key"
  meant_to_hold_secrets "$shared"
  call as_alice -u SASE_API_KEY SASE_API_KEY_FILE="$shared/alice-key" sase-credential token
  expect_token
  chown sase-mallory "$shared/alice-key"
  chmod 644 "$shared/alice-key"
  call as_alice -u SASE_API_KEY SASE_API_KEY_FILE="$shared/alice-key" sase-credential token
  expect_failure 4 "cannot use the API key: '$shared/alice-key' (owner $mallory_uid, mode 0644) belongs to another user*" \
    "*api-key-command = cat $shared/alice-key"
}

@test "a link of another user" {
  shared=$home/shared
  mkdir "$shared"
  chmod 1777 "$shared"
  alice_profile 'min-ttl = 2m'
  as_mallory ln -s "$alice/.config" "$shared/.config"
  call as_alice HOME="$shared" sase-credential token
  expect_failure 4 "cannot use the profile: *'$shared/.config' (owner $mallory_uid, mode 0777) belongs to another user" '*'
}

@test "a cache, a trace and a target of 'watch' below a directory that others can write" {
  shared=$home/shared
  mkdir "$shared"
  chmod 777 "$shared"
  as_alice mkdir "$shared/cache"
  call as_alice XDG_CACHE_HOME="$shared/cache" sase-credential token
  expect_token
  expect_no_message
  expect_equal "$(ls -A "$shared/cache")" '' 'the cache that others could replace'
  call as_alice sase-credential --trace "$shared/trace" token
  expect_token
  expect_warning "cannot trace: '$shared' (owner 0, mode 0777) can be written by other users"
  call as_alice sase-credential watch --once "$shared/token"
  expect_failure 7 "*'$shared' (owner 0, mode 0777) can be written by other users*"
  [ ! -e "$shared/token" ] || refute 'the token was written'
}

# unmapped NAME=VALUE... COMMAND...: `call` by alice in a user namespace that has no other user. /etc is $home/etc and /home
# is $home/homes.
unmapped() {
  rm -rf "$home/homes/sase-alice"
  mkdir "$home/homes/sase-alice"
  chown sase-alice "$home/homes/sase-alice"
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --mount sh -euc 'mount --bind "$1/etc" /etc; mount --bind "$1/homes" /home
    id=$2 HOME=/home/sase-alice
    shift 2
    exec setpriv --reuid "$id" --regid "$id" --clear-groups unshare --user --map-user="$id" env "$@"' - \
    "$home" "$alice_uid" -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR -u TMPDIR "$@"
}

@test "in a user namespace without root, root's files in system directories are trusted, and files of others are not" {
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  as_alice unshare --user --map-user="$alice_uid" true 2>/dev/null || skip 'needs user namespaces'
  umask 022
  mkdir -p "$home/etc/shared" "$home/etc/sase-credential/profiles" "$home/homes"
  cp /etc/hosts /etc/nsswitch.conf /etc/passwd /etc/group "$home/etc/"
  cp "$sandbox/ca.pem" "$home/etc/ca.pem"
  chmod 644 "$home/etc/ca.pem"
  ln -s ca.pem "$home/etc/link.pem"
  chmod 1777 "$home/etc/shared"
  for directory in "$home/etc/shared" "$home/homes"; do
    mkdir "$directory/sase-mallory"
    cp "$home/etc/ca.pem" "$directory/sase-mallory/"
    chown -R sase-mallory "$directory/sase-mallory"
  done

  unmapped SASE_CA_FILE=/etc/link.pem sase-credential token
  expect_token
  expect_no_message
  echo 'ca-file = /etc/ca.pem' >"$home/etc/sase-credential/profiles/default.conf"
  unmapped -u SASE_CA_FILE sase-credential token
  expect_token
  expect_no_message
  for directory in /etc/shared /home /etc/../home; do
    about "$directory"
    unmapped SASE_CA_FILE="$directory/sase-mallory/ca.pem" sase-credential token
    expect_failure 4 "*/sase-mallory' (owner 65534, mode 0755) belongs to another user" \
      'use a file of your own in a directory of your own'
  done
}
