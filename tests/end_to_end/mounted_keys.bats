#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Keys as platforms mount them: owners, modes, links and file systems of containers, CI and service managers.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/users

setup() {
  set_up_test
  need_users
  alice_uid=$(id -u sase-alice)
  volume=$home/volume
  mkdir -m 755 "$volume"
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$in"
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
}

# with_volume NAME GROUPS MODE STATEMENTS [COMMAND...]: `call` of the command by that user, in these further groups, after
# root has run the statements in $volume, a file system in memory with this mode that no other process sees. The key is on
# stdin of the statements. The default command reads the key file $volume/key.
with_volume() {
  local name=$1 groups=$2 mode=$3 statements=$4 directory
  shift 4
  directory=$(user_home "$name")
  [ $# -gt 0 ] || set -- sase-credential --api-key-file "$volume/key" token
  call unshare --mount sh -euc '
    mount -t tmpfs -o "mode=$1" volume "$2"
    cd "$2"
    umask 022
    eval "$3"
    cd /
    shift 3
    exec "$@"' - "$mode" "$volume" "$statements" \
    setpriv --reuid "$name" --regid "$name" --groups "$(id -g "$name")${groups:+,$groups}" \
    env -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR -u TMPDIR "HOME=$directory" "$@" </dev/null
}

expect_works() {
  expect_token
  expect_no_message
}

# The command of the last hint, which `cat`s the key file, gives a token.
expect_command_works() {
  local command
  command=$(sed -n 's/^sase-credential: hint: .*api-key-command = //p' "$err")
  [ -n "$command" ] || refute 'expected a command in the hint'
  with_volume "$@" sase-credential --api-key-command "$command" token
  expect_works
}

# ---- Kubernetes

# A Secret volume: the files are behind a link that is replaced as a whole.
secret_volume='
  mkdir ..2026_01_02
  cat >..2026_01_02/key
  ln -s ..2026_01_02 ..data
  ln -s ..data/key key'

@test "a Secret volume of Kubernetes, with its default mode" {
  with_volume sase-alice '' 1777 "$secret_volume; chmod 644 ..data/key"
  expect_works
}

@test "a Secret volume of a pod with fsGroup" {
  local mode
  for mode in 0440 0640; do
    about "$mode"
    anew
    with_volume sase-alice 12345 1777 "$secret_volume
      chgrp -R 12345 . && chmod 3777 . && chmod 2755 ..2026_01_02 && chmod $mode ..data/key"
    expect_works
  done
  anew
  with_volume sase-alice '' 1777 "$secret_volume; chgrp 12345 ..data/key; chmod 0440 ..data/key"
  expect_failure 4 "cannot use the API key in '$volume/key': Permission denied" 'let this user read it*'
}

@test "a Secret volume whose link leads to a directory of another user" {
  with_volume sase-alice '' 1777 "$secret_volume; chown sase-mallory ..2026_01_02"
  expect_failure 4 "cannot use the API key: '$volume/key': '$volume/..2026_01_02' (owner *, mode 0755) belongs to another user" \
    "*api-key-command = cat $volume/key"
}

# ---- the Vault injector

# Its files belong to its own user, unless the annotation agent-run-as-same-user is set.
@test "a shared memory volume with files of the user, of root and of a third user" {
  with_volume sase-alice '' 1777 'cat >key; chown sase-alice key; chmod 400 key'
  expect_works
  anew
  with_volume sase-alice '' 1777 'cat >key; chmod 644 key'
  expect_works
  anew
  local vault='cat >key; chown 100:1000 key; chmod 644 key'
  with_volume sase-alice '' 1777 "$vault"
  expect_failure 4 "cannot use the API key: '$volume/key' (owner 100, mode 0644) belongs to another user and can be read by other users" \
    "use a file of your own in a directory of your own, or set: api-key-command = cat $volume/key"
  expect_command_works sase-alice '' 1777 "$vault"
}

# ---- Docker Compose

# A secret of a file is that file, with its owner and mode, on a read-only mount.
bind='cat >/dev/null; touch key; mount --bind "$secret" key; mount -o remount,bind,ro key'

@test "a Compose secret that only the user and root can read" {
  export secret=$home/key
  printf '%s\n' "$key" >"$secret"
  chown sase-alice "$secret"
  local mode
  for mode in 600 400; do
    anew
    chmod "$mode" "$secret"
    with_volume sase-alice '' 755 "$bind"
    expect_works
  done
}

@test "a Compose secret that others can read, on a mount where no chmod is possible" {
  export secret=$home/key
  printf '%s\n' "$key" >"$secret"
  chown sase-alice "$secret"
  chmod 644 "$secret"
  with_volume sase-alice '' 755 "$bind"
  expect_failure 4 "cannot use the API key: '$volume/key' (owner $alice_uid, mode 0644) can be read by other users" \
    "use a file of your own in a directory of your own, or set: api-key-command = cat $volume/key"
  expect_command_works sase-alice '' 755 "$bind"
}

@test "a Compose secret of another user, read by root with a command" {
  printf '%s\n' "$key" >"$home/key"
  chown sase-alice "$home/key"
  unset XDG_RUNTIME_DIR
  call sase-credential --api-key-file "$home/key" token
  expect_failure 4 "cannot use the API key: '$home/key' (owner $alice_uid, mode 0600) belongs to another user" \
    "*or set: api-key-command = cat $home/key"
  # Containers forbid the kernel's keyring.
  local -x SASE_API_KEY_COMMAND="cat $home/key"
  for _ in 1 2; do
    injected add_key,keyctl,request_key error=EPERM sase-credential token
    expect_works
  done
  expect_counter authorize 1
}

# ---- GitLab

@test "a File variable of GitLab, with one message and one remedy" {
  local directory=$home/project.tmp hint
  mkdir "$directory"
  printf '%s\n' "$key" >"$directory/KEY"
  meant_to_hold_secrets "$directory"
  chmod 777 "$directory"
  chmod 666 "$directory/KEY"
  export SASE_API_KEY_FILE=$directory/KEY
  call sase-credential token
  expect_failure 4 "cannot use the API key: '$directory' (owner 0, mode 0777) can be written by other users, '$directory/KEY' (owner 0, mode 0666) can be written by other users" \
    "chmod go-w $directory && chmod 600 $directory/KEY"
  hint=$(sed -n 's/^sase-credential: hint: //p' "$err")

  # A job that does not run as root cannot change them.
  call as_user sase-alice sase-credential token
  expect_failure 4 "*mode 0777) can be written *mode 0666) can be written *" "*or set: api-key-command = cat $directory/KEY"
  call as_user sase-alice env -u SASE_API_KEY_FILE SASE_API_KEY_COMMAND="cat $directory/KEY" sase-credential token
  expect_works

  sh -c "$hint"
  call sase-credential token
  expect_works
}

# ---- /tmp, pipes and systemd

@test "a key file that mktemp has created" {
  local file
  file=$(as_user sase-alice mktemp /tmp/sase-test.XXXXXX)
  printf '%s\n' "$key" >"$file"
  call as_user sase-alice sase-credential --api-key-file "$file" token
  rm "$file"
  expect_works
}

@test "no hint changes the mode of a directory that other programs use" {
  with_volume sase-alice '' 0777 'cat >key; chown sase-alice key; chmod 600 key'
  expect_failure 4 "cannot use the API key: '$volume/key': '$volume' (owner 0, mode 0777) can be written by other users" \
    "use a file of your own *"
  # Nor may root's: `chmod go-w /tmp` would break the machine.
  call unshare --mount sh -euc '
    mount -t tmpfs -o mode=0777 shared /mnt
    cat >/mnt/key
    sase-credential --api-key-file /mnt/key token </dev/null'
  expect_failure 4 "*'/mnt' (owner 0, mode 0777) can be written by other users*" "use a file of your own *"
}

@test "a pipe whose writer stays silent" {
  mkfifo "$home/fifo"
  sleep 30 >"$home/fifo" 3>&- 4>&- &
  servers+=($!)
  local start
  for file in "$home/fifo" <(sleep 30 3>&- 4>&-); do
    about "$file"
    start=$(now_ms)
    call timeout 10 "$build/bin/sase-credential" --timeout 1s --api-key-file "$file" token
    expect_failure 6 "no API key was written to '$file' in time" '*'
    expect_within 3000 "$start"
  done
}

@test "a systemd credential of a service with DynamicUser" {
  # Since systemd 254, a list of access rights names the user, and the mode shows its mask as that of the group. The owner is
  # root, so a group of the same mode stands for it.
  with_volume sase-alice '' 755 '
    mkdir -m 550 unit
    cat >unit/sase-api-key
    chmod 440 unit/sase-api-key
    chgrp sase-alice unit unit/sase-api-key' env "CREDENTIALS_DIRECTORY=$volume/unit" sase-credential token
  expect_works
}

@test "a unit whose directory of credentials lacks the key" {
  mkdir -m 755 "$home/unit"
  call as_user sase-alice env "CREDENTIALS_DIRECTORY=$home/unit" sase-credential token
  expect_failure 4 "no API key for the profile 'default'" "*, or add 'LoadCredential=sase-api-key:FILE' to the unit"
}

# Drives of Windows in WSL (9p), CIFS and FAT show one mode for all files. strace puts the type in place of the real one.
@test "a file on a file system whose modes come from the mount: the hint is an option of the mount" {
  local type
  cp "$in" "$home/key"
  chmod 777 "$home/key"
  call sase-credential --api-key-file "$home/key" token
  expect_failure 4 '*can be written by other users' "chmod 600 $home/key"
  for type in 97190201 424d53ff 424d53fe 444d0000 46557365; do
    about "$type"
    injected statfs "poke_exit=@arg2=${type}00000000" sase-credential --api-key-file "$home/key" token
    expect_failure 4 "*'$home/key' (owner 0, mode 0777) can be written by other users" \
      "chmod 600 $home/key; if the mode stays, it comes from the mount: add umask=077 *metadata*dir_mode=0700*"
  done
}
