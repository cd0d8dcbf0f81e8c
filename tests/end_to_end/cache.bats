#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What is kept on disk: sealed, private, bound to what it was got with, and dispensable (CONTRACT section 7, promises
# 3, 4 and 6). Spoilt files and directories are row 66 in hostile.bats.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

get_token() {  # PROGRAM_FLAG...
  call sase-credential "$@" token
  expect_token
}

# The file that holds the token: the largest one.
cache_file() { find "$state" -type f ! -name "*.lock" -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2-; }

expect_new() { [ "$token" != "$1" ] || refute 'expected another token'; }

@test "nothing below the home holds the token or the key" {
  tries 4
  get_token
  local first=$token
  [ -s "$(cache_file)" ] || refute 'there is no cache file'
  ! grep -rqF -e "$key" -e "$token" -e eyJ "$home" || refute 'a secret lies on disk'
  ! grep -rqF -e "$(printf '%s' "$token" | base64 -w 0 | cut -c 1-60)" "$home" || refute 'the token lies on disk, encoded'
  ! find "$home" | grep -qF eyJ || refute 'a secret in a file name'

  get_token
  expect_equal "$token" "$first" token
}

@test "directories are 0700 and files 0600, under any umask, from birth" {
  tries 4
  umask 0
  traced "$home/trace" openat,open,creat,mkdir,mkdirat,mknodat sase-credential token
  expect_token
  expect_equal "$(find "$state" -type d ! -perm 0700)" '' 'directories of another mode'
  expect_equal "$(find "$state" -type f ! -perm 0600)" '' 'files of another mode'
  expect_equal "$(grep -F "$state" "$home/trace" | grep -E 'mkdir|O_CREAT' | grep -vE 'mkdir.*, 0700\)|, 0600\)' || true)" '' \
    'calls that make a file or directory with another mode'
  grep -F "$state" "$home/trace" | grep -qE 'O_CREAT.*, 0600\)' || refute 'no file was made'
}

@test "missing parent directories are made, 0700" {
  tries 4
  umask 0
  unset XDG_RUNTIME_DIR
  XDG_CACHE_HOME=$home/a/b get_token
  expect_equal "$(find "$home/a" -type d ! -perm 0700)" '' 'directories of another mode'
}

@test "the cache is below XDG_RUNTIME_DIR, else XDG_CACHE_HOME, else HOME/.cache; relative values are ignored" {
  export XDG_CACHE_HOME=$home/cache
  get_token
  [ -d "$XDG_RUNTIME_DIR/sase-credential" ] && [ ! -e "$home/cache" ] || refute 'expected XDG_RUNTIME_DIR'
  XDG_RUNTIME_DIR='' get_token
  [ -d "$home/cache/sase-credential" ] && [ ! -e "$home/.cache" ] || refute 'expected XDG_CACHE_HOME'
  cd "$home"
  XDG_RUNTIME_DIR=runtime XDG_CACHE_HOME=./cache get_token
  [ -d "$home/.cache/sase-credential" ] || refute 'expected HOME/.cache'
  expect_counter authorize 3
}

# expect_cached_below DIRECTORY: two calls, one request, no message, and DIRECTORY holds the state.
expect_cached_below() {
  anew
  get_token
  expect_no_message
  local first=$token
  get_token
  expect_no_message
  expect_equal "$token" "$first" token
  expect_counter authorize 1
  [ -d "$1/sase-credential" ] || refute "expected the cache below $1"
  rm -rf "$1/sase-credential"
}

# The next place is $home/.cache, or what XDG_CACHE_HOME says.
expect_runtime_directory_skipped() {
  expect_cached_below "$home/.cache"
  XDG_CACHE_HOME=$home/cache expect_cached_below "$home/cache"
}

@test "an XDG_RUNTIME_DIR that does not exist is skipped, and not made" {
  tries 6
  # After su, in cron jobs and containers it is that of another session.
  export XDG_RUNTIME_DIR=$home/run/user/1000
  expect_runtime_directory_skipped
  [ ! -e "$home/run" ] || refute 'the directory was made'
}

@test "an XDG_RUNTIME_DIR that is no directory, or open to others, is skipped" {
  tries 6
  export XDG_RUNTIME_DIR=$home/else
  : >"$home/else"
  expect_runtime_directory_skipped
  rm "$home/else"
  mkdir "$home/else"
  chmod 0777 "$home/else"
  expect_runtime_directory_skipped
  chmod 1777 "$home/else"
  expect_runtime_directory_skipped
  expect_equal "$(ls -A "$home/else")" ''
}

@test "an XDG_RUNTIME_DIR of another user is skipped" {
  tries 6
  needs_root
  mkdir -m 700 "$home/else"
  chown 65534 "$home/else"
  XDG_RUNTIME_DIR=$home/else expect_runtime_directory_skipped
  expect_equal "$(ls -A "$home/else")" ''
}

# ---- never a wrong token

@test "another key, URL, api or profile is a miss" {
  tries 3
  printf '%s\nanother-key\n' "$key" >"$sandbox/keys"
  mv "$sandbox/keys" "$sandbox/api-key"
  profile default
  profile work
  get_token
  local first=$token
  SASE_API_KEY=another-key get_token
  expect_new "$first"
  SASE_URL=https://127.0.0.1:$port get_token
  expect_new "$first"
  SASE_API=v3 get_token
  expect_new "$first"
  get_token --profile work
  expect_new "$first"
  expect_counter authorize 5

  printf '%s\n' "$key" >"$sandbox/api-key"
}

@test "a key that differs in one letter does not open the cache" {
  tries 3
  get_token
  SASE_API_KEY=${key%?} call sase-credential token
  expect_failure 5 '*HTTP 401*'
  SASE_API_KEY=${key}x call sase-credential token
  expect_failure 5 '*HTTP 401*'
}

@test "one profile's file in place of another's is a miss" {
  tries 3
  profile one
  profile two
  get_token --profile one
  local first=$token file_one
  file_one=$(cache_file)
  get_token --profile two
  local file
  for file in "$state"/*; do
    [ "$file" = "$file_one" ] || [ ! -s "$file" ] || cp "$file_one" "$file"
  done

  get_token --profile two
  expect_new "$first"
  expect_counter authorize 3
}

@test "whatever byte of the cache file is changed, no wrong token is given out" {
  tries 3
  get_token
  local first=$token file size place
  file=$(cache_file)
  cp "$file" "$home/good"
  size=$(stat -c %s "$file")
  # The service rejects a new request, so that every miss shows.
  fault status=403
  for place in {0..15} 20 24 31 32 33 40 47 48 63 64 71 79 80 95 100 127 200 $((size / 2)) $((size - 100)) \
    $((size - 33)) $((size - 17)) $((size - 16)) $((size - 15)) $((size - 2)) $((size - 1)); do
    about "byte $place of $size"
    /usr/bin/python3 -c '
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[3])] ^= 1 << (int(sys.argv[3]) % 8)
open(sys.argv[2], "wb").write(data)' "$home/good" "$file" "$place"
    call sase-credential token
    [[ $code = [56] ]] || refute 'expected a miss, and no token of the service'
    expect_no_output
  done

  about 'the file as it was'
  cat "$home/good" >"$file"
  call sase-credential token
  expect_output "$first"$'\n'
}

@test "whatever the length of the cache file, no wrong token is given out" {
  tries 3
  get_token
  local first=$token file size
  file=$(cache_file)
  cp "$file" "$home/good"
  fault status=403
  for size in 0 1 8 79 80 81 96 97 500 -1 +1 +16; do
    about "size $size"
    cat "$home/good" >"$file"
    truncate -s "$size" "$file"
    call sase-credential token
    [[ $code = [56] ]] || refute 'expected a miss, and no token of the service'
    expect_no_output
  done

  cat "$home/good" >"$file"
  call sase-credential token
  expect_output "$first"$'\n'
}

# ---- without a cache

@test "cache = none keeps no token" {
  tries 4
  export SASE_CACHE=none
  get_token
  expect_no_message
  local first=$token
  get_token
  expect_new "$first"
  expect_counter authorize 2
  ! grep -rqF -e "$key" -e "$token" -e "$first" "$home" || refute 'a secret lies on disk'
  [ ! -e "$state" ] || [ "$(find "$state" -type f -size +500c ! -name "*.lock")" = '' ] || refute 'a file as large as a token'
}

@test "cache = none does not give out what an earlier call has kept" {
  tries 3
  get_token
  local first=$token
  get_token --cache none
  expect_new "$first"
}

# works_with_warning PATTERN: twice, since nothing is kept.
works_with_warning() {
  for _ in 1 2; do
    ask_password
    call git-credential-sase get
    expect_warning "$1"
    : >"$err"
    expect_password
  done
  expect_counter authorize 2
}

@test "without HOME and XDG variables: a warning, and the token" {
  tries 6
  unset HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
  works_with_warning '*XDG_RUNTIME_DIR*HOME*'
}

@test "a file in place of the directory: a warning, and the token" {
  tries 6
  echo precious >"$state"
  works_with_warning "*$state*"
  expect_equal "$(<"$state")" precious
}

@test "a file in place of the parent directory: a warning, and the token" {
  tries 6
  echo precious >"$home/file"
  unset XDG_RUNTIME_DIR
  HOME=$home/file works_with_warning "*$home/file*"
  expect_equal "$(<"$home/file")" precious
}

@test "nothing is created in another user's directory, and the token is delivered" {
  tries 6
  # So it is with sudo, which may leave HOME as it was: that user could not use or remove what root creates there.
  needs_root
  unset XDG_RUNTIME_DIR
  mkdir -m 755 "$home/alice"
  chown 65534 "$home/alice"
  HOME=$home/alice get_token
  local first=$token
  HOME=$home/alice get_token
  expect_equal "$token" "$first" 'the cached token'
  expect_equal "$(ls -A "$home/alice")" '' "what is in another user's home"
  expect_equal "$(stat -c '%u %a' /tmp/sase-credential-0)" '0 700' 'the directory of the cache'

  mkdir -m 700 "$home/alice/.cache"
  chown 65534 "$home/alice/.cache"
  anew
  HOME=$home XDG_CACHE_HOME=$home/alice/.cache/a/b works_with_warning "*$home/alice*"
  expect_equal "$(ls -A "$home/alice/.cache")" '' "what is in another user's directory"
}

@test "root with the HOME of another user, as in a container job: eight calls cost at most one request" {
  tries 1 6
  needs_root
  unset XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_HOME
  mkdir -p "$home/github/home"
  chown 1001:1001 "$home/github/home"
  # An earlier test may have left a token in the directory that they share.
  local i first
  HOME=$home/github/home get_token
  first=$token
  anew
  for i in {2..8}; do
    HOME=$home/github/home get_token
    expect_equal "$token" "$first" 'the cached token'
  done
  expect_counter authorize 0
  expect_equal "$(ls -A "$home/github/home")" '' "what is in another user's home"
}

@test "HOME=/ and a user that the container does not know: eight calls cost one request, without a warning" {
  tries 1 6
  needs_root
  command -v setpriv >/dev/null || skip 'needs setpriv'
  [ ! -e /.cache/sase-credential ] || skip 'there is a cache below /'
  unset XDG_RUNTIME_DIR XDG_CACHE_HOME XDG_CONFIG_HOME
  local i first='' state_of_user=/tmp/sase-credential-54321
  rm -rf "$state_of_user"
  export SASE_CA_FILE=/tmp/sase-ca-$port.pem
  install -m 644 "$sandbox/ca.pem" "$SASE_CA_FILE"
  for i in {1..8}; do
    HOME=/ call setpriv --reuid 54321 --regid 0 --clear-groups sase-credential token
    expect_token
    expect_no_message
    [ -z "$first" ] || expect_equal "$token" "$first" 'the cached token'
    first=$token
  done
  rm "$SASE_CA_FILE"
  expect_counter authorize 1
  expect_equal "$(stat -c '%u %a' "$state_of_user")" '54321 700' 'the directory of the cache'
  rm -rf "$state_of_user"
}

@test "a directory that cannot be written: a warning, and the token" {
  tries 6
  if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 500 "$state"
    works_with_warning "*$state*"
    return
  fi
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir -m 700 "$state"
  ask_password
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --mount sh -euc 'mount -t tmpfs -o ro,mode=700 none "$1"; exec git-credential-sase get' - "$state"
  expect_warning "*$state*"
  : >"$err"
  expect_password
}

@test "a full disk: a warning, and the token" {
  tries 6
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir -m 700 "$state"
  ask_password
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --mount sh -uc '
    mount -t tmpfs -o size=8k,mode=700 none "$1" || exit 99
    dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null
    git-credential-sase get
    code=$?
    [ -z "$(find "$1" -name "*token*")" ] || exit 98
    exit $code' - "$state"
  expect_warning "*"
  : >"$err"
  expect_password
}

@test "ignores the temporary files of a killed writer" {
  tries 6
  get_token
  local first=$token file
  file=$(cache_file)
  for left in "$file.new" "$file.tmp" "$file~"; do echo half >"$left"; done
  rm "$file"

  get_token
  expect_no_message
  expect_new "$first"
  first=$token
  get_token
  expect_equal "$token" "$first" token
}
