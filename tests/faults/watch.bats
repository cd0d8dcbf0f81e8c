#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `watch` during outages that are shorter than the lifetime of the token, and during longer ones.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; words for eval; variables of support/end_to_end.bash
load ../support/watching

setup() {
  set_up_test
  mkdir "$home/run"
  file=$home/run/token
  export SASE_MIN_TTL=1s
}

# Deletes the request log continuously: its limits are in minutes, and the tokens of this test live for seconds.
forget_quickly() {
  while sleep 0.2; do forgive; done
}

read_summary() { jq -r "$1" "$home/summary" 2>/dev/null || echo 0; }
tokens_are() { [ "$(read_summary .tokens)" -ge "$1" ]; }

# wait_for_tokens COUNT
wait_for_tokens() {
  local end=$(($(now_ms) + 30000))
  until tokens_are "$1"; do
    [ "$(now_ms)" -lt "$end" ] || refute "there are no $1 tokens"
    sleep 0.05
  done
}

@test "a reader finds a complete, accepted token at each read for ten lifetimes with outages" {
  tries 2 5 6
  fault lifetime=8s
  start_watch "$file"
  until_true test -s "$file"
  /usr/bin/python3 "$source_root/tests/support/token_reader.py" "$file" "$url" "$SASE_CA_FILE" "$home/summary" 3>&- 4>&- &
  local reader=$!
  forget_quickly 3>&- 4>&- &
  servers+=("$reader" $!)

  local asked=0 outages=0 tokens
  for outage in status=503 reset=headers status=429; do
    tokens=$(read_summary .tokens)
    wait_for_tokens $((tokens + 2))
    # Until one attempt has failed.
    asked=$(counter authorize)
    fault "$outage" lifetime=8s
    until_true eval '[ "$(counter authorize)" -gt "$asked" ]'
    fault lifetime=8s
  done
  wait_for_tokens 10
  kill "$reader"
  wait "$reader" || refute 'the reader failed'
  expect_stop
  cp "$home/summary" "$home/tmp/reads"
  echo "# $(<"$home/tmp/reads"), authorizations: $(counter authorize)" >&3
  expect_equal "$(read_summary '[.missing, .empty, .partial, .rejected] | join(" ")')" '0 0 0 0' 'reads without a file, with an empty one, a partial one, a rejected token'
  [ "$(read_summary .reads)" -gt 3000 ] && [ "$(read_summary .accepted)" -gt 200 ] || refute 'the reader read too rarely'
  # Each outage costs one request: the authorizer does not retry in the background.
  [ "$(counter authorize)" -le $(($(read_summary .tokens) + 5)) ] || refute 'more requests than tokens and outages'
  expect_equal "$(grep -c 'warning: .* is not renewed: .*; its token is good for' "$err")" 3 'warnings at the start of an outage'
  expect_equal "$(grep -c 'is fresh again, after' "$err")" 3 'messages at the end of an outage'
  expect_equal "$(wc -l <"$err")" "$((6 + $(grep -c ' hint: ' "$err")))" 'lines on stderr'
}

@test "removes the file when the token expires during an outage, and writes it again afterwards" {
  tries 2 6
  start_manager
  fault lifetime=5s
  start_watch "$file"
  until_true test -s "$file"
  fault status=503
  until_true test ! -e "$file"
  until_true is_told "STATUS='$file' is not there; not renewed: "
  until_true has_said "^sase-credential: warning: '$file' is removed: its token has expired, and there is no new one yet"
  fault lifetime=1h
  forgive
  kill -HUP "$watcher"
  until_true test -s "$file"
  until_true has_said "^sase-credential: '$file' is fresh again, after "
  read_file
  expect_stop
  expect_equal "$(grep -c 'warning: ' "$err")" 2 'warnings'
}

@test "a full disk causes one warning; the old file stays until the new token can be written" {
  tries 6
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  fault lifetime=10s
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount sh -c 'mount -t tmpfs -o size=8k tmpfs "$1" && exec env --default-signal=INT sase-credential watch "$1/token"' \
    sh "$home/run" >"$out" 2>"$err" 3>&- 4>&- &
  watcher=$!
  servers+=("$watcher")
  local inside=/proc/$watcher/root$home/run
  until_true test -s "$inside/token"
  local before
  before=$(<"$inside/token")
  head -c 4096 /dev/zero >"$inside/filler"
  until_true has_said "^sase-credential: warning: '$file' is not renewed: cannot write '$file': No space left on device; its token is good for "
  expect_equal "$(<"$inside/token")" "$before" 'the file'
  expect_equal "$(ls "$inside")" $'filler\ntoken' 'what is in the directory'
  fault lifetime=1h
  rm "$inside/filler"
  until_true has_said "^sase-credential: '$file' is fresh again, after "
  [ "$(<"$inside/token")" != "$before" ] || refute 'expected a new token'
  expect_stop
}

@test "a killed watcher leaves a complete file, and the next watcher continues with it" {
  tries 6
  start_watch "$file"
  until_true test -s "$file"
  read_file
  kill -KILL "$watcher"
  wait "$watcher" || true
  cmp -s "$file" <(echo "$token") || refute 'the file has changed'
  start_manager
  start_watch "$file"
  until_true is_told READY=1
  cmp -s "$file" <(echo "$token") || refute 'expected the same token'
  expect_stop
  expect_counter authorize 1
}

@test "the next attempt uses a key that was replaced" {
  tries 3
  echo "$key" >"$home/key"
  unset SASE_API_KEY
  start_watch "$file" --api-key-file "$home/key"
  until_true test -s "$file"
  echo another-key >"$home/key"
  kill -HUP "$watcher"
  until_true has_said "is not renewed: .*HTTP 401"
  echo "$key" >"$home/key"
  kill -HUP "$watcher"
  until_true has_said "is fresh again"
  expect_stop
  expect_counter authorize 2
}
