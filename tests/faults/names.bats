#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Names that cannot be resolved, or that resolve to an address that does not answer, in a network namespace.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

setup() {
  set_up_test
  needs_network_namespace
  mkdir "$home/etc"
  echo 'hosts: files dns' >"$home/etc/nsswitch.conf"
  echo '127.0.0.1 localhost' >"$home/etc/hosts"
}

promises='1 5'

# silent_resolver COMMAND...: with a name server that answers no query.
silent_resolver() {
  echo 'nameserver 127.0.0.53' >"$home/etc/resolv.conf"
  # shellcheck disable=SC2016 # for the inner shell
  in_network sh -euc '
    /usr/bin/python3 -c "
import socket, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((\"127.0.0.53\", 53))
open(\"$0/resolver\", \"w\").close()
while True: open(\"$0/questions\", \"ab\").write(server.recv(512)[:0] + b\"?\")" &
    resolver=$!
    timeout 10 sh -c "until [ -e \"\$0/resolver\" ]; do sleep 0.02; done" "$0"
    "$@" && code=0 || code=$?
    kill "$resolver"
    exit "$code"' "$home" "$@"
}

# hangs TIMEOUT RES_OPTIONS
hangs() {
  local start
  about "a look-up that hangs, timeout $1, RES_OPTIONS=$2"
  rm -rf "$state" "$home/resolver" "$home/questions"
  start=$(now_ms)
  SASE_URL=https://service.example.test RES_OPTIONS=$2 silent_resolver sase-credential --timeout "$1" token
  # That time includes setting up network and name server.
  expect_within $((${1%s} * 1000 + 1500)) "$start"
  expect_failure 6 "*'service.example.test'*"
  [ -s "$home/questions" ] || refute 'no name server received a query'
  expect_unlocked
}

@test "ends a hanging name lookup within the timeout, with any resolver options" {
  table hangs <<'END'
  1s |
  2s |
  1s | timeout:30 attempts:5
  2s | timeout:1 attempts:1
END
}

@test "returns a cached token while the name lookup hangs" {
  tries 6
  local start kept
  keep_token 10m
  kept=$token
  # The same URL, whose name now leads nowhere.
  printf '127.0.0.1 other\n' >"$home/etc/hosts"
  local flag
  for flag in 5m 15m; do
    about "refresh-ahead $flag"
    have_token
    start=$(now_ms)
    silent_resolver sase-credential --timeout 2s --refresh-ahead "$flag" token
    expect_output "$kept"$'\n'
    expect_within 1500 "$start"
    wait_for_renewal
    expect_unlocked
  done
  expect_counter authorize 0
}

@test "fails at once without a name server" {
  tries 1
  local start
  echo 'nameserver 127.0.0.54' >"$home/etc/resolv.conf"
  start=$(now_ms)
  SASE_URL=https://service.example.test in_network sase-credential --timeout 5s token
  expect_failure 6 "*'service.example.test'*"
  expect_within 6000 "$start"
}

# two_addresses DEAD: a service at 192.0.2.1 whose name leads to DEAD as well, and first.
two_addresses() {
  printf '%s service.test\n192.0.2.1 service.test\n' "$1" >"$home/etc/hosts"
  # The usual order would put our own network first.
  printf 'precedence ::ffff:%s/128 100\nprecedence ::ffff:0:0/96 10\n' "$1" >"$home/etc/gai.conf"
  # shellcheck disable=SC2016 # for the inner shell
  in_network sh -euc '
    sase-sandbox --state "$0/two" --address 192.0.2.1 --port 0 --name service.test >"$0/two.log" 2>&1 &
    timeout 10 sh -c "until [ -s \"\$0/two/url\" ]; do sleep 0.02; done" "$0"
    getent ahostsv4 service.test >"$0/order"
    export SASE_URL="https://service.test:$(sed "s/.*://" "$0/two/url")" SASE_CA_FILE="$0/two/ca.pem" SASE_API_KEY="$(cat "$0/two/api-key")"
    sase-credential --timeout 5s token && code=0 || code=$?
    kill "$(cat "$0/two/pid")"
    exit "$code"' "$home"
}

@test "connects to the second address when the first one does not answer" {
  meant_to_hold_secrets "$home/two/api-key"
  tries 6
  local dead start
  # Packets to the first are lost; the second has no listener.
  for dead in 192.0.2.77 127.0.0.99; do
    about "first $dead"
    rm -rf "$home/two" "$state"
    start=$(now_ms)
    two_addresses "$dead"
    [[ $(<"$home/order") == "$dead "* ]] || refute 'the dead address does not come first'
    expect_token
    expect_no_message
    expect_within 5000 "$start"
  done
}

@test "fails within the timeout when no address answers" {
  tries 1
  local start
  printf '192.0.2.77 service.test\n192.0.2.78 service.test\n' >"$home/etc/hosts"
  start=$(now_ms)
  SASE_URL=https://service.test in_network sase-credential --timeout 1s token
  expect_failure 6 "*'service.test'*"
  expect_within 2500 "$start"
}
