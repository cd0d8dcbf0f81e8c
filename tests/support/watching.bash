# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What tests of `watch` need beyond drill.bash: one that runs in the background, and a manager that hears of it.
# shellcheck disable=SC2034,SC2154 # variables of story.bash, for it and from it
load ../support/drill

# start_watch FILE [FLAG...]: in the background; $watcher is its process. What it says goes to $out and $err.
start_watch() {
  file=$1
  meant_to_hold_secrets "$file"
  # A shell lets what it starts in the background ignore SIGINT.
  env --default-signal=INT sase-credential watch "$@" <"$in" >"$out" 2>"$err" 3>&- 4>&- &
  watcher=$!
  servers+=("$watcher")
}

# start_manager [ADDRESS]: sets NOTIFY_SOCKET; what it is told is in $told.
start_manager() {
  export NOTIFY_SOCKET=${1:-$home/notify}
  told=$home/told
  /usr/bin/python3 "$story_root/tests/support/manager.py" "$NOTIFY_SOCKET" "$told" 3>&- 4>&- &
  servers+=($!)
  until_true test -e "$told"
}

# until_true COMMAND...: tries it until it succeeds, for 20 seconds.
until_true() {
  local end=$(($(now_ms) + 20000))
  until "$@"; do
    [ "$(now_ms)" -lt "$end" ] || refute "it did not come to: $*"
    sleep 0.02
  done
}

# is_told WORDS: the manager has been.
is_told() { grep -qE -- "^$1" "$told"; }
has_said() { grep -qE -- "$1" "$err"; }

# expect_stop: it ends at once and well, with nothing but the file left. `warnings` may stand before its patterns.
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

# The token of the file, which must be whole. Sets $token.
read_file() {
  cp "$file" "$out"
  code=0
  expect_token
  : >"$out"
}
