#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The program that connects to the store of a fleet, without a store: what it does with its input, when it ends, and that it
# is confined. fleet_tests runs its store against etcd.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# ask_fleet MEMBER [LINE...]: the setup, then each line as a message.
ask_fleet() {
  {
    printf 'members[]=%s\nrecord_key=/f/v1/00/record\nlock_key=/f/v1/00/lock\ntimeout_ms=%s\nbudget_ms=600\ntrace=1\n\n' \
      "$1" "${timeout_ms:-5000}"
    shift
    [ $# -eq 0 ] || printf '%s\n\n' "$@"
  } >"$in"
}

# hold_port: sets $port to one that accepts connections and says nothing.
hold_port() {
  python3 -c 'import socket, sys, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
time.sleep(20)' >"$home/port" 3>&- 4>&- &
  holder=$!
  wait_until test -s "$home/port"
  port=$(<"$home/port")
}

teardown() {
  [ -z "${holder-}" ] || kill "$holder"
  tear_down_test
}

read_status() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }

@test "ends at the end of its input, and rejects a message that is invalid" {
  : >"$in"
  call "$build/libexec/sase-credential/fleet"
  expect_code 0
  printf 'api_key=secret-text\n\n' >"$in"
  call "$build/libexec/sase-credential/fleet"
  expect_code 1
  expect_equal "$(<"$err")" "fleet: the key 'api_key' is unknown" message
  ask_fleet http://127.0.0.1:1
  call "$build/libexec/sase-credential/fleet"
  expect_code 1
  expect_equal "$(<"$err")" 'fleet: a member is not an https URL' message
}

@test "a store that rejects connections is reported at once" {
  ask_fleet https://127.0.0.1:1 operation=read operation=examine
  call timeout 2 "$build/libexec/sase-credential/fleet"
  expect_code 0
  # The input has ended, so that no operation is begun.
  expect_equal "$(grep -v '^trace' "$out" | tr -d '\n')" '' 'operations whose front has ended'
  mkfifo "$home/input"
  "$build/libexec/sase-credential/fleet" <"$home/input" >"$out" 2>"$err" 3>&- 4>&- &
  exec 9>"$home/input"
  ask_fleet https://127.0.0.1:1 operation=read
  cat "$in" >&9
  local tries=0
  until grep -q '^kind=unavailable' "$out"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || refute "no reply: $(<"$out")"
    sleep 0.02
  done
  exec 9>&-
  wait $!
  grep -qxF 'what=127.0.0.1:1: cannot connect: Connection refused' "$out" || refute "$(<"$out")"
}

@test "each of its threads is confined, and it ends a second after the call at the latest" {
  local begun program thread
  hold_port
  mkfifo "$home/input"
  "$build/libexec/sase-credential/fleet" <"$home/input" >"$out" 2>"$err" 3>&- 4>&- &
  program=$!
  exec 9>"$home/input"
  begun=$(now_ms)
  timeout_ms=2000 ask_fleet "https://127.0.0.1:$port" operation=read
  cat "$in" >&9
  sleep 0.15
  [ "$(find "/proc/$program/task" -mindepth 1 -maxdepth 1 | wc -l)" -gt 1 ] || refute 'expected several threads'
  for thread in "/proc/$program/task/"*; do
    expect_equal "$(read_status "$program/task/${thread##*/}" NoNewPrivs)" 1 NoNewPrivs
    expect_equal "$(read_status "$program/task/${thread##*/}" Seccomp)" 2 Seccomp
  done
  wait "$program" || true
  expect_within 3400 "$begun"
  exec 9>&-
}
