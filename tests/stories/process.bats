#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The program as a process: its streams (row 64 of PROTOCOLS section 2.1), the current directory (row 65), where it is
# installed, and what it leaves behind.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/story

# no_token_in FILE...: nothing of a token has gone where it does not belong.
no_token_in() { ! grep -qF eyJ "$@" || refute 'a token went astray'; }

# ---- streams

@test "row 64: standard input that is closed is no request: exit 3" {
  git-credential-sase get <&- >"$out" 2>"$err" || code=$?
  expect_failure 3 '?*'
  sase-credential erase <&- >"$out" 2>"$err" || code=$?
  expect_failure 3 '?*'
}

@test "row 64: 'token' does not need standard input, 'store' does not mind" {
  code=0
  sase-credential token <&- >"$out" 2>"$err" || code=$?
  expect_token
  git-credential-sase store <&- >"$out" 2>"$err" || code=$?
  expect_silence
}

@test "row 64: standard output that is closed: exit 7, and the token goes nowhere else" {
  ask_password
  local command
  for command in 'git-credential-sase get' 'sase-credential token' 'git-credential-sase capability' 'sase-credential --help'; do
    about=$command
    code=0
    # shellcheck disable=SC2086 # words
    $command <"$in" >&- 2>"$err" || code=$?
    : >"$out"
    expect_failure 7 'cannot write to standard output: *'
  done
  no_token_in "$err"
  ! grep -rqF eyJ "$home" || refute 'a token went astray'
}

@test "row 64: all streams closed: no crash, and no file takes their place" {
  ask_password
  code=0
  git-credential-sase get <&- >&- 2>&- || code=$?
  expect_code 3
  code=0
  sase-credential token <&- >&- 2>&- || code=$?
  expect_code 7
  ! grep -rqF eyJ "$home" || refute 'a token went astray'
}

@test "row 64: standard error that is closed keeps nothing from working" {
  ask_password
  code=0
  git-credential-sase get <"$in" >"$out" 2>&- || code=$?
  : >"$err"
  expect_password
  code=0
  SASE_API_KEY='' git-credential-sase get <"$in" >"$out" 2>&- || code=$?
  expect_code 4
  expect_no_output
  # A warning must not land in the token's stream.
  code=0
  env -u XDG_RUNTIME_DIR -u HOME sase-credential token >"$out" 2>&- || code=$?
  expect_token
}

@test "row 64: a full device: exit 7" {
  ask_password
  local command
  for command in 'git-credential-sase get' 'sase-credential token' 'sase-credential --version' 'git-credential-sase capability'; do
    about=$command
    code=0
    # shellcheck disable=SC2086 # words
    $command <"$in" >/dev/full 2>"$err" || code=$?
    : >"$out"
    expect_failure 7 'cannot write to standard output: No space left on device'
  done
  code=0
  SASE_API_KEY=unknown git-credential-sase get <"$in" >"$out" 2>/dev/full || code=$?
  expect_code 5
}

@test "row 64: a reader that has gone: exit 7, not a signal" {
  ask_password
  local command
  for command in 'git-credential-sase get' 'sase-credential token' 'sase-credential token --format json'; do
    about=$command
    # shellcheck disable=SC2086 # words
    { code=0 && sleep 0.1 && $command <"$in" 2>"$err" || code=$?; echo "$code" >"$home/code"; } | true
    code=$(<"$home/code")
    : >"$out"
    expect_failure 7 'cannot write to standard output: Broken pipe'
  done
}

@test "row 64: a full device or a reader that has gone does not cost the token" {
  ask_password
  git-credential-sase get <"$in" >/dev/full 2>"$err" || code=$?
  call git-credential-sase get
  expect_password
  expect_counter authorize 1
}

@test "a writer to an operation that needs no input gets no SIGPIPE" {
  local operation
  for operation in store unknown; do
    about=$operation
    code=0
    { head -c 1000000 /dev/zero 2>"$home/head" && echo whole >"$home/writer" || echo cut >"$home/writer"; } |
      git-credential-sase "$operation" >"$out" 2>"$err" || code=$?
    expect_silence
    expect_equal "$(<"$home/writer")" whole writer
  done
}

@test "a writer of a malformed request gets no SIGPIPE" {
  code=0
  { { echo nonsense && head -c 1000000 /dev/zero 2>"$home/head"; } && echo whole >"$home/writer" || echo cut >"$home/writer"; } |
    git-credential-sase get >"$out" 2>"$err" || code=$?
  expect_failure 3 '?*'
  expect_equal "$(<"$home/writer")" whole writer
}

@test "the authorizer inherits no stream but standard error, and leaves none open" {
  # A host waits for the end of the pipe, which comes when the last process has closed it.
  local start
  fault hang=on
  start=$(now_ms)
  code=0
  sase-credential --timeout 1s token 2>"$err" | cat >"$out"
  expect_within 2500 "$start"
}

# ---- the current directory

@test "row 65: nothing in the current directory is read or run" {
  local trap=$home/hostile name
  mkdir -p "$trap/profiles" "$trap/sase-credential/profiles" "$trap/.config/sase-credential/profiles"
  cd "$trap"
  for name in .env .netrc .curlrc config default.conf profiles/default.conf sase-credential/profiles/default.conf \
    .config/sase-credential/profiles/default.conf api-key sase-api-key openssl.cnf ca.pem; do
    echo nonsense >"$name"
  done
  for name in git git-credential-x git-credential-sase authorize sh curl; do
    printf '#!/bin/sh\necho run >>"%s/was-run"\n' "$trap" >"$name"
    chmod 755 "$name"
  done
  chmod 777 "$trap"

  ask_password
  PATH=.:$PATH traced "$home/trace" file "$build/bin/git-credential-sase" get
  expect_password
  [ ! -e was-run ] || refute 'something hostile was run'
  # Every path that is opened or looked at is absolute; what is relative is so to an open folder of ours.
  expect_equal "$(sed -nE 's/^[a-z0-9_]+\((AT_FDCWD<[^>]*>, )?"([^\/][^"]*)".*/\2/p' "$home/trace")" '' 'relative paths'
  ! grep -F "\"$trap" "$home/trace" | grep -qv getcwd || refute 'something in the current directory was touched'
}

@test "row 65: a current directory that is gone does not matter" {
  mkdir "$home/gone"
  cd "$home/gone"
  rmdir "$home/gone"
  ask_password
  call git-credential-sase get
  expect_password
  cd "$home"
}

# ---- where it is installed

install_tree() {
  mkdir -p "$1"
  cp -R "$build/bin" "$1/bin"
  mkdir -p "$1/libexec"
  cp -R "$build/libexec/sase-credential" "$1/libexec/sase-credential"
}

@test "a symbolic link from elsewhere finds the authorizer" {
  mkdir "$home/links"
  ln -s "$build/bin/sase-credential" "$home/links/git-credential-sase"
  ln -s "$home/links/git-credential-sase" "$home/links/link-to-link"
  ask_password
  cd "$home/links"
  call ./git-credential-sase get
  expect_password
  anew
  call ./link-to-link get
  expect_password
  expect_counter authorize 1
}

@test "an installed tree works where it was moved to" {
  install_tree "$home/first"
  mv "$home/first" "$home/second place"
  ask_password
  call "$home/second place/bin/git-credential-sase" get
  expect_password
}

@test "the name decides about the manners, not the folder" {
  mkdir "$home/git-credential-sase"
  ln -s "$build/bin/sase-credential" "$home/git-credential-sase/sase-credential"
  call "$home/git-credential-sase/sase-credential" unknown-command
  expect_failure 2 "unknown command 'unknown-command'"
}

@test "no authorizer: exit 7, but the cache still answers" {
  install_tree "$home/tree"
  rm "$home/tree/libexec/sase-credential/authorize"
  ask_password
  call "$home/tree/bin/git-credential-sase" get
  expect_failure 7 "the authorizer cannot be used: *" '?*'

  call git-credential-sase get
  expect_password
  call "$home/tree/bin/git-credential-sase" get
  expect_password
}

# authorizer SCRIPT: a tree with this in the authorizer's place.
authorizer() {
  rm -rf "$home/tree"
  install_tree "$home/tree"
  rm "$home/tree/libexec/sase-credential/authorize"
  printf '#!/bin/sh\n%s\n' "$1" >"$home/tree/libexec/sase-credential/authorize"
  chmod 755 "$home/tree/libexec/sase-credential/authorize"
}

@test "an authorizer that cannot be used: exit 7, with nothing of its words" {
  local script
  for script in 'exit 0' 'exit 3' 'cat >/dev/null' 'echo eyJnonsense' 'printf "outcome=granted\naccess_token=a b\nlifetime=60\n\n"' \
    'printf "outcome=granted\naccess_token=\n\n"' 'kill -KILL $$' 'yes' 'printf "\033[2J\n"' 'head -c 200000 /dev/zero'; do
    about=$script
    rm -rf "$state"
    authorizer "$script"
    call "$home/tree/bin/sase-credential" token
    expect_failure 7 'the authorizer cannot be used: *'
  done
  rm -rf "$state"
  chmod 644 "$home/tree/libexec/sase-credential/authorize"
  call "$home/tree/bin/sase-credential" token
  expect_failure 7 'the authorizer cannot be used: *'
}

@test "an authorizer that does not end: exit 6 within the timeout, and it is killed" {
  authorizer 'echo $$ >"$HOME/authorizer-pid"; exec sleep 60'
  local start
  start=$(now_ms)
  call "$home/tree/bin/sase-credential" --timeout 1s token
  expect_failure 6 '*'
  expect_within 2000 "$start"
  ! kill -0 "$(<"$home/authorizer-pid")" 2>/dev/null || refute 'the authorizer is still there'
}

# ---- what is left behind

@test "no core, and no memory for others to read" {
  ulimit -c unlimited 2>/dev/null || ulimit -c "$(ulimit -H -c)"
  cd "$home"
  fault hang=on
  sase-credential --timeout 20s token >"$out" 2>"$err" 3>&- 4>&- &
  local front=$! authorizer='' tries=0
  until [ "$(counter authorize)" -ge 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || refute 'the service was not asked'
    sleep 0.02
  done
  authorizer=$(pgrep -P "$front")
  for process in "$front" "$authorizer"; do
    expect_equal "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$process/limits")" '0 0' 'limit of core files'
  done
  kill -ABRT "$front"
  wait "$front" || code=$?
  expect_code 134
  [ -z "$(find "$home" -name '*core*' -type f)" ] || refute 'there is a core file'
}

@test "memory is closed to debuggers, in both programs" {
  traced "$home/trace" prctl sase-credential token
  expect_token
  expect_equal "$(grep -c 'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0' "$home/trace")" 2 'processes that forbid dumps'
}

@test "no process outlives the call" {
  call sase-credential token
  expect_token
  ! pgrep -f "^authorize$" -s 0 >/dev/null || refute 'an authorizer is still there'
}

@test "files are made private, whatever the umask" {
  local mask
  for mask in 000 022 777; do
    about="umask $mask"
    anew
    (umask "$mask" && exec sase-credential token) >"$out" 2>"$err" || code=$?
    code=0
    expect_token
    expect_equal "$(find "$state" ! -perm 0700 ! -perm 0600)" '' 'files of another mode'
  done
}

@test "the home holds nothing but the state" {
  ask_password
  call git-credential-sase get
  expect_password
  expect_equal "$(find "$home" -type f ! -path "$state/*")" '' 'other files'
}

@test "ignored and blocked signals of the caller do no harm" {
  ask_password
  call sh -c 'trap "" CHLD PIPE ALRM; exec git-credential-sase get'
  expect_password
}

@test "few file descriptors and a small stack suffice" {
  ask_password
  call sh -c 'ulimit -n 20; exec git-credential-sase get'
  expect_password
}
