#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Row 69 of PROTOCOLS section 2.1, and promise 1 of CONTRACT section 7: however many ask at once, one asks the service.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

promises=1

# All COUNT have answered with the same whole reply.
expect_one_answer() {
  expect_equal "$failed" 0 'calls that failed'
  expect_equal "$(cat "$home"/many/*.err)" '' 'messages'
  local replies
  replies=$(cat "$home"/many/*.out | grep -c "^$2eyJ")
  expect_equal "$replies" "$1" replies
  expect_equal "$(cat "$home"/many/*.out | grep "^$2eyJ" | sort -u | wc -l)" 1 'different tokens'
}

wait_for_authorize() {
  local tries=0
  until [ "$(counter authorize)" -ge "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || refute "the service was not asked $1 times"
    sleep 0.02
  done
}

@test "row 69: 200 cold calls make one request and get one token" {
  ask_bearer
  many 200 git-credential-sase get

  expect_one_answer 200 credential=
  expect_counter authorize 1
}

@test "row 69: the same while the service takes a second to answer" {
  fault delay=1s
  many 200 sase-credential token

  expect_one_answer 200 ''
  expect_counter authorize 1
}

@test "many at once whose cached token has gone stale make one request" {
  fault lifetime=10m
  call sase-credential token
  expect_token
  fault lifetime=60m
  many 50 sase-credential --min-ttl 20m token

  expect_one_answer 50 ''
  expect_counter authorize 2
}

@test "a file is never seen torn, by readers beside a writer" {
  call sase-credential token
  expect_token
  local round
  for round in 1 2 3; do
    rm "$state"/*.token
    many 20 sase-credential token
    about "round $round"
    expect_one_answer 20 ''
  done
  expect_counter authorize 4
}

@test "without a cache 30 calls make the five requests that a minute allows, one after the other" {
  tries 5
  # There is nothing to share: five get a token, the messages of the others name the time of the next attempt.
  fault delay=200ms
  many 30 sase-credential --cache none token

  expect_equal "$failed" 25 'calls that failed'
  expect_equal "$(cat "$home"/many/*.out | sort -u | grep -c ^eyJ)" 5 'different tokens'
  expect_equal "$(cat "$home"/many/*.err | grep -c '^sase-credential: 5 requests for this API key ')" 25 messages
  expect_equal "$(cat "$home"/many/*.err | grep -Ec '^sase-credential: hint: try again in (5[0-9]s|1m)$')" 25 hints
  expect_counter authorize 5
}

@test "two keys do not wait for each other" {
  printf '%s\nanother-key\n' "$key" >"$sandbox/keys"
  mv "$sandbox/keys" "$sandbox/api-key"
  fault hang=on times=1
  SASE_TIMEOUT=30s sase-credential token >"$home/slow" 2>&1 3>&- 4>&- &
  local slow=$!
  wait_for_authorize 1
  SASE_API_KEY=another-key call sase-credential token
  expect_token
  kill -KILL "$slow" || refute 'the slow call had ended already'
  printf '%s\n' "$key" >"$sandbox/api-key"
}

@test "two profiles of one key stand in one line, and each gets a token of its own" {
  meant_to_hold_secrets "$home/one"
  tries 1 3
  profile one
  profile two
  fault delay=300ms
  (
    many 10 sase-credential --profile one token
    echo "$failed" >"$home/failed"
    cat "$home"/many/*.out | sort -u >"$home/one"
  )
  expect_equal "$(<"$home/failed")" 0 'calls that failed'
  call sase-credential --profile two token
  expect_token
  [ "$token" != "$(<"$home/one")" ] || refute 'one token for two profiles'
  expect_counter authorize 2
}

@test "a killed leader leaves the others served" {
  export SASE_TIMEOUT=30s
  fault hang=on times=1
  sase-credential token >"$home/leader" 2>&1 3>&- 4>&- &
  local leader=$!
  wait_for_authorize 1
  (
    many 20 sase-credential token
    echo "$failed" >"$home/failed"
  ) &
  local others=$!
  # They stand in line by now, or will in a moment: both must do.
  sleep 0.3
  kill -KILL "$leader"
  wait "$others"
  failed=$(<"$home/failed")

  expect_one_answer 20 ''
  expect_counter authorize 2
  expect_equal "$(<"$home/leader")" ''
}

@test "a killed leader takes its authorizer along" {
  fault hang=on
  SASE_TIMEOUT=60s sase-credential token >"$home/leader" 2>&1 3>&- 4>&- &
  local leader=$! authorizer tries=0
  wait_for_authorize 1
  authorizer=$(pgrep -P "$leader")
  kill -KILL "$leader"
  while [ -d "/proc/$authorizer" ] && ! grep -q '^State:.Z' "/proc/$authorizer/status" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 250 ] || refute 'the authorizer outlives the front'
    sleep 0.02
  done
}

@test "no caller waits for a leader beyond its own timeout" {
  fault hang=on
  SASE_TIMEOUT=30s sase-credential token >"$home/leader" 2>&1 3>&- 4>&- &
  local leader=$! start
  wait_for_authorize 1
  start=$(now_ms)
  call sase-credential --timeout 1s token
  kill -KILL "$leader"

  expect_failure 6 '*'
  expect_within 2000 "$start"
  expect_counter authorize 1
}

@test "a lock file that is left behind locks nothing" {
  call sase-credential token
  expect_token
  find "$state" -name '*.lock' | grep -q . || refute 'there is no lock file to speak of'
  rm "$state"/*.token

  call sase-credential --timeout 2s token
  expect_token
  expect_no_message
}
