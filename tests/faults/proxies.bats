#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Proxies that fail: without a cached token, with a fresh one and with one due for refresh.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

# The proxy's options | user and password | timeout | exit code | CONNECT requests | ends within seconds | message
failing_proxies() {
  cat <<'END'
  --password someone:secret-word |                     | 5s | 4 | 1   | 3 | the proxy '*' asks for a user name and password (HTTP 407)
  --password someone:secret-word | someone:wrong-word@ | 5s | 4 | 1   | 3 | the proxy '*' does not accept the user name and password (HTTP 407)
  --status 403                   |                     | 5s | 6 | 1-3 | 5 | the proxy '*' does not allow connections to '*' (HTTP 403)
  --status 405                   |                     | 5s | 6 | 1-3 | 5 | the proxy '*' did not open a connection to '*' (HTTP 405)
  --status 502                   |                     | 5s | 6 | 1-3 | 5 | the proxy '*' cannot reach '*' (HTTP 502)
  --status 503                   |                     | 5s | 6 | 1-3 | 5 | the proxy '*' cannot reach '*' (HTTP 503)
  --misbehave hang               |                     | 1s | 6 | 1   | 2 | *within *proxy*
  --misbehave drip               |                     | 1s | 6 | 1   | 2 | *within *
  --misbehave mute               |                     | 1s | 6 | 1   | 2 | *within *
  --misbehave close              |                     | 5s | 6 | 1-3 | 5 | *
  --misbehave cut                |                     | 5s | 6 | 1-3 | 5 | *
  --misbehave garbage            |                     | 5s | 5-6 | 1-3 | 5 | *
  --misbehave flood              |                     | 5s | 5-6 | 1-3 | 5 | *
END
}

# start OPTIONS USER: sets $through to the proxy's URL.
start() {
  # shellcheck disable=SC2086 # words
  start_proxy "proxy$((++started))" $1
  through=http://$2$proxy
}

expect_connects() {
  local count
  count=$(grep -c '^CONNECT' "$log" || true)
  [ "$count" -ge "${1%-*}" ] && [ "$count" -le "${1#*-}" ] || refute "expected $1 CONNECT requests, there were $count"
}

cold() {
  local begin
  situation '1 5 7' "proxy $1 $2, cold"
  anew
  start "$1" "$2"
  begin=$(now_ms)
  childless sase-credential --timeout "$3" --proxy "$through" token
  expect_within $(($6 * 1000)) "$begin"
  [[ $code = ["$4"] ]] || refute "expected exit code $4"
  expect_failure "$code" "$7"
  ! grep -qE 'secret-word|wrong-word|someone' "$err" || refute 'a password in the message'
  expect_connects "$5"
  expect_counter authorize 0
  # Another way to the service is not spoilt by it.
  call sase-credential token
  expect_token
  stop_servers
}

warm() {
  situation 6 "proxy $1 $2, with a fresh token and with one that ages"
  start "$1" "$2"
  call sase-credential --timeout "$3" --proxy "$through" --refresh-ahead 5m token
  expect_output "$kept"$'\n'
  expect_connects 0
  have_token
  call sase-credential --timeout "$3" --proxy "$through" token
  expect_output "$kept"$'\n'
  wait_for_renewal
  expect_connects "$5"
  expect_counter authorize 0
  stop_servers
}

@test "without a cached token: fails in time behind a broken proxy, and succeeds without the proxy" {
  local started=0 through
  table cold < <(failing_proxies)
}

@test "with a cached token: returns it at once and prints nothing" {
  local started=0 through
  keep_token 10m
  local kept=$token
  table warm < <(failing_proxies)
}

@test "reports a proxy that does not listen or does not answer" {
  needs_network_namespace
  local address start
  for address in 127.0.0.1:1 192.0.2.77:3128; do
    situation '1 6' "proxy at $address"
    rm -rf "$state"
    start=$(now_ms)
    in_network sase-credential --timeout 1s --proxy "http://$address" token
    expect_failure 6 '*' '*proxy*'
    expect_within 2300 "$start"
  done
}

@test "sends the proxy's password to the proxy only" {
  tries 7
  start_proxy good --password someone:secret-word
  call sase-credential --proxy "http://someone:secret-word@$proxy" token
  expect_token
  expect_no_message
  expect_connects 1
  ! grep -rqF secret-word "$state" || refute 'the password lies on disk'
}
