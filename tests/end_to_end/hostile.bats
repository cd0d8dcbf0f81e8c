#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A numbered table of hostile credential requests, whose rows the fuzz corpus has as well. Rows 64 and 65 (streams, the
# current directory) are in process.bats, row 67 (the service) in service.bats, row 69 (parallel calls) in parallel.bats.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# The configured host has no port, so that the rows can add one.
setup() {
  set_up_test
  own_host=api.example.test
  export SASE_HOST=$own_host
}

# row NUMBER EXPECTED INPUT: INPUT contains escapes of printf; {H} is the configured host. EXPECTED is T (a reply with a
# password), B (a reply with a Bearer credential), N (no output) or R (rejected).
row() {
  printf '%b' "${3//'{H}'/$own_host}" >"$in"
  answer "$1" "$2"
}

# answer NUMBER EXPECTED: of `get`, to what is in $in.
answer() {
  about "row $1"
  call git-credential-sase get
  case $2 in
    T) expect_password ;;
    B) expect_bearer ;;
    N) expect_silence ;;
    R) expect_failure 3 'the request on standard input is not understood: ?*' ;;
    *) refute "no such expectation: $2" ;;
  esac
}

# host_row NUMBER EXPECTED HOST: a request that is valid except for its host.
host_row() { row "$1" "$2" 'protocol=https\nhost='"$3"'\n\n'; }

# Prints the file with the token: the largest one.
cache_file() { find "$state" -type f ! -name '*.lock' -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-; }

repeat() { head -c "$1" /dev/zero | tr '\0' "$2"; }

@test "rows 1-8: repeated keys, line ends and NUL" {
  row 1 R 'protocol=https\nhost=evil\nhost={H}\n\n'
  row 2 R 'protocol=https\nhost={H}\nhost=evil\n\n'
  row 2 R 'protocol=https\nhost={H}\nhost={H}\n\n'
  row 2 R 'protocol=https\nprotocol=https\nhost={H}\n\n'
  row 2 R 'protocol=https\nhost={H}\nusername=default\nusername=default\n\n'
  row 3 R 'protocol=https\rhost={H}\nhost=evil\n\n'
  row 4 R 'protocol=https\nhost=evil\rhost={H}\n\n'
  row 6 R 'protocol=https\nhost={H}\r\r\n\n'
  row 7 N 'protocol=https\nhost={H}%0d\n\n'
  row 7 N 'protocol=https\nhost={H}%0a\n\n'
  row 7 N 'protocol=https\nhost={H}%00\n\n'
  row 8 R 'protocol=https\nhost={H}\0000.evil\n\n'
  row 8 R 'protocol=https\nhost={H}\0000\n\n'
  row 8 R 'protocol=https\nx=\0000\nhost={H}\n\n'
  expect_counter authorize 0

  row 5 T 'protocol=https\r\nhost={H}\r\n\r\n'
  row 5 T 'protocol=https\r\nhost={H}\r\n'
}

@test "rows 9-16: an absent or empty value matches nothing" {
  row 9 R 'protocol=https\nhost=\n\n'
  row 10 R 'protocol=https\n\n'
  row 11 R 'host={H}\n\n'
  row 12 R 'protocol=\nhost={H}\n\n'
  row 13 R ''
  row 14 R '\n'
  row 14 R '\r\n'
  row 16 N 'protocol=http\nhost={H}\n\n'
  expect_counter authorize 0

  row 15 T 'protocol=https\nhost={H}'
}

@test "rows 17-19: other protocols" {
  for protocol in HTTPS 'https ' ' https' https:// ftp ssh file cert http; do
    row 17-19 N "protocol=$protocol"'\nhost={H}\n\n'
  done
  expect_counter authorize 0
}

@test "rows 20-24: ports and letter case" {
  for other in :8443 : :443:1 :0443 :443x :-443 :+443 ': 443' :65979 :18446744073709552059; do
    host_row 21-23 N "{H}$other"
  done
  expect_counter authorize 0

  host_row 20 T '{H}:443'
  host_row 24 T API.EXAMPLE.TEST
  host_row 24 T Api.Example.Test:443
}

@test "rows 25-33: hosts that resemble the configured one" {
  host_row 25 N '{H}.'
  host_row 26 N '.{H}'
  host_row 27 N 'x{H}'
  host_row 28 N '{H}.evil.example'
  host_row 29 N 'evil-{H}'
  host_row 30 N 'sub.{H}'
  for other in 'user@{H}' '{H}@evil' 'evil#{H}' 'evil?{H}' '{H}/' '/{H}' '{H}\\\\evil' '{H}\\\\' '{H},evil' '*' '*.test'; do
    host_row 31 N "$other"
  done
  # Cyrillic a; punycode; the ideographic full stop; a soft hyphen; a zero-width space; fullwidth letters.
  for other in '\0320\0260pi.example.test' xn--pi-6kc.example.test 'api\0343\0200\0202example.test' \
    'api.exam\0302\0255ple.test' 'api.example\0342\0200\0213.test' '\0357\0275\0201pi.example.test'; do
    host_row 32 N "$other"
  done
  for other in '[::1]' '[::1]:443' 127.0.0.1 0x7f.1 2130706433 127.1 localhost; do host_row 33 N "$other"; done
  expect_counter authorize 0
}

@test "row 34: hosts with blanks, control bytes and broken UTF-8" {
  host_row 34 N ' {H}'
  host_row 34 N '{H} '
  host_row 34 N 'api .example.test'
  local byte
  for byte in 01 02 03 04 05 06 07 10 11 13 14 16 17 20 33 34 35 36 37 177; do
    host_row 34 N "{H}\\0$byte"
    host_row 34 N "api\\0$byte.example.test"
  done
  host_row 34 N '\0033[2J{H}'
  host_row 34 N '{H}\0377'
  host_row 34 N '{H}\0302'
  host_row 34 N '{H}\0300\0257'
  expect_counter authorize 0
}

@test "row 35: a long value does not become a line of its own" {
  local size
  for size in 1001 1023 4073 8169 65513; do
    { printf 'protocol=https\nhost=evil\nwwwauth[]=' && repeat "$size" a && printf 'host=%s\n\n' "$own_host"; } >"$in"
    answer "35 ($size)" N
  done
  expect_counter authorize 0
}

@test "rows 36-39: accepts lines up to 1 MiB and rejects longer ones" {
  tries 6
  local size
  for size in 65535 65536 204800 1048575; do
    { printf 'protocol=https\n' && printf 'wwwauth[]=' && repeat $((size - 10)) a && printf '\nhost=%s\n\n' "$own_host"; } >"$in"
    answer "36-38 ($size)" T
  done
  for size in 1048577 2097152; do
    { printf 'protocol=https\nhost=%s\n' "$own_host" && printf 'wwwauth[]=' && repeat $((size - 10)) a && printf '\n\n'; } >"$in"
    answer "36-38 ($size)" R
  done
}

@test "row 39: rejects 64 MiB without a line end, and uses little memory" {
  tries 6
  { printf 'protocol=https\nhost=%s\nx=' "$own_host" && repeat 67108864 a; } >"$in"
  # AddressSanitizer's own memory is about as large again.
  call /usr/bin/python3 -c '
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.exit(code if used < 60000 else "%d KiB of memory" % used)' git-credential-sase get

  expect_failure 3 'the request on standard input is not understood: ?*'
}

@test "row 40: accepts at most 65,536 lines and 4 MiB" {
  tries 6
  { yes x=y | head -n 65534 && printf 'protocol=https\nhost=%s\n\n' "$own_host"; } >"$in"
  answer '40 (65,536 lines)' T
  { yes x=y | head -n 65535 && printf 'protocol=https\nhost=%s\n\n' "$own_host"; } >"$in"
  answer '40 (65,537 lines)' R
  { yes x=y | head -n 100000 && printf 'protocol=https\nhost=%s\n\n' "$own_host"; } >"$in"
  answer '40 (100,002 lines)' R

  local line
  line=x=$(repeat 1021 a)
  { yes "$line" | head -n 4095 && printf 'protocol=https\nhost=%s\n\n' "$own_host"; } >"$in"
  answer '40 (just below 4 MiB)' T
  { yes "$line" | head -n 4096 && printf 'protocol=https\nhost=%s\n\n' "$own_host"; } >"$in"
  answer '40 (just above 4 MiB)' R
}

@test "row 41: rejects input without an end" {
  tries 6
  local start
  start=$(now_ms)
  code=0
  yes x=y | git-credential-sase get >"$out" 2>"$err" || code=$?
  expect_failure 3 'the request on standard input is not understood: ?*'
  expect_within 6000 "$start"
}

@test "row 42: a caller that keeps the pipe open after the empty line is answered" {
  tries 6
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  exec 8<>"$BATS_TEST_TMPDIR/pipe"
  printf 'protocol=https\nhost=%s\n\n' "$own_host" >&8
  code=0
  timeout 8 git-credential-sase get <"$BATS_TEST_TMPDIR/pipe" >"$out" 2>"$err" 8>&- || code=$?
  exec 8>&-

  expect_password
}

@test "row 43: what follows the empty line is not read" {
  row 43 N 'protocol=https\nhost=evil\n\nhost={H}\n'
  row 43 R 'protocol=https\n\nhost={H}\n'
  expect_counter authorize 0
}

@test "row 44: a line without a key or without '='" {
  row 44 R 'garbage\nprotocol=https\nhost={H}\n\n'
  row 44 R 'protocol=https\ngarbage\nhost={H}\n\n'
  row 44 R 'protocol=https\nhost={H}\ngarbage\n\n'
  row 44 R 'protocol=https\nhost={H}\ngarbage'
  row 44 R '=\nprotocol=https\nhost={H}\n\n'
  row 44 R 'protocol=https\nhost={H}\n=value\n\n'
  row 44 R ' \nprotocol=https\nhost={H}\n\n'
  expect_counter authorize 0
}

@test "row 45: keys that are not quite 'host' or 'protocol'" {
  row 45 R 'protocol=https\nhost ={H}\n\n'
  row 45 R 'protocol=https\n host={H}\n\n'
  row 45 R 'protocol=https\nHOST={H}\n\n'
  row 45 R 'protocol=https\nhost\t={H}\n\n'
  row 45 R 'protocol=https\nhost[]={H}\n\n'
  row 45 R '\0357\0273\0277protocol=https\nhost={H}\n\n'
  expect_counter authorize 0
}

@test "rows 46-48: values with '=' and with other alphabets' line ends" {
  row 46 N 'protocol=https\nhost=={H}\n\n'
  row 46 N 'protocol=https\nhost={H}=x\n\n'
  # U+2028, U+2029, NEL, VT, FF
  for end in '\0342\0200\0250' '\0342\0200\0251' '\0302\0205' '\0013' '\0014'; do
    row 48 N 'protocol=https\nhost=evil'"$end"'host={H}\n\n'
    row 48 R 'protocol=https\nx=y'"$end"'host={H}\n\n'
  done
  expect_counter authorize 0

  row 47 T 'a=b\nprotocol=https\nfoo[]=\ncapability[]=zzz\nx\0377y=z\nhost={H}\n\n'
}

@test "rows 49-50: the capability, before, behind, twice, reset and misspelt" {
  row 49 B 'protocol=https\nhost={H}\ncapability[]=authtype\n\n'
  row 49 B 'capability[]=authtype\ncapability[]=authtype\nprotocol=https\nhost={H}\n\n'
  row 49 T 'capability[]=authtype\ncapability[]=\nprotocol=https\nhost={H}\n\n'
  row 49 B 'capability[]=authtype\ncapability[]=\ncapability[]=authtype\nprotocol=https\nhost={H}\n\n'
  row 49 B 'capability[]=\ncapability[]=authtype\ncapability[]=state\nprotocol=https\nhost={H}\n\n'
  row 50 T 'capability=authtype\nprotocol=https\nhost={H}\n\n'
  row 50 T 'capability[0]=authtype\nprotocol=https\nhost={H}\n\n'
  row 50 T 'capability[]=AuthType\nprotocol=https\nhost={H}\n\n'
  row 50 T 'capability[]= authtype\nprotocol=https\nhost={H}\n\n'
  row 50 T 'capability[]=authtypes\nprotocol=https\nhost={H}\n\n'
}

@test "rows 51-53: user names, secrets and paths in a request" {
  row 51 N 'protocol=https\nhost={H}\nusername=other\n\n'
  row 51 N 'protocol=https\nhost={H}\nusername=a\0033[2J\n\n'
  row 51 N 'protocol=https\nhost={H}\nusername=../default\n\n'
  expect_counter authorize 0

  row 51 T 'protocol=https\nhost={H}\nusername=\n\n'
  row 52 T 'protocol=https\nhost={H}\npassword=x\n\n'
  row 52 T 'protocol=https\nhost={H}\ncredential=x\n\n'
  row 53 T 'protocol=https\nhost={H}\npath=../../etc/passwd\n\n'
  { printf 'protocol=https\nhost=%s\npath=' "$own_host" && repeat 61440 a && printf '\n\n'; } >"$in"
  answer '53 (60 KB)' T
}

@test "row 54: 'url'" {
  row 54 R 'url=https://{H}/\nhost=evil\n\n'
  row 54 R 'url=https://evil/\nhost={H}\nprotocol=https\n\n'
  row 54 R 'url=https://u:p@{H}/\n\n'
  row 54 R 'url=https://evil%0ahost={H}/\n\n'
  row 54 N 'url=http://{H}/\n\n'
  row 54 R 'url=://{H}\n\n'
  row 54 R 'url={H}\n\n'
  row 54 R 'url=\nprotocol=https\nhost={H}\n\n'
  row 54 R 'url=https:///x\n\n'
  row 54 N 'url=https://evil.example/{H}\n\n'
  row 54 N 'url=https://evil.example#@{H}/\n\n'
  row 54 N 'url=https://evil.example?@{H}/\n\n'
  row 54 R 'url=https://evil.example\\\\@{H}/\n\n'
  row 54 R 'url=https://{H}\\\\.evil.example/\n\n'
  row 54 R 'url=https://{H}:443:1/\n\n'
  row 54 R 'url=https://{H}/\nurl=https://{H}/\n\n'
  expect_counter authorize 0

  row 54 T 'url=https://{H}/\n\n'
  row 54 T 'url=https://{H}/\nprotocol=https\nhost={H}\n\n'
}

@test "rows 55-56: answers' keys, odd numbers and forged state in a request" {
  for odd in quit=1 ephemeral=2 continue=maybe password_expiry_utc=-1 password_expiry_utc=1e9 \
    password_expiry_utc=99999999999999999999 password_expiry_utc=0x10 'state[]=sase:1:forged' authtype=Basic; do
    row 55 T "protocol=https\nhost={H}\n$odd\n\n"
  done
  { printf 'protocol=https\nhost=%s\n' "$own_host" && yes 'state[]=sase:forged' | head -n 10000 && echo; } >"$in"
  answer 56 T
}

@test "rows 57-58: 'erase' without a host or with another token erases nothing" {
  row 57 T 'protocol=https\nhost={H}\n\n'
  local first=$token
  for request in '' '\n' 'protocol=https\n\n' 'protocol=https\nhost=\n\n' 'protocol=https\nhost=*\n\n' \
    'host={H}\n\n' "password=$token\n\n" "protocol=https\npassword=$token\n\n" \
    "protocol=https\nhost=*\npassword=$token\n\n" "protocol=http\nhost={H}\npassword=$token\n\n" \
    "protocol=https\nhost=evil\npassword=$token\n\n" 'protocol=https\nhost={H}\n\n' \
    'protocol=https\nhost={H}\npassword=another\n\n' 'protocol=https\nhost={H}\npassword=\n\n'; do
    about "row 57-58: $request"
    printf '%b' "${request//'{H}'/$own_host}" >"$in"
    call git-credential-sase erase
    [[ $code = [03] ]] || refute 'expected exit code 0 or 3'
    expect_no_output
    [ "$code" = 0 ] || expect_complaint 'the request on standard input is not understood: ?*'
    [ "$code" = 3 ] || expect_no_message
  done

  fault status=503
  row 57 T 'protocol=https\nhost={H}\n\n'
  expect_equal "$token" "$first" token
}

@test "row 59: an erased token is followed by one new one" {
  tries 5
  # Other tests cover the backoff after a second erase.
  row 59 T 'protocol=https\nhost={H}\n\n'
  ask protocol=https "host=$own_host" "password=$token"
  call git-credential-sase erase
  call git-credential-sase erase
  expect_silence

  for _ in {1..10}; do row 59 T 'protocol=https\nhost={H}\n\n'; done
  expect_counter authorize 2
}

@test "rows 60-61: 'store' plants nothing" {
  row 60 T 'protocol=https\nhost={H}\n\n'
  local first=$token before
  before=$(find "$home" -printf '%p %s %T@\n' | sort)
  for request in "host=$own_host" "host=$own_host password_expiry_utc=99999999999" host=evil 'host=*' host=; do
    about "store $request"
    # shellcheck disable=SC2086 # two words are two lines
    ask protocol=https $request username=default password=attacker credential=attacker
    call git-credential-sase store
    expect_silence
  done
  expect_equal "$(find "$home" -printf '%p %s %T@\n' | sort)" "$before" 'files'

  row 60 T 'protocol=https\nhost={H}\n\n'
  expect_equal "$token" "$first" token
}

@test "row 62: operations that git does not know are ignored in silence" {
  ask protocol=https "host=$own_host"
  local operation
  for operation in GET list Get gett version get-all "$(repeat 100000 x)" $'get\nhost' 'get ' ''; do
    about "operation ${operation:0:20}"
    [ -n "$operation" ] || continue
    call git-credential-sase "$operation"
    expect_silence
  done
  call git-credential-sase get extra
  expect_silence
  expect_counter authorize 0
}

@test "row 62: no operation at all is a usage error" {
  for program in git-credential-sase sase-credential; do
    call "$program"
    expect_failure 2 'no command is given' 'usage: sase-credential *'
  done
}

@test "row 62: suggests the nearest command when it is called by its own name" {
  ask protocol=https "host=$own_host"
  call sase-credential gett
  expect_failure 2 "unknown command 'gett'" "did you mean 'get'?"
  call sase-credential eras
  expect_failure 2 "unknown command 'eras'" "did you mean 'erase'?"
  call sase-credential tokens
  expect_failure 2 "unknown command 'tokens'" "did you mean 'token'?"
  call sase-credential $'a\nb\033[2J'
  expect_failure 2 "unknown command 'a\\\\x0ab\\\\x1b\[2J'"
  call sase-credential get extra
  expect_failure 2 '*takes no operand*'
  expect_counter authorize 0
}

@test "row 63: 'capability' waits for no input" {
  mkfifo "$BATS_TEST_TMPDIR/pipe"
  exec 8<>"$BATS_TEST_TMPDIR/pipe"
  code=0
  timeout 5 git-credential-sase capability <"$BATS_TEST_TMPDIR/pipe" >"$out" 2>"$err" 8>&- || code=$?
  exec 8>&-
  expect_output $'version 0\ncapability authtype\n'

  # On a terminal without input.
  timeout 5 /usr/bin/python3 -c '
import pty, os, subprocess, sys
user, terminal = pty.openpty()
sys.exit(subprocess.run(sys.argv[1:], stdin=terminal).returncode)' \
    git-credential-sase capability >"$out" 2>"$err" || code=$?
  expect_output $'version 0\ncapability authtype\n'
}

# Ways to damage the cache file; $1 is its path.
cache_is_symlink() { mv "$1" "$home/elsewhere" && ln -s "$home/elsewhere" "$1"; }
cache_is_readable() { chmod 0644 "$1"; }
cache_is_truncated() { truncate -s 60 "$1"; }
cache_is_cut() { truncate -s -1 "$1"; }
cache_is_empty() { : >"$1"; }
cache_is_garbage() { head -c 2000 /dev/urandom >"$1"; }
cache_is_huge() { head -c 10000000 /dev/zero >"$1"; }
cache_is_json() { repeat 100000 '[' >"$1"; }
cache_is_fifo() { rm "$1" && mkfifo "$1"; }
cache_is_device() { rm "$1" && ln -s /dev/zero "$1"; }
cache_is_plain_token() { printf 'planted\n' >"$1"; }

@test "row 66: replaces a damaged cache file with at most one warning" {
  tries 6
  # The file is encrypted, so that a token with control bytes cannot be planted; the unit tests of the encryption cover it.
  local damage
  for damage in symlink readable truncated cut empty garbage huge json fifo device plain_token; do
    about "cache file: $damage"
    anew
    ask protocol=https "host=$own_host"
    call git-credential-sase get
    expect_password
    local first=$token

    "cache_is_$damage" "$(cache_file)"
    call timeout 8 git-credential-sase get
    [ ! -s "$err" ] || expect_warning '?*'
    : >"$err"
    expect_password
    [ "$token" != "$first" ] || refute 'a damaged cache file was used'
    first=$token

    call git-credential-sase get
    expect_password
    expect_equal "$token" "$first" token
    expect_counter authorize 2
  done
}

@test "row 66: ignores a cache file of another user" {
  tries 6
  needs_root
  row 66 T 'protocol=https\nhost={H}\n\n'
  local first=$token
  chown 65534 "$(cache_file)"
  call git-credential-sase get
  [ ! -s "$err" ] || expect_warning '?*'
  : >"$err"
  expect_password

  [ "$token" != "$first" ] || refute 'the file of another user was used'
}

@test "row 66: a cache directory that others can write is not used" {
  tries 6
  row 66 T 'protocol=https\nhost={H}\n\n'
  local first=$token
  chmod 0777 "$state"
  call git-credential-sase get
  expect_warning "*open to other users*"
  : >"$err"
  expect_password
  [ "$token" != "$first" ] || refute 'a directory that all users can write was used'
}

@test "row 66: a cache directory that is a symbolic link is not used" {
  tries 6
  mkdir "$home/elsewhere"
  ln -s "$home/elsewhere" "$state"
  row_with_warning
  [ -z "$(ls -A "$home/elsewhere")" ] || refute 'a token was written through a symbolic link'
}

@test "row 66: a cache directory of another user is not used" {
  tries 6
  needs_root
  mkdir -m 700 "$state"
  chown 65534 "$state"
  row_with_warning
  [ -z "$(ls -A "$state")" ] || refute "a token was written into another user's directory"
}

row_with_warning() {
  ask protocol=https "host=$own_host"
  call git-credential-sase get
  expect_warning '?*'
  : >"$err"
  expect_password
}

@test "row 68: does not return a token that is about to expire" {
  tries 2
  fault lifetime=10m
  call sase-credential token
  expect_token
  local first=$token

  fault lifetime=40m
  call sase-credential --min-ttl 30m token
  expect_token

  [ "$token" != "$first" ] || refute 'a token below min-ttl was returned'
  expect_counter authorize 2
}

@test "row 68: does not return a token that expired during suspend" {
  tries 2
  # A time namespace moves the boot clock, as a suspend does. Setting the wall clock would affect the whole machine, and
  # faketime does not affect a static program, so the unit tests of the clock cover that.
  needs_time_namespaces
  call sase-credential token
  expect_token
  local first=$token

  later 3000 sase-credential token
  expect_token
  expect_equal "$token" "$first" 'token after 50 minutes'

  later 3590 sase-credential token
  expect_token
  [ "$token" != "$first" ] || refute 'an expired token was returned'
}

@test "row 70: key and token are in no command line and no environment" {
  tries 7
  printf '%s\n' "$key" >"$home/key"
  unset SASE_API_KEY
  export SASE_API_KEY_FILE=$home/key
  ask protocol=https "host=$own_host"
  traced "$home/trace" execve git-credential-sase get
  expect_password

  grep -q 'libexec/sase-credential/authorize' "$home/trace" || refute 'the authorizer does not show in the trace'
  ! grep -qF -e "$key" -e "$token" "$home/trace" || refute 'a secret in a command line or an environment'
}

@test "row 70: the authorizer inherits no variable with an API key" {
  tries 7
  export CHECKPOINT_SASE_API_KEY=$key PERIMETER81_API_KEY=$key HARMONYSASE_API_KEY=$key
  ask protocol=https "host=$own_host"
  traced "$home/trace" execve git-credential-sase get
  expect_password

  ! grep 'libexec/sase-credential/authorize' "$home/trace" | grep -qF -e "$key" ||
    refute "a key in the authorizer's environment"
}

@test "row 70: the authorizer does not inherit the variable that 'api-key-env' names" {
  tries 7
  export TENANT_SECRET=$key
  unset SASE_API_KEY
  ask protocol=https "host=$own_host"
  traced "$home/trace" execve git-credential-sase --api-key-env TENANT_SECRET get
  expect_password

  ! grep 'libexec/sase-credential/authorize' "$home/trace" | grep -qF -e "$key" ||
    refute "the key in the authorizer's environment"
}

@test "row 70: key and token are written to pipes and to stdout alone" {
  tries 7
  printf '%s\n' "$key" >"$home/key"
  unset SASE_API_KEY
  export SASE_API_KEY_FILE=$home/key
  ask protocol=https "host=$own_host"
  traced "$home/trace" all git-credential-sase get
  expect_password

  # Every call that holds a secret, by what it does; strace -y shows what a descriptor is.
  grep -F -e "$key" -e "$token" "$home/trace" | sed -E 's/^([a-z0-9]+)\([0-9]+<([^>[]*).*/\1 \2/' |
    sort -u >"$home/seen"
  printf '%s\n' "read $home/key" 'read pipe:' "write $out" 'write pipe:' | sort >"$home/allowed"
  expect_equal "$(<"$home/seen")" "$(<"$home/allowed")" 'calls that hold a secret'
}

@test "row 70: a debugging git shows no token" {
  # The helper's stderr goes to the terminal as it is, so it must be empty whatever the host's variables say.
  export GIT_TRACE=1 GIT_CURL_VERBOSE=1 GIT_TRACE_REDACT=0 DEBUG=1 VERBOSE=1
  row 70 T 'protocol=https\nhost={H}\n\n'
}
