#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Retries, and that every call ends in time and leaves no process.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

# paused_calls COUNT: so many calls side by side that each meet a failing service; the pauses of each, in milliseconds, as
# lines of $home/pauses. A pause of 0 does not show.
paused_calls() {
  local i pids=()
  for ((i = 0; i < $1; i++)); do
    mkdir -m 700 "$home/state$i"
    ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 XDG_RUNTIME_DIR=$home/state$i \
      strace -f -qq -e trace=clock_nanosleep,nanosleep -e signal=none -o "$home/trace$i" sase-credential token \
      >"$home/out$i" 2>&1 3>&- 4>&- &
    pids+=($!)
  done
  wait "${pids[@]}" || true
  for ((i = 0; i < $1; i++)); do
    # The front looks after its child in sleeps of microseconds.
    awk 'match($0, /tv_sec=[0-9]+, tv_nsec=[0-9]+/) && / = 0$/ {
      split(substr($0, RSTART, RLENGTH), part, /[=,]/)
      if (part[4] % 1000000 == 0 && /0x/) printf "%d ", part[2] * 1000 + part[4] / 1000000
    } END { print "" }' "$home/trace$i"
  done >"$home/pauses"
}

@test "tries three times with growing, randomized pauses" {
  tries 5
  fault status=503
  paused_calls 20
  expect_counter authorize 60
  expect_equal "$(awk 'NF > 2 || (NF == 2 && $1 >= 250) || $NF >= 500' "$home/pauses")" '' \
    'calls without a pause below 250 and one below 500 ms'
  # It is so by chance once in a million times.
  awk '$NF >= 250 { found = 1 } END { exit !found }' "$home/pauses" || refute 'no second pause is longer than a first one'
  [ "$(sort -u "$home/pauses" | wc -l)" -ge 10 ] || refute 'the pauses are the same in each call'
}

# obeyed FAULTS AT-LEAST AT-MOST: milliseconds until the token.
obeyed() {
  local start took
  situation 5 "$1"
  # shellcheck disable=SC2086 # words
  anew $1
  start=$(now_ms)
  call sase-credential token
  took=$(($(now_ms) - start))
  expect_token
  expect_counter authorize 2
  [ "$took" -ge "$2" ] && [ "$took" -le "$3" ] || refute "expected $2 to $3 ms, it took $took ms"
}

@test "waits for a Retry-After that fits into the timeout, in seconds and as a date" {
  # A date has whole seconds, so up to one is missing.
  table obeyed <<'END'
  retry-after=1 times=1             | 1000 | 4000
  retry-after=2 status=503 times=1  | 2000 | 5000
  retry-after=date+2 times=1        | 1000 | 5000
  retry-after=0 times=1             | 0    | 3000
END
}

@test "does not wait for a Retry-After that leaves no time for a retry" {
  tries 1 5
  local start
  start=$(now_ms)
  fault retry-after=3 times=1
  call sase-credential --timeout 3s token
  expect_failure 6 '* (HTTP 429)*'
  expect_within 1500 "$start"
  expect_counter authorize 1
}

# ends_in_time FAULTS TIMEOUT: within a second of it, and alone.
ends_in_time() {
  local start
  situation 1 "$1, timeout $2"
  # shellcheck disable=SC2086 # words
  anew $1
  start=$(now_ms)
  childless sase-credential --timeout "$2" token
  expect_failure 6 '*'
  expect_within $((${2%s} * 1000 + 1000)) "$start"
  expect_unlocked
  # But for what is remembered, the next call has nothing to suffer from.
  clear_faults
  forgive
  call sase-credential token
  expect_token
}

@test "ends at most a second after 'timeout' and leaves no process, whatever the service does" {
  table ends_in_time <<'END'
  hang=on                  | 1s
  hang=on                  | 2s
  drip=300ms               | 1s
  drip=20ms token=60000    | 2s
  delay=30s                | 1s
  status=503 delay=700ms   | 1s
  retry-after=1            | 2s
  reset=headers delay=900ms | 1s
END
}

@test "leaves no process after a success, a rejection or a refresh" {
  tries 1
  childless sase-credential token
  expect_token
  anew status=403
  childless sase-credential token
  expect_failure 5 '*'
  keep_token 10m
  have_token status=403
  call sase-credential token
  expect_output "$token"$'\n'
  wait_for_renewal
  expect_unlocked
}
