#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `exec` becomes a command that has a token in its environment and no API key (CONTRACT sections 2 and 6).

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for inner shells; bats runs each test in a subshell
load ../support/faults

@test "the command gets the token and its end, and its words as they are" {
  call sase-credential token
  expect_token
  echo "$token" >"$in"
  call sase-credential exec --min-ttl 5m -- /usr/bin/python3 -c 'import os, sys, time
print(sys.argv[1:], os.environ["SASE_ACCESS_TOKEN"] == sys.stdin.readline().strip())
print(3590 < int(os.environ["SASE_ACCESS_TOKEN_EXPIRES"]) - time.time() <= 3600)' \
    --profile work '' -- -h --regoin '*' $'two\nlines'
  expect_output $'[\'--profile\', \'work\', \'\', \'--\', \'-h\', \'--regoin\', \'*\', \'two\\nlines\'] True\nTrue\n'
  expect_counter authorize 1
}

@test "no variable that holds a key reaches the command, and all others do" {
  tries 7
  export CHECKPOINT_SASE_API_KEY=$key PERIMETER81_API_KEY=$key HARMONYSASE_API_KEY=$key MY_KEY=$key
  export SASE_ACCESS_TOKEN=old SASE_ACCESS_TOKEN_EXPIRES=1 OTHER='a value' EMPTY=''
  call sase-credential exec --api-key-env MY_KEY -- /usr/bin/env
  expect_code 0
  expect_no_message
  grep -vE '^(_|SASE_ACCESS_TOKEN|SASE_ACCESS_TOKEN_EXPIRES|SASE_EXEC_REMOVED)=' "$out" | sort >"$home/tmp/got"
  env | grep -vE '^(_|[A-Z0-9_]*API_KEY|MY_KEY|SASE_ACCESS_TOKEN|SASE_ACCESS_TOKEN_EXPIRES)=' | sort >"$home/tmp/wanted"
  diff "$home/tmp/wanted" "$home/tmp/got" >&2 || refute 'the environment differs'
  # One of each: a program would take the first of two.
  [ "$(grep -c '^SASE_ACCESS_TOKEN=eyJ' "$out")" = 1 ] || refute 'expected one token'
  expect_equal "$(grep -c '^SASE_ACCESS_TOKEN' "$out")" 2 'variables of the token'
  ! grep -q "$key" "$out" || refute 'a key is in the environment'
  grep -qx 'SASE_EXEC_REMOVED=CHECKPOINT_SASE_API_KEY, HARMONYSASE_API_KEY, MY_KEY, PERIMETER81_API_KEY, SASE_API_KEY' "$out" ||
    refute 'expected the names of the removed variables'

  echo "$key" >"$home/key"
  SASE_API_KEY_ENV=MY_KEY call sase-credential exec --api-key-file "$home/key" -- /usr/bin/env
  expect_code 0
  ! grep -q "$key" "$out" || refute 'a key is in the environment'
}

@test "a variable that any profile names as its key's does not reach the command" {
  export MINE=$key OTHERS=$key
  profile mine "url = $url" 'api-key-env = MINE'
  profile others 'bogus' 'api-key-env = OTHERS'
  echo "$key" >"$home/key"
  call sase-credential exec --profile mine --api-key-file "$home/key" -- /usr/bin/env
  expect_code 0
  expect_no_message
  [ "$(grep -c '^SASE_ACCESS_TOKEN=eyJ' "$out")" = 1 ] || refute 'expected one token'
  ! grep -qF "$key" "$out" || refute 'a key is in the environment'
}

# passed [FLAG...]: runs printenv with the key in a variable; $out is what the command got.
passed() {
  call sase-credential exec "$@" -- /usr/bin/env
  expect_code 0
  expect_no_message
  grep -q '^SASE_ACCESS_TOKEN=eyJ' "$out" || refute 'expected the token as well'
}

@test "--pass-api-key passes the key, wherever it is stored, in one variable" {
  meant_to_hold_secrets "$out"
  export PERIMETER81_API_KEY=another
  passed --pass-api-key
  expect_equal "$(grep -F "$key" "$out")" "CHECKPOINT_SASE_API_KEY=$key" 'variables with the key'
  ! grep -q '^PERIMETER81_API_KEY=' "$out" || refute 'the other key is passed'
  passed --pass-api-key=SASE_API_KEY
  expect_equal "$(grep -F "$key" "$out")" "SASE_API_KEY=$key" 'variables with the key'
  unset SASE_API_KEY PERIMETER81_API_KEY
  echo "$key" >"$home/key"
  passed --api-key-file "$home/key" --pass-api-key=MY_KEY
  expect_equal "$(grep -F "$key" "$out")" "MY_KEY=$key" 'variables with the key'
  passed --api-key-command "cat '$home/key'" --pass-api-key
  expect_equal "$(grep -F "$key" "$out")" "CHECKPOINT_SASE_API_KEY=$key" 'variables with the key'
  ! grep -q '^SASE_EXEC_REMOVED=' "$out" || refute 'no variable was removed'
  expect_counter authorize 2
}

@test "a nested call uses the passed key; without it the command knows which variables were removed" {
  call sase-credential exec --pass-api-key -- sase-credential token
  expect_token
  call sase-credential exec -- sh -c 'echo "$SASE_EXEC_REMOVED"'
  expect_output $'SASE_API_KEY\n'
  call sase-credential exec -- sase-credential --cache none token
  expect_failure 4 "no API key*" '?*'
  MY_KEY=$SASE_API_KEY SASE_API_KEY_ENV=MY_KEY call sase-credential exec -- sase-credential --cache none token
  expect_failure 4 "the variable that 'api-key-env' names is not set: *removed *MY_KEY*" 'use the token in SASE_ACCESS_TOKEN*'
}

@test "--pass-api-key rejects an invalid name, without showing it" {
  local name
  for name in "$key" 'A=B' 'a b' 9 1x PATH SASE_ACCESS_TOKEN SASE_EXEC_REMOVED; do
    call sase-credential exec --pass-api-key="$name" -- true
    expect_failure 2 '--pass-api-key: this cannot be the name of the variable for the key' 'write: --pass-api-key=CHECKPOINT_SASE_API_KEY'
  done
  call sase-credential token --pass-api-key
  expect_failure 2 "'token' does not accept the flag '--pass-api-key'" 'these do: exec'
  expect_counter authorize 0
}

@test "the command's exit code is the exit code, and a signal that ends it is that signal" {
  for code in 0 1 6 77 255; do
    wanted=$code
    call sase-credential exec -- sh -c "exit $wanted"
    expect_code "$wanted"
    expect_no_message
  done
  call sase-credential exec -- sh -c 'kill -TERM $$'
  expect_code 143
}

@test "a command that is not there is 127, one that cannot be run 126, each with a hint" {
  call sase-credential exec -- no-such-program-here
  expect_failure 127 "cannot run 'no-such-program-here': there is no such program" 'check its name, and PATH'
  call sase-credential exec -- 'echo a && ls'
  expect_failure 127 "cannot run 'echo a && ls': there is no such program" "no shell reads this; *sh -c 'COMMAND'"
  call sase-credential exec -- ''
  expect_failure 127 "cannot run '': there is no such program" '?*'
  call sase-credential exec -- "$home/nothing"
  expect_failure 127 "cannot run '$home/nothing': there is no such program" 'check its path'

  call sase-credential exec -- "$home"
  expect_failure 126 "cannot run '$home': Permission denied" '?*'
  : >"$home/tmp/plain"
  call sase-credential exec -- "$home/tmp/plain"
  expect_failure 126 "cannot run '$home/tmp/plain': Permission denied" '?*'
  printf '#!/no/such/interpreter\n' >"$home/tmp/orphan"
  chmod +x "$home/tmp/orphan"
  call sase-credential exec -- "$home/tmp/orphan"
  expect_failure 126 "cannot run '$home/tmp/orphan': its interpreter is missing, *" 'check its first line'
  PATH=$PATH:$home/tmp call sase-credential exec -- orphan
  expect_failure 126 "cannot run 'orphan': its interpreter is missing, *" 'check its first line'
  ln -s loop "$home/tmp/loop"
  call sase-credential exec -- "$home/tmp/loop"
  expect_failure 126 "cannot run '$home/tmp/loop': Too many levels of symbolic links" ''
  injected execve error=E2BIG sase-credential exec -- /bin/true
  expect_failure 126 "cannot run '/bin/true': Argument list too long" 'pass fewer ?*'
}

@test "a missing command is 127 even if standard error is a closed pipe" {
  local statement
  for statement in 'r, w = os.pipe(); os.close(r); os.dup2(w, 2)' 'os.close(2)'; do
    about "$statement"
    call after "signal.signal(signal.SIGPIPE, signal.SIG_DFL); $statement" sase-credential exec -- no-such-program-here
    expect_code 127
    expect_no_output
  done
}

@test "without '--' or a command it is a usage error that says how" {
  local hint='write: sase-credential exec -- CMD ARG...'
  call sase-credential exec
  expect_failure 2 "'exec' needs a command to run" "$hint"
  call sase-credential exec --
  expect_failure 2 "'exec' needs a command to run" "$hint"
  call sase-credential exec true
  expect_failure 2 "'exec' needs '--' before the command that it runs" "$hint"
  call sase-credential exec true -- false
  expect_failure 2 "'exec' needs '--' before the command that it runs" "$hint"
  expect_counter authorize 0
}

@test "where there is no token the command does not run" {
  tries 7
  SASE_API_KEY=unknown-key call sase-credential exec -- touch "$home/ran"
  expect_failure 5 '*HTTP 401*'
  [ ! -e "$home/ran" ] || refute 'the command ran'
}

@test "input, output, directory and descriptors are the caller's" {
  cd "$home/tmp"
  printf 'all of it\n' >"$in"
  call sase-credential exec -- sh -c 'cat; pwd; echo to-stderr >&2'
  expect_code 0
  expect_equal "$(<"$out")" "all of it"$'\n'"$home/tmp"
  expect_equal "$(<"$err")" to-stderr
  call after 'os.dup2(1, 7); os.set_inheritable(7, True)' sase-credential exec -- sh -c 'echo to-7 >&7'
  expect_output $'to-7\n'
  local probe='import os; print(sorted(map(int, os.listdir("/proc/self/fd"))))'
  call after 'os.dup2(1, 7); os.set_inheritable(7, True)' /usr/bin/python3 -c "$probe"
  cp "$out" "$home/wanted"
  call after 'os.dup2(1, 7); os.set_inheritable(7, True)' sase-credential exec -- /usr/bin/python3 -c "$probe"
  expect_equal "$(<"$out")" "$(<"$home/wanted")" 'open descriptors'
}

@test "signals, mask, umask, limits and closed streams are as the caller had them" {
  local probe='import os, resource, signal, sys
def line(*words): os.write(9, (" ".join(map(str, words)) + "\n").encode())
line("umask", os.umask(0))
line("core", resource.getrlimit(resource.RLIMIT_CORE))
line("status", *[l.split()[1] for l in open("/proc/self/status") if l.split(":")[0] in ("SigBlk", "SigIgn", "NoNewPrivs", "Seccomp")])
line("closed", *[fd for fd in (0, 1, 2) if not os.path.lexists("/proc/self/fd/%d" % fd)])
libc = __import__("ctypes").CDLL(None)
line("dumpable", libc.prctl(3, 0, 0, 0, 0))'
  local setting='import resource
os.umask(0o027); resource.setrlimit(resource.RLIMIT_CORE, (4096, 8192))
signal.signal(signal.SIGPIPE, signal.SIG_DFL); signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
signal.signal(signal.SIGCHLD, signal.SIG_IGN); signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGUSR2])
os.dup2(os.open("'$home'/probed", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 9); os.set_inheritable(9, True)'
  # AddressSanitizer would forbid core files itself.
  export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}disable_coredump=0
  keep_token 10m
  have_token

  for closing in '' '; os.close(0)' '; os.close(1)'; do
    call after "$setting$closing" /usr/bin/python3 -S -c "$probe"
    mv "$home/probed" "$home/wanted"
    # With a token that ages, so that a process is left behind on the way.
    call after "$setting$closing" sase-credential exec -- /usr/bin/python3 -S -c "$probe"
    wait_for_renewal
    expect_code 0
    expect_no_message
    expect_equal "$(<"$home/probed")" "$(<"$home/wanted")" 'what the command finds'
  done
  grep -q '^core (4096, 8192)$' "$home/probed" || refute 'the limit is not the one that was set'
}

@test "a token that ages is renewed by a process that is not the command's and holds none of its streams" {
  tries 1 6
  keep_token 10m
  have_token delay=1s
  local start
  start=$(now_ms)
  sase-credential exec -- sh -c 'echo "$SASE_ACCESS_TOKEN"; read -r children <"/proc/$$/task/$$/children"; echo "$children"' 2>"$err" | cat >"$out"
  expect_within 900 "$start"
  code=0
  expect_equal "$(<"$out")" "$token" 'the old token and no child'
  wait_for_renewal
  expect_counter authorize 1
  call sase-credential token
  [ "$(<"$out")" != "$token" ] || refute 'expected a new token'
}

@test "a command that inherits orphans, as a container's first process does, finds no process that renews" {
  keep_token 10m
  have_token
  call after '__import__("ctypes").CDLL(None).prctl(36, 1, 0, 0, 0)' sase-credential exec -- /usr/bin/env
  expect_code 0
  grep -qF "SASE_ACCESS_TOKEN=$token" "$out" || refute 'expected the old token'
  wait_for_renewal
  expect_counter authorize 0
}

@test "the token is in the arguments of no process" {
  call sase-credential token
  traced "$home/trace" execve sase-credential exec -- /bin/true
  expect_code 0
  # Of each call, the words stand before the environment.
  ! sed 's/\], \[.*//' "$home/trace" | grep -q eyJ || refute 'a token is among the arguments'
  grep -q '"SASE_ACCESS_TOKEN=eyJ' "$home/trace" || refute 'no token is in the environment'
}
