#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A key that a command writes (CONTRACT sections 5 and 8): when it runs and how, what it may do wrong, and that it is not
# run for a token that is there already.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # commands are for another shell; bats runs each test in a subshell
load ../support/end_to_end

setup() {
  set_up_test
  unset SASE_API_KEY
  memory=''
  printf '%s\n' "$key" >"$home/key"
}

# The wrapping keys are in the keyring of the user who runs the tests, named after the key id.
teardown() {
  forget_seals
  [ -z "$memory" ] || rm -rf "$memory"
  tear_down_test
}

forget_seals() {
  local lock
  for lock in "$state"/*.lock; do
    lock=${lock##*/}
    keyctl purge -s user "sase-credential:wrapping-key:${lock%.lock}" >/dev/null 2>&1 || true
  done
}

needs_keyring() { keyctl show @u >/dev/null 2>&1 || skip 'no kernel keyring for this user here'; }

# A runtime directory that is in memory, as systemd makes them.
runtime_in_memory() {
  [[ $(stat -f -c %T /dev/shm 2>/dev/null) = tmpfs && -w /dev/shm ]] || skip 'needs a /dev/shm in memory'
  memory=$(mktemp -d /dev/shm/sase-test-XXXXXX)
  export XDG_RUNTIME_DIR=$memory
  state=$memory/sase-credential
}

# command WORDS: what the next calls get their key from, after a note that it ran.
command_is() { export SASE_API_KEY_COMMAND="echo run >>$home/runs; $1"; }
good_command() { command_is "cat $home/key"; }
runs() { if [ -e "$home/runs" ]; then wc -l <"$home/runs"; else echo 0; fi; }
expect_runs() { expect_equal "$(runs)" "$1" 'how often the command ran'; }

get_token() {
  call "${@:-sase-credential}" token
  expect_token
  expect_no_message
}

# The processes whose numbers stand in a file have ended, or are about to be collected by init.
expect_gone() {
  local pid tries=0
  [ -s "$1" ] || refute 'expected some process to have been started'
  while read -r pid; do
    while [ -e "/proc/$pid/stat" ] && ! grep -q ') Z ' "/proc/$pid/stat"; do
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || refute "process $pid is still there: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
      sleep 0.01
    done
  done <"$1"
}

# ---- how it runs

@test "'api-key-command' as flag, variable and setting" {
  get_token sase-credential --api-key-command "cat $home/key"
  forget_seals
  anew
  SASE_API_KEY_COMMAND="cat $home/key" get_token
  forget_seals
  anew
  profile default "api-key-command = cat $home/key | head -n 1"
  get_token
  SASE_API_KEY=wrong get_token
  expect_counter authorize 1
}

@test "a command has the caller's environment, nothing to read, no terminal and no key in sight" {
  command_is "[ \"\$MARK\" = here ] && [ -z \"\$(cat)\" ] && ! true 2>/dev/null </dev/tty && cat $home/key"
  ask protocol=https "host=$host"
  # With a terminal of the caller's own.
  MARK=here call /usr/bin/python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
    sh -c 'true </dev/tty && exec sase-credential token >"$1" 2>"$2"' - "$home/answer" "$home/messages"
  expect_code 0
  mv "$home/answer" "$out"
  mv "$home/messages" "$err"
  expect_token
  expect_no_message
}

@test "what a command says to people passes through" {
  command_is "echo 'touch the device' >&2; cat $home/key"
  call sase-credential token
  expect_token
  expect_equal "$(cat "$err")" 'touch the device'
}

@test "the key is in no command line, and in no environment" {
  good_command
  traced "$home/calls" execve sase-credential token
  expect_token
  # /bin/sh, cat and the authorizer.
  expect_equal "$(grep -c '^execve(' "$home/calls")" 4 'programs that were run'
  ! grep -q eyJ "$home/calls" || refute 'a piece of the key is in a command line'
}

@test "a trace tells when the command ran and for how long, and not its text" {
  good_command
  call sase-credential --trace 1 token
  expect_token
  grep -qE "trace: \+[0-9.]+ ms key: from the command of 'api-key-command', in [0-9]+ ms\$" "$err" ||
    refute 'expected a line about the command'
  ! grep -q "$home/key" "$err" || refute "the command's text is in the trace"
  call sase-credential --trace 1 token
  ! grep -q ' key: ' "$err" || refute 'no key was read'
}

# ---- when it runs

@test "a warm call starts no program" {
  good_command
  get_token
  traced "$home/calls" execve,fork,vfork,clone,clone3 sase-credential token
  expect_token
  expect_no_message
  expect_equal "$(grep -cE '^(execve|fork|vfork|clone3?)\(' "$home/calls")" 1 'programs that were run'
  expect_runs 1
  expect_counter authorize 1
}

@test "50 cold calls run the command once" {
  promises=1
  command_is "sleep 0.2; cat $home/key"
  many 50 sase-credential token
  expect_equal "$failed" 0 'calls that failed'
  expect_equal "$(cat "$home"/many/*.out | sort -u | wc -l)" 1 'different tokens'
  expect_runs 1
  expect_counter authorize 1
  get_token
  expect_runs 1
}

@test "a failure of the command is shared by those who wait for it, and tried again by the next" {
  command_is 'sleep 0.5; exit 3'
  many 20 sase-credential token
  expect_equal "$failed" 20 'calls that failed'
  expect_equal "$(cat "$home"/many/*.err | grep -c 'it failed with exit code 3')" 20 'messages'
  expect_runs 1
  good_command
  get_token
  expect_counter authorize 1
}

@test "after a rejected key, the command runs again to find out whether the key has changed" {
  echo wrong >"$home/key"
  good_command
  call sase-credential token
  expect_failure 5 '*HTTP 401*'
  call sase-credential token
  expect_failure 5 '*HTTP 401*, *ago; the service is asked again in *'
  expect_runs 2
  expect_counter authorize 1

  printf '%s\n' "$key" >"$home/key"
  get_token
  expect_runs 3
  expect_counter authorize 2
}

@test "keys that change each time meet the guard" {
  command_is "date +wrong-%N"
  local i
  for i in 1 2 3 4 5; do
    call sase-credential token
    expect_failure 5 '*HTTP 401*'
  done
  call sase-credential token
  expect_failure 6 '5 requests for this API key *' 'try again in *'
  expect_counter authorize 5
}

@test "'erase' runs no command" {
  good_command
  get_token
  ask protocol=https "host=$host" "password=$token"
  call git-credential-sase erase
  expect_silence
  expect_runs 1
  get_token
  expect_counter authorize 2
}

@test "a token that ages is renewed by a process that runs the command" {
  good_command
  fault lifetime=10m
  get_token
  fault lifetime=60m
  get_token
  local first=$token tries=0
  until [ "$(counter authorize)" = 2 ] && [ -z "$(find "$state" -name '*.new')" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || refute 'the token was not renewed'
    sleep 0.02
  done
  hold_lock_when_free
  get_token
  [ "$token" != "$first" ] || refute 'expected the new token'
  expect_runs 2
}

# Until the renewal is over.
hold_lock_when_free() { flock -w 5 "$(find "$state" -name '*.lock')" true; }

# ---- what it may do wrong

@test "a command that gives no key: exit 4 and why, and nothing of its text" {
  local words why
  while IFS='@' read -r words why; do
    about "$words"
    command_is "exec 2>/dev/null; $words"
    call sase-credential token
    expect_failure 4 "the command of 'api-key-command' gives no key: $why" '?*'
  done <<'TABLE'
exit 7@it failed with exit code 7
echo eyJhbGciOiJIUzI1NiJ9; false@it failed with exit code 1
no-such-program@it failed with exit code 127, a program was not found
/etc/passwd@it failed with exit code 126, a program cannot be run
kill -9 $$@it was ended by signal 9 (Killed)
true@it wrote nothing
read -r secret </dev/tty && echo "$secret"@it failed with exit code *
TABLE
  expect_counter authorize 0
}

@test "rejects the output of a command that is no key, and shows nothing of it" {
  local words why
  while IFS='@' read -r words why; do
    about "$words"
    command_is "exec 2>/dev/null; $words"
    call sase-credential token
    expect_failure 4 "cannot use the API key from the command of 'api-key-command': it $why" '?*'
  done <<'TABLE'
echo@is empty
echo eyJhbGciOiJIUzI1NiJ9; echo eyJhbGciOiJIUzI1NiJ9@has more than one line
printf 'eyJhbGciOiJIUzI1NiJ9\000'@holds bytes that are not printable ASCII
head -c 16385 /dev/zero | tr '\000' k@is longer than 16 KiB
yes eyJhbGciOiJIUzI1NiJ9@is longer than 16 KiB
TABLE
  expect_counter authorize 0
}

@test "a command that hangs: exit 6 at the deadline, and its process group is killed" {
  local words start
  for words in 'sleep 60' "sh -c 'echo \$\$ >>pids; exec sleep 60' & wait" "trap '' TERM INT HUP; sleep 60; sleep 60" \
    "(sh -c 'echo \$\$ >>pids; exec sleep 60' &); echo key; exec sleep 60"; do
    about "$words"
    rm -rf "$home/pids" "$state"
    command_is "cd $home; echo \$\$ >>pids; $words"
    start=$(now_ms)
    call sase-credential --timeout 1s token
    expect_failure 6 "the command of 'api-key-command' did not end in time" "*'timeout'"
    expect_within 2500 "$start"
    expect_gone "$home/pids"
  done
  expect_counter authorize 0
}

@test "a signal that stops the call stops the command too" {
  local number
  for number in INT TERM HUP; do
    about "$number"
    rm -rf "$home/pids" "$state"
    command_is "cd $home; echo \$\$ >>pids; trap '' INT TERM HUP; sleep 60"
    # A job of a shell without job control would ignore SIGINT.
    env --default-signal=INT sase-credential token >"$out" 2>"$err" &
    wait_until test -s "$home/pids"
    kill -s "$number" $!
    code=0
    wait $! || code=$?
    expect_equal "$code" $((128 + $(kill -l "$number"))) 'exit code'
    expect_gone "$home/pids"
  done
}

@test "those who wait for a command that hangs go at their own deadline, or with its failure" {
  command_is 'sleep 60'
  local start
  start=$(now_ms)
  many 10 sase-credential --timeout 1s token
  expect_within 5000 "$start"
  expect_equal "$failed" 10 'calls that failed'
  expect_equal "$(cat "$home"/many/*.err | grep -vcE 'hint|did not end in time|is still asking')" 0 'other messages'
  expect_runs 1
}

@test "a daemon that a command leaves behind with its output does not hold the call" {
  command_is "sh -c 'echo \$\$ >$home/daemon; exec sleep 60' & cat $home/key"
  local start
  start=$(now_ms)
  get_token
  expect_within 5000 "$start"
  kill "$(<"$home/daemon")"
}

@test "without /bin/sh: exit 4" {
  good_command
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 call strace -f -e signal=none -o /dev/null -P /bin/sh \
    -e trace=execve -e inject=execve:error=ENOENT sase-credential token
  sed -i '/^strace: /d' "$err"
  expect_failure 4 "the command of 'api-key-command' gives no key: cannot run '/bin/sh': No such file or directory"
}

# ---- what seals

@test "where the keyring is forbidden, what seals is in the runtime directory in memory" {
  promises=4
  runtime_in_memory
  good_command
  injected add_key,keyctl,request_key error=EPERM sase-credential token
  expect_token
  expect_no_message
  expect_equal "$(stat -c '%a %s' "$state"/*.wrapping-key)" '600 32' 'mode and size of what seals'
  injected add_key,keyctl,request_key error=EPERM sase-credential token
  expect_token
  expect_no_message
  expect_runs 1

  # Without it the file of the token yields nothing.
  rm "$state"/*.wrapping-key
  injected add_key,keyctl,request_key error=EPERM sase-credential token
  expect_token
  expect_runs 2
  expect_counter authorize 2
}

@test "with neither, the command runs on every call, which a warning says" {
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  neither() {
    injected add_key,keyctl,request_key error=EPERM unshare --mount sh -euc '
      mount -t tmpfs -o ro memory /dev/shm
      exec "$@"' - "$@"
  }
  good_command
  neither sase-credential token
  expect_warning "the command of 'api-key-command' runs on every call: *"
  expect_token
  neither sase-credential token
  expect_warning "the command of 'api-key-command' runs on every call: *"
  expect_token
  expect_runs 2
  expect_counter authorize 1

  # Who keeps no token misses nothing.
  neither sase-credential --cache none token
  expect_token
  expect_no_message
}

@test "with the keyring nothing of what seals is in a file" {
  promises=4
  needs_keyring
  good_command
  get_token
  expect_equal "$(find "$home/runtime" -name '*.wrapping-key')" '' 'files of what seals'
  forget_seals
  get_token
  expect_runs 2
  expect_counter authorize 2
}

@test "'cache = keyring' goes with a command as well" {
  needs_keyring
  good_command
  ring=ring-$$-$BATS_TEST_NUMBER
  profile "$ring" 'cache = keyring'
  export SASE_PROFILE=$ring
  get_token
  get_token
  expect_runs 1
  ask protocol=https "host=$host" "password=$token"
  call git-credential-sase erase
  expect_silence
  get_token
  expect_runs 2
  local serial
  for serial in $(keyctl show @u | sed -n "s/^ *\([0-9]*\) .*user: sase-credential:$ring@.*/\1/p"); do
    keyctl unlink "$serial" @u
  done
}

@test "a token of one command is not that of another, nor of another profile" {
  promises=3
  good_command
  get_token
  command_is "cat $home/key "
  get_token
  expect_counter authorize 2
  profile other 'region = eu'
  get_token sase-credential --profile other
  expect_counter authorize 3
}
