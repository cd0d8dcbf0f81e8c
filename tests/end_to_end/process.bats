#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The program as a process: its streams (row 64 of PROTOCOLS section 2.1), the current directory (row 65), where it is
# installed, and what it leaves behind.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

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
    about "$command"
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
  tries 6
  ask_password
  local command
  for command in 'git-credential-sase get' 'sase-credential token' 'sase-credential --version' 'git-credential-sase capability'; do
    about "$command"
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
  tries 6
  ask_password
  local command
  for command in 'git-credential-sase get' 'sase-credential token' 'sase-credential token --format json'; do
    about "$command"
    # shellcheck disable=SC2086 # words
    { code=0 && sleep 0.1 && $command <"$in" 2>"$err" || code=$?; echo "$code" >"$home/code"; } | true
    code=$(<"$home/code")
    : >"$out"
    expect_failure 7 'cannot write to standard output: Broken pipe'
  done
}

@test "row 64: a full device or a reader that has gone does not cost the token" {
  tries 6
  ask_password
  git-credential-sase get <"$in" >/dev/full 2>"$err" || code=$?
  call git-credential-sase get
  expect_password
  expect_counter authorize 1
}

@test "a writer to an operation that needs no input gets no SIGPIPE" {
  tries 6
  local operation
  for operation in store unknown; do
    about "$operation"
    code=0
    { head -c 1000000 /dev/zero 2>"$home/head" && echo whole >"$home/writer" || echo cut >"$home/writer"; } |
      git-credential-sase "$operation" >"$out" 2>"$err" || code=$?
    expect_silence
    expect_equal "$(<"$home/writer")" whole writer
  done
}

# slowly SECONDS LINE...: writes the lines with pauses between them; $home/writer then says whether all were taken.
slowly() {
  local pause=$1 line
  shift
  echo cut >"$home/writer"
  for line in "$@"; do
    printf '%s\n' "$line" 2>"$home/slowly" || return 1
    sleep "$pause"
  done
  echo whole >"$home/writer"
}

@test "a slow writer to an operation that needs no input is read to its end" {
  tries 6
  local operation statuses
  for operation in store unknown; do
    about "$operation"
    slowly 0.3 protocol=https "host=$host" username=default password=x password_expiry_utc=1 '' |
      git-credential-sase "$operation" >"$out" 2>"$err" && statuses=${PIPESTATUS[*]} || statuses=${PIPESTATUS[*]}
    expect_equal "$statuses" '0 0' 'exit codes of writer and reader'
    expect_equal "$(<"$home/writer")" whole writer
    code=0
    expect_silence
  done
}

@test "'timeout' does not begin before the request is read: a slow asker is answered" {
  code=0
  slowly 0.75 protocol=https "host=$host" '' | git-credential-sase --timeout 1s get >"$out" 2>"$err" || code=$?
  expect_password
}

@test "streams that do not block are waited for: a slow writer and a slow reader" {
  tries 6
  # More than fits into a pipe, so that the reader matters too.
  fault token=65536
  slowly 0.3 protocol=https "host=$host" '' |
    after 'os.set_blocking(0, False); os.set_blocking(1, False)' git-credential-sase get 2>"$err" |
    { sleep 1.5 && exec cat >"$out"; } && code=${PIPESTATUS[1]} || code=${PIPESTATUS[1]}
  expect_password
  expect_equal "${#token}" 65536 'length of the token'

  about 'from the cache'
  slowly 0.3 protocol=https "host=$host" '' |
    after 'os.set_blocking(0, False); os.set_blocking(1, False)' git-credential-sase get 2>"$err" |
    { sleep 1.5 && exec cat >"$out"; } && code=${PIPESTATUS[1]} || code=${PIPESTATUS[1]}
  expect_password
  expect_counter authorize 1
}

@test "a writer of a malformed request gets no SIGPIPE" {
  tries 6
  code=0
  { { echo garbage && head -c 1000000 /dev/zero 2>"$home/head"; } && echo whole >"$home/writer" || echo cut >"$home/writer"; } |
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
    echo garbage >"$name"
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
  # Every path that is opened or looked at is absolute; a relative one is relative to an open directory of the program.
  expect_equal "$(relative_paths <"$home/trace")" '' 'relative paths'
  ! grep -F "\"$trap" "$home/trace" | grep -qv getcwd || refute 'something in the current directory was touched'
}

# Variables that make a loader, a resolver or OpenSSL read or run what lies in the current directory, and what lies there.
hostile_variables() {
  mkdir "$home/hostile"
  cd "$home/hostile" || return
  printf '%s\n' 'openssl_conf = all' '[all]' 'providers = list' '[list]' 'evil = evil' '[evil]' 'module = ./evil.so' \
    'activate = 1' >o.cnf
  echo 'localhost evil.test' >aliases
  echo 'module NONESUCH// INTERNAL evil 1' >gconv-modules
  : >evil.so
  : >resolv
  variables=(OPENSSL_CONF=o.cnf OPENSSL_MODULES=. OPENSSL_ENGINES=. SSL_CERT_DIR=. SSLKEYLOGFILE=keys LD_LIBRARY_PATH=/usr/lib:
    LD_PROFILE_OUTPUT=. HOSTALIASES=aliases GCONV_PATH=. LOCPATH=. NLSPATH=%N RESOLV_HOST_CONF=resolv TMPDIR=. MALLOC_TRACE=trace
    QLOGDIR=. CTLOG_FILE=logs)
}

@test "row 65: no variable leads the authorizer to the current directory" {
  local variables
  hostile_variables
  traced "$home/trace" file env "${variables[@]}" sase-credential token
  expect_token
  authorizer_calls "$home/trace" >"$home/calls"
  grep -qF '/etc/hosts"' "$home/calls" || refute "expected a trace of the authorizer"
  expect_equal "$(relative_paths <"$home/calls")" '' 'relative paths'
  ! grep -F "\"$home/hostile" "$home/calls" | grep -qv getcwd || refute 'something in the current directory was touched'
}

@test "the authorizer's environment holds nothing but what it needs" {
  tries 7
  # Among them a key whose variable nothing gives away but another profile.
  local variables
  hostile_variables
  cd "$home"
  profile default "url = $url"
  profile other 'url = https://other.test' 'api-key-env = TENANT_B'
  export TENANT_B=secret-of-tenant-b HTTPS_PROXY=http://someone:secret-word@proxy.test NO_PROXY=localhost
  export CHECKPOINT_SASE_API_KEY=x AWS_SECRET_ACCESS_KEY=x SSL_CERT_FILE=$sandbox/ca.pem
  traced "$home/trace" execve env "${variables[@]}" RES_OPTIONS=timeout:1 LOCALDOMAIN=example.test sase-credential token
  expect_token
  authorizer_environment "$home/trace" >"$home/environment"
  expect_equal "$(grep -vE '^(RES_OPTIONS|LOCALDOMAIN|ASAN_OPTIONS|UBSAN_OPTIONS|LSAN_OPTIONS)=' "$home/environment")" '' \
    "the authorizer's environment"
}

# directory_of_certificates DIRECTORY: the sandbox's, by its hash.
directory_of_certificates() {
  mkdir -p "$1"
  cp "$sandbox/ca.pem" "$1/$(openssl x509 -noout -hash -in "$sandbox/ca.pem").0"
}

@test "SSL_CERT_DIR counts if it is absolute, and only then" {
  tries 7
  unset SASE_CA_FILE
  directory_of_certificates "$home/certificates"
  mkdir "$home/empty"
  SSL_CERT_DIR=$home/certificates call sase-credential token
  expect_token
  expect_no_message

  cd "$home/certificates"
  local directory
  for directory in . ./ ../certificates ':' ".:$home/empty" "$home/empty:." "$home/empty:" "$home/empty:../certificates" ''; do
    about "SSL_CERT_DIR=$directory"
    anew
    SSL_CERT_DIR=$directory call sase-credential --timeout 3s token
    expect_failure 6 '*certificate*'
    expect_counter authorize 0
  done
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
  meant_to_hold_secrets "$home/second place"
  install_tree "$home/first"
  mv "$home/first" "$home/second place"
  ask_password
  call "$home/second place/bin/git-credential-sase" get
  expect_password
}

@test "the name decides about the manners, not the directory" {
  mkdir "$home/git-credential-sase"
  ln -s "$build/bin/sase-credential" "$home/git-credential-sase/sase-credential"
  call "$home/git-credential-sase/sase-credential" unknown-command
  expect_failure 2 "unknown command 'unknown-command'"
}

@test "no authorizer: exit 7, but the cache still answers" {
  tries 6
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
  for script in 'exit 0' 'exit 3' 'cat >/dev/null' 'echo eyJgarbage' 'printf "outcome=granted\naccess_token=a b\nlifetime=60\n\n"' \
    'printf "outcome=granted\naccess_token=\n\n"' 'kill -KILL $$' 'yes' 'printf "\033[2J\n"' 'head -c 200000 /dev/zero'; do
    about "$script"
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
  tries 1
  authorizer "echo \$\$ >'$home/authorizer-pid'; exec sleep 60"
  local start
  start=$(now_ms)
  call "$home/tree/bin/sase-credential" --timeout 1s token
  expect_failure 6 '*'
  expect_within 2000 "$start"
  ! kill -0 "$(<"$home/authorizer-pid")" 2>/dev/null || refute 'the authorizer is still there'
}

# ---- what is left behind

@test "no core, and no memory for others to read" {
  tries 4
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
    expect_equal "$(awk '/^Max core file size/ { print $5 }' "/proc/$process/limits")" 0 'limit of core files'
  done
  kill -ABRT "$front"
  wait "$front" || code=$?
  expect_code 134
  [ -z "$(find "$home" -name '*core*' -type f)" ] || refute 'there is a core file'
}

@test "memory is closed to debuggers, in both programs" {
  tries 4
  traced "$home/trace" prctl sase-credential token
  expect_token
  expect_equal "$(grep -c 'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE) = 0' "$home/trace")" 2 'processes that forbid dumps'
}

# alone COMMAND...: `call` in a session of its own, of which nothing may be left in the end.
alone() {
  # shellcheck disable=SC2016 # for the inner shell
  call setsid --wait sh -c 'echo $$ >"$0" && "$@"' "$home/session" "$@"
  [ -z "$(pgrep -s "$(<"$home/session")")" ] || refute "left behind: $(pgrep -a -s "$(<"$home/session")")"
}

@test "no process outlives the call after a success, a rejection, an outage or a timeout" {
  tries 1
  alone sase-credential token
  expect_token
  anew status=403
  alone sase-credential token
  expect_failure 5 '*HTTP 403*'
  anew reset=headers
  alone sase-credential --timeout 1s token
  expect_failure 6 '*'
  anew hang=on
  alone sase-credential --timeout 1s token
  expect_failure 6 '*within *'
  anew drip=1s
  alone sase-credential --timeout 1s token
  expect_failure 6 '*within *'
  anew hang=on
  alone sase-credential --timeout 1s --cache none token
  expect_failure 6 '*within *'
  authorizer 'cat >/dev/null; exec sleep 60'
  alone "$home/tree/bin/sase-credential" --timeout 1s token
  expect_failure 6 '*'
}

@test "no process outlives a call that a signal ends" {
  tries 1
  local signal tries
  for signal in TERM HUP; do
    about "$signal"
    anew hang=on
    # A job in the background leads no group, so setsid becomes the program itself.
    setsid sase-credential token >"$out" 2>"$err" 3>&- 4>&- &
    local front=$!
    tries=0
    until [ "$(counter authorize)" -ge 1 ]; do
      tries=$((tries + 1))
      [ "$tries" -lt 200 ] || refute 'the service was not asked'
      sleep 0.02
    done
    kill "-$signal" "$front"
    code=0
    wait "$front" || code=$?
    [ "$code" -gt 128 ] || refute 'expected an end by a signal'
    tries=0
    while pgrep -s "$front" -r R,S,D,T >/dev/null; do
      tries=$((tries + 1))
      [ "$tries" -lt 100 ] || refute "left behind: $(pgrep -a -s "$front")"
      sleep 0.02
    done
  done
}

@test "files are made private, whatever the umask" {
  tries 4
  local mask
  for mask in 000 022 777; do
    about "umask $mask"
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

# ---- what the caller has done to itself

@test "a caller that ignores SIGCHLD gets its token from a cold cache at once" {
  tries 6
  local start
  start=$(now_ms)
  ask_password
  call after 'signal.signal(signal.SIGCHLD, signal.SIG_IGN)' git-credential-sase get
  expect_password
  expect_within 4000 "$start"

  about 'and a rejection'
  anew status=403
  call after 'signal.signal(signal.SIGCHLD, signal.SIG_IGN)' git-credential-sase get
  expect_failure 5 '*HTTP 403*'
  expect_within 8000 "$start"
}

@test "a caller that has blocked SIGALRM, or every signal, does not wait past its timeout for another's lock" {
  tries 1
  local start statement
  call sase-credential token
  expect_token
  hold_lock
  rm "$state"/*.token
  for statement in 'signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})' \
    'signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())' 'signal.signal(signal.SIGALRM, signal.SIG_IGN)'; do
    about "$statement"
    start=$(now_ms)
    call after "$statement" sase-credential --timeout 1s token
    expect_within 2000 "$start"
    expect_failure 6 '*'
  done
  release_lock
}

@test "a caller that has blocked or ignored signals is served" {
  tries 6
  local statement
  for statement in 'signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())' \
    'for s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}: signal.signal(s, signal.SIG_IGN)'; do
    about "$statement"
    anew
    call after "$statement" sase-credential token
    expect_token
    expect_no_message
    anew hang=on
    call after "$statement" sase-credential --timeout 1s token
    expect_failure 6 '*within *'
  done
}

@test "a caller that may write no file: a warning, and the token; no core" {
  tries 6
  # Its streams lead into pipes, since a file would be beyond the limit as well.
  cd "$home"
  ask_password
  {
    { (ulimit -f 0 && exec git-credential-sase get <"$in") 2>&1 >&7 7>&- | cat >"$err"; echo "${PIPESTATUS[0]}" >"$home/code"; } 7>&1
  } | cat >"$out"
  code=$(<"$home/code")
  expect_warning '?*'
  : >"$err"
  expect_password
  expect_equal "$(find "$home" -name '*core*')" '' 'core files'
}

@test "few file descriptors and a small stack suffice" {
  tries 6
  ask_password
  call sh -c 'ulimit -n 20; exec git-credential-sase get'
  expect_password
}
