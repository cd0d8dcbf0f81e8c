# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Two real users for tests of what one user can do to another: sase-alice, who uses the program, and sase-mallory.

# need_users: creates both users, once. Skips the test unless it runs as root.
need_users() {
  local name
  [ "$(id -u)" = 0 ] || skip 'only root can create users and become them'
  command -v setpriv useradd >/dev/null || skip 'setpriv or useradd is missing'
  for name in sase-alice sase-mallory; do
    # Tests in parallel may create them at the same time.
    id -u "$name" >/dev/null 2>&1 ||
      flock "${TMPDIR:-/tmp}" useradd --system --user-group --no-create-home --home-dir /nonexistent "$name" 2>/dev/null ||
      id -u "$name" >/dev/null || refute "useradd $name failed"
  done
  # They must reach the programs, the sandbox and their directories of this test.
  open_to_users "$build/bin/sase-credential" "$sandbox" "$home"
}

# open_to_users PATH...: lets all users search the directories on these paths, and the sandbox's CA.
open_to_users() {
  local path
  for path; do
    while [ "$path" != / ]; do
      [ ! -d "$path" ] || chmod go+x "$path"
      path=$(dirname "$path")
    done
  done
  chmod go+r "$sandbox/ca.pem"
}

# user_home NAME: creates an empty home directory of that user and prints it.
user_home() {
  local directory=$home/$1
  mkdir -p "$directory"
  chown "$1:$1" "$directory"
  chmod 700 "$directory"
  echo "$directory"
}

# as_user NAME COMMAND...: runs it as that user with the environment of the test, except for HOME and the directories below
# it. A test that needs another one passes it with env(1).
as_user() {
  local name=$1 directory
  shift
  directory=$(user_home "$name")
  setpriv --reuid "$(id -u "$name")" --regid "$(id -g "$name")" --clear-groups \
    env -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR -u TMPDIR "HOME=$directory" "USER=$name" "LOGNAME=$name" "$@"
}
