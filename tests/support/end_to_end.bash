# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The base of all end-to-end tests: the programs of one build ($SASE_BUILD), one sandbox for each file, and for each test
# an empty home directory and a clean environment.
# A test runs `call PROGRAM...` with the file $in on stdin, and then checks $code and the files $out and $err.
# In a table, `about TEXT...` names the row under test.
# shellcheck disable=SC2034 # tests read what this sets

bats_require_minimum_version 1.8.0

# Seconds that one test may take; the slowest takes about 60 on an idle machine.
export BATS_TEST_TIMEOUT=${BATS_TEST_TIMEOUT:-300}

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly source_root
# shellcheck source-path=SCRIPTDIR
source "$source_root/tests/support/promises.bash"

setup_file() { start_file; }
teardown_file() { stop_file; }
setup() { set_up_test; }
teardown() { tear_down_test; }

# ---- setup and teardown

start_file() {
  # The tests of one file share a sandbox, its faults and its counters.
  export BATS_NO_PARALLELIZE_WITHIN_FILE=true
  clean_environment
  find_programs
  start_sandbox "$BATS_FILE_TMPDIR/sandbox"
}

stop_file() { stop_sandbox "$BATS_FILE_TMPDIR/sandbox"; }

# Sets the variables that tests use ($sandbox, $url, $host, $port, $key and the directories of this test), and the
# settings for the sandbox.
set_up_test() {
  clean_environment
  find_programs
  umask 077
  further_sandboxes=() servers=() secret_places=()
  home=$BATS_TEST_TMPDIR/home
  mkdir "$home" "$home/config" "$home/runtime" "$home/tmp"
  export HOME=$home XDG_CONFIG_HOME=$home/config XDG_RUNTIME_DIR=$home/runtime TMPDIR=$home/tmp
  # A sandbox program, which may be installed below tree, contains the first characters of its tokens.
  meant_to_hold_secrets "$home/key" "$home/trace" "$home/many" "$home/crowd" "$home/crowd.json" "$home/tree"
  state=$XDG_RUNTIME_DIR/sase-credential
  in=$BATS_TEST_TMPDIR/in out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err code='' about=''
  : >"$in"
  sandbox=$BATS_FILE_TMPDIR/sandbox
  if [ ! -s "$sandbox/url" ]; then
    { echo "this file's sandbox has ended:" && cat "$sandbox.log"; } >&2
    return 1
  fi
  url=$(<"$sandbox/url") host=${url#https://} port=${url##*:} key=$(<"$sandbox/api-key")
  export SASE_URL=$url SASE_CA_FILE=$sandbox/ca.pem SASE_API_KEY=$key
  # Ends the fault reset=accept, which would reset the next call as well.
  kill -USR1 "$(<"$sandbox/pid")"
  control reset --request POST >"$BATS_TEST_TMPDIR/control"
  begin_situations
}

tear_down_test() {
  local directory
  end_situations
  stop_servers
  for directory in ${further_sandboxes[@]+"${further_sandboxes[@]}"}; do stop_sandbox "$directory"; done
  no_secret_at_rest
}

# meant_to_hold_secrets FILE...: files in which a test itself has put the key or a token.
meant_to_hold_secrets() { secret_places+=("$@"); }

# Fails if any other file below the home directory, or its name, contains a part of the API key or of a token, plain or
# in base64. Both are JWTs, so they begin with "eyJ"; so does by chance some text of one certificate in a hundred.
no_secret_at_rest() {
  local piece='eyJ[A-Za-z0-9_-]{8}|ZXlK[A-Za-z0-9+/]{8}' place found
  found=$(find "$home" | grep -E "$piece" || true)
  found+=$(grep -rlaE --devices=skip --exclude='*.pem' --exclude='*.key' "$piece" "$home" || true)
  [ -n "$found" ] || return 0
  for place in "${secret_places[@]}"; do
    found=$(grep -vE "^$place(/|\$)" <<<"$found" || true)
  done
  [ -z "$found" ] || { echo "found secrets in: $found" >&2 && return 1; }
}

# Unsets every variable that the programs do not need to run.
clean_environment() {
  local name
  for name in $(compgen -e); do
    case $name in
      PATH | TMPDIR | SASE_BUILD | SASE_PROMISES | SASE_TOOLS | SASE_PACKAGES | SASE_LONG | BATS_* | ASAN_OPTIONS | UBSAN_OPTIONS | LSAN_OPTIONS | LLVM_PROFILE_FILE) ;;
      BASH_FUNC_*) ;;
      *) unset "$name" ;;
    esac
  done
  # Each test sets HOME; until then no home directory is used. A locale would change sorting and messages.
  export LC_ALL=C HOME=/nonexistent
}

find_programs() {
  build=$(cd "${SASE_BUILD:-$source_root/build/gcc}" && pwd)
  case :$PATH: in *":$build/bin:"*) ;; *) PATH=$build/bin:$PATH ;; esac
  if [ ! -x "$build/bin/sase-credential" ]; then
    echo "no sase-credential in $build/bin: build it, or set SASE_BUILD" >&2
    return 1
  fi
}

# start_sandbox DIRECTORY [OPTION...]: starts a sandbox on a free port, unless one is given, with its state in DIRECTORY.
start_sandbox() {
  local directory=$1
  shift
  [[ " $* " == *' --port '* ]] || set -- --port 0 "$@"
  { sase-sandbox --state "$directory" "$@" && echo 'ended by a signal' || echo "ended with $?"; } >"$directory.log" 2>&1 3>&- 4>&- &
  wait_until test -s "$directory/url" || { cat "$directory.log" >&2 && return 1; }
}

stop_sandbox() { [ ! -s "$1/pid" ] || kill "$(<"$1/pid")"; }

# further_sandbox NAME [OPTION...]: starts a second sandbox for this test; $further is its directory, $further_url its URL.
further_sandbox() {
  further=$BATS_TEST_TMPDIR/$1
  shift
  start_sandbox "$further" "$@"
  further_sandboxes+=("$further")
  further_url=$(<"$further/url")
}

# ---- the sandbox

# control ROUTE [CURL_OPTION...]
control() {
  local route=$1
  shift
  curl -q --silent --show-error --fail --noproxy '*' --cacert "$sandbox/ca.pem" "$@" "$url/sandbox/$route"
}

# counter NAME: prints one of the sandbox's counters.
counter() { control stats | jq -r ".$1 // 0"; }

# fault NAME=VALUE...: replaces all faults.
fault() { printf '%s\n' "$@" | control faults --data-binary @- >"$BATS_TEST_TMPDIR/control"; }

# anew [NAME=VALUE...]: deletes all state, resets the counters and sets only these faults.
anew() {
  rm -rf "$state"
  control reset --request POST >"$BATS_TEST_TMPDIR/control"
  [ $# -eq 0 ] || fault "$@"
}

# forgive: deletes the request log, so that no backoff and no rate limit applies. The tokens stay.
forgive() {
  local lock
  [ ! -L "$state" ] || return 0
  for lock in "$state"/*.lock; do
    [[ ! -f $lock || -L $lock ]] || truncate --size 0 "$lock"
  done
}

# ---- other servers

# serve NAME PROGRAM [OPTION...]: starts a server of tests/support for this test, in $home/NAME; $served is its port.
serve() {
  local directory=$home/$1
  mkdir "$directory"
  /usr/bin/python3 "$source_root/tests/support/$2" "$directory" "${@:3}" >"$directory/messages" 2>&1 3>&- 4>&- &
  servers+=($!)
  wait_until test -s "$directory/port"
  served=$(<"$directory/port")
}

# start_proxy NAME [OPTION...]: sets $proxy to its host and port, and $log to its log.
start_proxy() {
  serve "$1" connect_proxy.py "${@:2}"
  proxy=127.0.0.1:$served log=$home/$1/log
}

stop_servers() {
  [ ${#servers[@]} -gt 0 ] || return 0
  # wait keeps bash from printing "Terminated".
  { kill "${servers[@]}" && wait "${servers[@]}"; } 2>/dev/null || true
  servers=()
}

# authority [NAME]: creates a certificate authority, $home/authority.pem.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=${1:-an authority}" \
    -keyout "$home/authority.key" -out "$home/authority.pem" 2>"$home/messages"
}

# certificate FILE NAME EXTENSION [BITS]: creates $home/FILE.pem, a certificate of that authority with its RSA key.
certificate() {
  openssl req -newkey "rsa:${4:-2048}" -nodes -subj "/CN=$2" -keyout "$home/$1.key" -out "$home/$1.csr" 2>"$home/messages"
  openssl x509 -req -in "$home/$1.csr" -CA "$home/authority.pem" -CAkey "$home/authority.key" -CAcreateserial -days 2 \
    -extfile <(echo "$3") -out "$home/$1.crt" 2>"$home/messages"
  cat "$home/$1.crt" "$home/$1.key" >"$home/$1.pem"
}

# ---- waiting

# wait_until COMMAND...: runs the command every 20 ms until it succeeds; the test fails after 20 s.
wait_until() {
  local end=$(($(now_ms) + 20000))
  until "$@"; do
    [ "$(now_ms)" -lt "$end" ] || refute "timed out waiting until: $*"
    sleep 0.02
  done
}

# wait_for_requests COUNT: until the service has received that many.
wait_for_requests() { wait_until has_requests "$1"; }
has_requests() { [ "$(counter authorize)" -ge "$1" ]; }

# is_gone PID: the process has ended; its parent may not have waited for it yet.
is_gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }

# ---- calls

# ask LINE...: sets the next call's input to these lines and an empty one.
ask() { printf '%s\n' "$@" '' >"$in"; }

# ask_bytes FORMAT [ARGUMENT...]: sets the next call's input to the output of printf.
ask_bytes() {
  # shellcheck disable=SC2059 # the format is the point
  printf "$@" >"$in"
}

# git's usual request for the sandbox, before and since git 2.46.
ask_password() { ask protocol=https "host=$host"; }
ask_bearer() { ask 'capability[]=authtype' 'capability[]=state' protocol=https "host=$host"; }

# The request of the front to the authorizer for the sandbox's token, with these lines added.
ask_authorizer() {
  ask "url=$url/api/v1/auth/authorize" "api_key=$key" timeout_ms=5000 "ca_file=$sandbox/ca.pem" "$@"
}

# call COMMAND...: runs it with $in on a pipe, and fails if stderr contains a secret.
call() {
  code=0
  "$@" < <(exec cat -- "$in") >"$out" 2>"$err" || code=$?
  no_secret_in "$err"
}

# after STATEMENTS COMMAND...: `call` from a Python process that has run the statements first. (dash would not pass on an
# ignored SIGCHLD.) A command that does not end is killed.
after() {
  timeout -s KILL 10 /usr/bin/python3 -c "import fcntl, os, signal, sys
$1
os.execvp(sys.argv[1], sys.argv[1:])" "${@:2}"
}

# many COUNT COMMAND...: runs them in parallel, each with $in; their output is in $home/many. Sets $failed to the number of failures.
many() {
  local count=$1 i pids=()
  shift
  rm -rf "$home/many"
  mkdir "$home/many"
  for ((i = 0; i < count; i++)); do
    "$@" <"$in" >"$home/many/$i.out" 2>"$home/many/$i.err" 3>&- 4>&- &
    pids+=($!)
  done
  failed=0
  for i in "${pids[@]}"; do wait "$i" || failed=$((failed + 1)); done
}

# hold_lock: takes the refresh lock, as a second caller would, until release_lock. An earlier call must have created it.
hold_lock() {
  local lock
  lock=$(find "$state" -name '*.lock')
  [ -f "$lock" ] || refute 'expected one lock file'
  exec 8<>"$lock"
  flock --nonblock 8
}
release_lock() { exec 8>&-; }

# profile NAME LINE...: writes the user's profile of that name.
profile() {
  local file=$XDG_CONFIG_HOME/sase-credential/profiles/$1.conf
  shift
  mkdir -p "${file%/*}"
  printf '%s\n' "$@" >"$file"
}

# From then on settings come from profiles only, except the key and the CA file.
only_profiles() { unset SASE_URL; }

# The time in milliseconds.
now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# traced FILE CALLS COMMAND...: `call` under strace, which writes these system calls in full to FILE, one process after
# the other.
traced() {
  local file=$1 calls=$2
  shift 2
  # LeakSanitizer cannot work in a process that is traced.
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
    call strace -ff -y -v -s 200000 -e "signal=none" -e "trace=$calls" -o "$file" "$@"
  cat "$file".[0-9]* >"$file"
  rm "$file".[0-9]*
  # strace warns about a child that it inherited from the shell.
  sed -i '/^strace: Exit of unknown pid/d' "$err"
}

# injected CALLS FAULT COMMAND...: `call` with a fault, in the syntax of strace(1), at these system calls of the command and
# its children, as in: injected add_key,keyctl error=EPERM sase-credential token
injected() {
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
    call strace -f -e signal=none -e "trace=$1" -e "inject=$1:$2" -o /dev/null "${@:3}"
  sed -i '/^strace: Exit of unknown pid/d' "$err"
}

# authorizer_calls FILE: prints the authorizer's part of a trace.
authorizer_calls() { awk '/^execve\(/ { wanted = /libexec\/sase-credential\/authorize", \[/ } wanted' "$1"; }

# authorizer_environment FILE: prints the authorizer's environment from a trace of execve, one NAME=VALUE per line.
authorizer_environment() {
  /usr/bin/python3 -c '
import re, sys
calls = [line for line in open(sys.argv[1]) if re.match(r"execve\(\"[^\"]*/libexec/sase-credential/authorize\"", line)]
assert len(calls) == 1, "expected one authorizer"
for entry in re.findall(r"\"((?:[^\"\\]|\\.)*)\"", calls[0].split("], [", 1)[1]): print(entry)' "$1"
}

# relative_paths: prints the relative paths in the system calls on stdin, except those relative to an open directory.
relative_paths() { sed -nE 's/^[a-z0-9_]+\((AT_FDCWD<[^>]*>, )?"([^\/][^"]*)".*/\2/p'; }

# ---- expectations

# refute MESSAGE...: fails the test, and shows the input and output of the last call.
refute() {
  {
    printf '%s\n' "${about:+$about: }$*"
    printf -- '--- code: %s\n--- stdin:\n' "$code"
    show "$in"
    echo '--- stdout:'
    show "$out"
    echo '--- stderr:'
    show "$err"
  } >&2
  return 1
}

# Prints the beginning of a file with every byte visible.
show() { [ ! -e "$1" ] || head -c 600 -- "$1" | cat -A; }

# expect_equal GOT WANTED [WHAT]
expect_equal() {
  [ "$1" = "$2" ] && return
  diff <(printf '%s\n' "$2") <(printf '%s\n' "$1") >&2 || true
  refute "${3:-value}: expected the lines with '<', got those with '>'"
}

expect_code() { [ "$code" = "$1" ] || refute "expected exit code $1"; }
expect_no_output() { [ ! -s "$out" ] || refute 'expected nothing on stdout'; }
expect_no_message() { [ ! -s "$err" ] || refute 'expected nothing on stderr'; }
expect_counter() { expect_equal "$(counter "$1")" "$2" "the sandbox's counter '$1'"; }

# expect_output TEXT: success, exactly this text on stdout and nothing on stderr.
expect_output() {
  expect_code 0
  expect_no_message
  cmp -s "$out" <(printf '%s' "$1") && return
  diff <(printf '%s' "$1") "$out" >&2 || true
  refute "stdout differs: expected the lines with '<', got those with '>'"
}

# Success, and nothing on stdout and stderr: the request is for a host of another helper.
expect_silence() {
  expect_code 0
  expect_no_output
  expect_no_message
}

# Success, a complete credential reply and nothing on stderr. Sets $token and $expiry.
# expect_password [PROFILE]
expect_password() {
  local name=${1:-default}
  take_output
  [[ $code = 0 && $text =~ ^"username=$name"$'\npassword='([A-Za-z0-9._~+/-]+=*)$'\npassword_expiry_utc='([0-9]+)$'\n\n'$ ]] ||
    refute "expected a reply with the user name '$name' and a password"
  token=${BASH_REMATCH[1]} expiry=${BASH_REMATCH[2]}
  expect_no_message
}
expect_bearer() {
  take_output
  local head=$'capability[]=authtype\nauthtype=Bearer\ncredential=' tail=$'\nephemeral=1\n\n'
  [[ $code = 0 && $text =~ ^"$head"([A-Za-z0-9._~+/-]+=*)$'\npassword_expiry_utc='([0-9]+)"$tail"$ ]] ||
    refute 'expected a reply with a Bearer credential'
  token=${BASH_REMATCH[1]} expiry=${BASH_REMATCH[2]}
  expect_no_message
}

# Success and the output of `token`. Sets $token.
expect_token() {
  take_output
  [[ $code = 0 && $text =~ ^([A-Za-z0-9._~+/-]+=*)$'\n'$ ]] || refute 'expected a token and a line end'
  token=${BASH_REMATCH[1]}
}

# Sets $text to all of stdout, line ends included.
take_output() { IFS= read -r -d '' text <"$out" || true; }

# expect_failure CODE MESSAGE [HINT]: nothing on stdout, and on stderr one line that matches the pattern MESSAGE (as in
# `case`) and at most one hint, which matches the pattern HINT if one is given; '' stands for no hint.
expect_failure() {
  expect_code "$1"
  expect_no_output
  expect_complaint "${@:2}"
}

# expect_complaint MESSAGE [HINT]: the same for stderr only.
expect_complaint() {
  local lines
  printable_lines_in "$err"
  mapfile -t lines <"$err"
  [[ ${#lines[@]} = [12] ]] || refute "expected one line and at most one hint on stderr, got ${#lines[@]} lines"
  [[ ${lines[0]} != 'sase-credential: hint:'* && ${lines[0]} != 'sase-credential: warning:'* ]] ||
    refute 'expected a failure in the first line of stderr'
  # shellcheck disable=SC2053 # patterns are wanted
  [[ ${lines[0]} == "sase-credential: "$1 ]] || refute "expected the message: $1"
  [[ ${#lines[@]} = 1 || ${lines[1]} == 'sase-credential: hint: '?* ]] || refute 'expected a hint in the second line'
  [ $# -gt 1 ] || return 0
  # shellcheck disable=SC2053 # patterns are wanted
  [[ ${lines[1]-} == ${2:+"sase-credential: hint: "$2} ]] || refute "expected the hint: ${2:-none}"
}

# expect_warning PATTERN: success with exactly one warning.
expect_warning() {
  local lines
  expect_code 0
  printable_lines_in "$err"
  mapfile -t lines <"$err"
  # shellcheck disable=SC2053 # patterns are wanted
  [[ ${#lines[@]} = 1 && ${lines[0]} == "sase-credential: warning: "$1 ]] || refute "expected one warning: $1"
}

# Success with at most one warning, which is then discarded.
expect_warning_at_most() {
  [ ! -s "$err" ] || expect_warning '?*'
  : >"$err"
}

# Sets $said to the content of a file, which must be complete lines of printable UTF-8.
printable_lines_in() {
  local unprintable=$'[^\n -~\x80-\xff]'
  ! IFS= read -r -d '' said <"$1" || refute 'a NUL on stderr'
  [ -n "$said" ] || refute 'expected something on stderr'
  [[ ! $said =~ $unprintable ]] || refute 'a byte on stderr is not printable'
  iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || refute 'stderr is not UTF-8'
  [[ $said == *$'\n' ]] || refute 'the last line on stderr has no end'
}

# The API key and the sandbox's tokens are JWTs, which begin with "eyJ".
no_secret_in() {
  IFS= read -r -d '' said <"$1" || true
  [[ $said != *eyJ* && $said != *"$key"* ]] || refute "a secret in $1"
}

# expect_lifetime EXPIRY SECONDS [MARGIN]: EXPIRY (seconds since 1970) is SECONDS from now, with a tolerance of 3 s or MARGIN.
expect_lifetime() {
  local left=$(($1 - EPOCHSECONDS))
  [ "$left" -le $(($2 + 3)) ] && [ "$left" -ge $(($2 - ${3:-3})) ] || refute "expected $2 s to live, got $left s"
}

# expect_within MILLISECONDS START: no more than that has passed since START.
expect_within() {
  local took=$(($(now_ms) - $2))
  [ "$took" -le "$1" ] || refute "expected an end within $1 ms, it took $took ms"
}

needs_root() { [ "$(id -u)" -eq 0 ] || skip 'needs root'; }
needs_time_namespaces() { unshare --time --boottime 60 --fork true 2>/dev/null || skip 'needs time namespaces'; }

# later SECONDS COMMAND...: `call` in a time namespace whose boot clock is that far ahead, as after a suspend.
later() { call unshare --time --boottime "$(boot_offset "$1")" --fork -- "${@:2}"; }

# boot_offset SECONDS: the argument of --boottime for a clock that far ahead of the one here: it counts from the machine's.
boot_offset() { awk -v ahead="$1" '$1 == "boottime" { print $2 + ahead }' /proc/self/timens_offsets; }
