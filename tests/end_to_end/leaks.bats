#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Key and token reach only the files and pipes that need them. Every end-to-end test searches the files below its home
# directory (no_secret_at_rest); these tests search every system call.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

# The key is in a file, so that no environment contains it.
setup() {
  set_up_test
  printf '%s\n' "$key" >"$home/key"
  unset SASE_API_KEY
  export SASE_API_KEY_FILE=$home/key
}

# seen_by_the_system: prints the kinds of system calls in the last trace that contain a part of key or token, each with its
# file (strace -y). An execve shows arguments and environment. Encrypted data contains any three letters by chance, so a
# longer part is searched for in writes to sockets.
seen_by_the_system() {
  local socket='^[a-z0-9]+\([0-9]+<socket:'
  {
    grep -vE "$socket" "$home/trace" | grep -F eyJ || true
    grep -E "$socket.*eyJ[A-Za-z0-9_-]{8}" "$home/trace" || true
  } | sed -E 's/^([a-z0-9]+)\([0-9]+<([^>[]*).*/\1 \2/; s/^(execve|[a-z]+at)\(.*/\1/' | sort -u
}

# leaks_nothing TEXT PREPARE [FLAG...]: traces a call after PREPARE, with each kind of SASE_TRACE.
leaks_nothing() {
  local allowed log=$home/sase.log
  for trace in 1 "$log"; do
    situation '4 7' "$1, SASE_TRACE=${trace/$log/a file}"
    "$2"
    SASE_TRACE=$trace traced "$home/trace" all sase-credential "${@:3}" token
    [ "$(grep -c '^execve(' "$home/trace")" -ge 1 ] || refute 'nothing was traced'
    allowed=$(printf '%s\n' "read $home/key" 'read pipe:' "write $out" 'write pipe:' | sort)
    expect_equal "$(seen_by_the_system | grep -vxFf <(echo "$allowed") || true)" '' 'calls that hold a secret'
    # The expected calls are in the trace.
    seen_by_the_system | grep -qxF "read $home/key" || refute 'the key was not read'
    [ "$trace" != 1 ] || grep -q '^sase-credential: trace: ' "$err" || refute 'there is no trace'
    [ "$trace" != "$log" ] || [ -s "$log" ] || refute 'there is no trace'
    [ ! -e "$log" ] || no_secret_in "$log"
  done
}

cold() { anew; }
rejected() { anew status=401 body=echo-key; }
failing() { anew status=503 body=echo-key times=2; }
hanging() { anew hang=on; }
garbage() { anew token=newline; }
due_for_refresh() {
  keep_token 10m
  have_token
}
due_for_refresh_and_failing() {
  keep_token 10m
  have_token status=500 body=echo-key
}
warm() { keep_token 60m && have_token; }

@test "reads the key from its file only, and writes key and token to pipes and stdout only" {
  leaks_nothing 'cold' cold
  leaks_nothing 'warm' warm
  leaks_nothing 'a rejection that echoes the key' rejected
  leaks_nothing 'an outage that passes' failing
  leaks_nothing 'a service that hangs' hanging --timeout 1s
  leaks_nothing 'an invalid token' garbage
  leaks_nothing 'a background refresh' due_for_refresh
  leaks_nothing 'a background refresh that fails' due_for_refresh_and_failing
}

# killed PROCESS SIGNAL: kills it during a request.
killed() {
  local front victim
  situation 4 "SIG$2 to the $1"
  anew lifetime=10m
  if [ "$1" = renewal ]; then
    keep_token 10m
    have_token hang=on
  else
    fault hang=on
  fi
  sase-credential --timeout 8s token >"$out" 2>"$err" 3>&- 4>&- &
  front=$!
  wait_for_requests 1
  case $1 in
    front) victim=$front ;;
    authorizer) victim=$(pgrep -P "$front") ;;
    renewal) victim=$(lock_holder) ;;
  esac
  [ -n "$victim" ] || refute "there is no $1"
  kill "-$2" "$victim"
  wait "$front" || true
  wait_for_renewal
  expect_equal "$(find "$home" / -maxdepth 1 -name '*core*' -type f)" '' 'core files'
}

@test "writes no core file when a process that holds the key crashes" {
  needs_root
  ulimit -c unlimited 2>/dev/null || ulimit -c "$(ulimit -H -c)"
  cd "$home"
  local who signal
  for who in front authorizer renewal; do
    for signal in SEGV ABRT; do killed "$who" "$signal"; done
  done
}

@test "no_secret_at_rest finds secrets in files and file names" {
  no_secret_at_rest
  echo "$key" >"$home/elsewhere"
  ! no_secret_at_rest 2>"$err" || refute 'a key in a file was not found'
  printf '%s' "$key" | base64 -w 0 >"$home/elsewhere"
  ! no_secret_at_rest 2>"$err" || refute 'a key in base64 was not found'
  rm "$home/elsewhere"
  : >"$home/runtime/${key:0:40}"
  ! no_secret_at_rest 2>"$err" || refute 'a key in a name was not found'
  rm "$home/runtime/${key:0:40}"
}
