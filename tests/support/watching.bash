# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For tests of `watch`, in addition to faults.bash: a watcher in the background, and a service manager.
# shellcheck disable=SC2034,SC2154 # variables of end_to_end.bash, for it and from it
load ../support/faults

# start_watch FILE [FLAG...]: starts a watcher in the background; $watcher is its process, $out and $err its output.
start_watch() {
  file=$1
  meant_to_hold_secrets "$file"
  # Background processes of a shell ignore SIGINT.
  env --default-signal=INT sase-credential watch "$@" <"$in" >"$out" 2>"$err" 3>&- 4>&- &
  watcher=$!
  servers+=("$watcher")
}

# start_manager [ADDRESS]: sets NOTIFY_SOCKET; $told is the file with the notifications.
start_manager() {
  export NOTIFY_SOCKET=${1:-$home/notify}
  told=$home/told
  /usr/bin/python3 "$source_root/tests/support/manager.py" "$NOTIFY_SOCKET" "$told" 3>&- 4>&- &
  servers+=($!)
  until_true test -e "$told"
}

# until_true COMMAND...: repeats a command until it succeeds, for at most 20 seconds.
until_true() {
  local end=$(($(now_ms) + 20000))
  until "$@"; do
    [ "$(now_ms)" -lt "$end" ] || refute "still false after 20 s: $*"
    sleep 0.02
  done
}

# is_told PATTERN: whether the manager got a notification. has_said PATTERN: whether a message is on stderr.
is_told() { grep -qE -- "^$1" "$told"; }
has_said() { grep -qE -- "$1" "$err"; }

# expect_stop [SIGNAL]: the watcher exits with 0 within 1.5 s and leaves nothing but the file.
expect_stop() {
  local start
  start=$(now_ms)
  kill "-${1:-TERM}" "$watcher"
  code=0
  wait "$watcher" || code=$?
  expect_code 0
  expect_within 1500 "$start"
  expect_no_output
  expect_equal "$(find "${file%/*}" -name '*.new-*')" '' 'half-written files'
  no_secret_in "$err"
}

# Reads the token from the file, which must be complete. Sets $token.
read_file() {
  cp "$file" "$out"
  code=0
  expect_token
  : >"$out"
}
