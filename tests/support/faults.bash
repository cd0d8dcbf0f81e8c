# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Functions for fault tests and races, in addition to end_to_end.bash.
# shellcheck disable=SC2154 # variables of end_to_end.bash
load ../support/end_to_end

# table FUNCTION: calls FUNCTION for each row on stdin with the row's columns, which are separated by `|`. Empty lines and
# comments are skipped.
table() {
  local line column columns
  while IFS= read -r line <&9; do
    [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
    columns=()
    while IFS= read -r -d '|' column; do
      [[ $column =~ ^[[:space:]]*(.*[^[:space:]])?[[:space:]]*$ ]]
      columns+=("${BASH_REMATCH[1]}")
    done <<<"$line|"
    "$1" "${columns[@]}"
  done 9<&0
}

# keep_token LIFETIME: gets a token with this lifetime and keeps it for have_token. Sets $token.
keep_token() {
  anew "lifetime=$1"
  call sase-credential token
  expect_token
  rm -rf "$home/kept"
  mkdir -m 700 "$home/kept"
  cp -p "$state"/*.token "$home/kept/"
}

# have_token [NAME=VALUE...]: puts that token into the cache, with an empty request log and these faults.
have_token() {
  anew "$@"
  cp -Rp "$home/kept" "$state"
}

# A background refresh takes the lock before its caller ends, and holds it until it ends.
wait_for_renewal() {
  local lock
  for lock in "$state"/*.lock; do
    [ ! -e "$lock" ] || flock --wait 15 "$lock" true || refute 'the refresh does not end'
  done
}

# By a signal: a fault may reject every connection.
clear_faults() { kill -USR1 "$(<"$sandbox/pid")"; }

# expect_requests N | N-M: the service has received that many.
expect_requests() {
  local count
  [[ $about != reset=accept* ]] || clear_faults
  count=$(counter authorize)
  [ "$count" -ge "${1%-*}" ] && [ "$count" -le "${1#*-}" ] || refute "expected $1 requests, there were $count"
}

# No process holds the lock, and no temporary file is left.
expect_unlocked() {
  local lock
  for lock in "$state"/*.lock; do
    [ ! -e "$lock" ] || flock --nonblock "$lock" true || refute 'the lock is still held'
  done
  expect_equal "$(find "$state" -name '*.new' 2>/dev/null)" '' 'half-written files'
}

# childless COMMAND...: `call`, and fails if a process is left.
childless() {
  call /usr/bin/python3 "$source_root/tests/support/childless.py" "$@"
  [ "$code" != 99 ] || refute 'a process was left behind'
}

# in_network COMMAND...: `call` in a network namespace with loopback and 192.0.2.0/24, where only 192.0.2.1 answers and
# packets to other addresses are lost. The files in $home/etc replace those in /etc.
in_network() {
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --net --mount --fork -- sh -euc '
    ip link set lo up
    ip link add silent type veth peer name nowhere
    ip address add 192.0.2.1/24 dev silent
    ip link set silent arp off up
    ip link set nowhere up
    for file in "$0"/etc/*; do
      [ ! -e "$file" ] || mount --bind "$file" "/etc/${file##*/}"
    done
    exec "$@"' "$home" "$@"
}
needs_network_namespace() {
  unshare --net --mount --fork -- ip link add silent type veth peer name nowhere 2>/dev/null || skip 'needs network namespaces'
}

# crowd COUNT COMMAND...: runs them in parallel, each with $in. Sets $longest (milliseconds of the slowest), $codes (exit
# codes and their numbers, as in "0:199 6:1"), $answers (the number of different outputs) and $stray (the number of failures
# with output and of successes with a message). The output of each is in $home/crowd.
crowd() {
  rm -rf "$home/crowd"
  mkdir "$home/crowd"
  code='' && : >"$out" && : >"$err"
  /usr/bin/python3 "$source_root/tests/support/crowd.py" --directory "$home/crowd" --input "$in" "$@" >"$home/crowd.json" ||
    refute 'the crowd could not be started'
  read_summary "$home/crowd.json"
}

read_summary() {
  longest=$(jq '.longest * 1000 | floor' "$1")
  codes=$(jq -r '[.codes | to_entries | sort_by(.key)[] | "\(.key):\(.value)"] | join(" ")' "$1")
  answers=$(jq '.answers | length' "$1") stray=$(jq .stray "$1")
}

# expect_crowd CODES ANSWERS LONGEST
expect_crowd() {
  expect_equal "$codes" "$1" 'exit codes'
  expect_equal "$answers" "$2" 'different answers'
  expect_equal "$stray" 0 'failures with an output and successes with a message'
  [ "$longest" -le "$3" ] || refute "expected the last to end within $3 ms, it took $longest ms"
}

race() { /usr/bin/python3 "$source_root/tests/support/racing.py" "$@" "$BATS_TEST_TMPDIR" "$sandbox" >&3; }

# Prints the process that holds the refresh lock. Needs root, since the lock file is private.
lock_holder() {
  local fd lock
  for lock in "$state"/*.lock; do
    for fd in /proc/[0-9]*/fd/*; do
      if [ "$fd" -ef "$lock" ]; then
        fd=${fd#/proc/}
        echo "${fd%%/*}"
        return
      fi
    done
  done
}
