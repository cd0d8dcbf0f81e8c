#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Promise 6 of CONTRACT section 7: whatever is wrong with the place of the cache, the host has its token, a person has one
# line with the remedy, the next call works as well, and after the repair nothing else is to be done.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

setup() {
  set_up_test
  space=''
}

teardown() {
  [ -z "$space" ] || kill "$space"
  # An immutable file cannot be removed.
  chattr -R -i "$state" 2>/dev/null || true
  tear_down_test
}

# A host's call.
get_password() {  # PREFIX...
  ask_password
  call "$@" git-credential-sase get
}

# expect_trouble PATTERN [PREFIX...]: two calls that each say this in one line, and get their token.
expect_trouble() {
  local pattern=$1
  shift
  for _ in 1 2; do
    forgive
    get_password "$@"
    expect_warning "$pattern"
    : >"$err"
    expect_password
  done
}

# expect_one_warning PATTERN [PREFIX...]: a call that prints this and repairs it; the next one is answered from the cache.
expect_one_warning() {
  forgive
  get_password "${@:2}"
  expect_warning "$1"
  : >"$err"
  expect_password
  expect_warm "${@:2}"
}

# expect_warm [PREFIX...]: the same token, without a request or a message.
expect_warm() {
  local before=$token requests
  requests=$(counter authorize)
  get_password "$@"
  expect_password
  expect_equal "$token" "$before" token
  expect_counter authorize "$requests"
}

# expect_repaired [PREFIX...]: a call gets a token without a message, and the next one has it from the cache.
expect_repaired() {
  forgive
  get_password "$@"
  expect_password
  expect_warm "$@"
}

# token_file: where the token is kept; one is got first.
token_file() {
  get_password
  expect_password
  file=$(find "$state" -name '*.token')
  [ -f "$file" ] || refute 'expected the file of a token'
}

# ---- the directory

@test "a file, a link or a loop of links in the directory's place" {
  echo precious >"$state"
  expect_trouble "*'$state' is not a directory; remove it"
  expect_equal "$(<"$state")" precious
  rm "$state"
  expect_repaired

  rm -r "$state"
  mkdir "$home/elsewhere"
  ln -s "$home/elsewhere" "$state"
  expect_trouble "*'$state' is a link; remove it"
  expect_equal "$(ls -A "$home/elsewhere")" '' 'what was written through the link'
  rm "$state"
  expect_repaired

  rm -r "$state"
  ln -s "$state" "$state"
  expect_trouble "*'$state' is a link; remove it"
  rm "$state"
  expect_repaired
}

@test "a directory that others can enter, read or write" {
  local mode
  mkdir "$state"
  for mode in 0701 0710 0740 0777; do
    about="mode $mode"
    chmod "$mode" "$state"
    expect_trouble "*'$state' is open to other users; chmod go-rwx it"
    expect_equal "$(ls -A "$state")" '' 'what was written there'
  done
  about=''
  chmod 0700 "$state"
  expect_repaired
}

@test "another user's directory" {
  needs_root
  mkdir -m 700 "$state"
  chown 65534 "$state"
  expect_trouble "*'$state' belongs to another user"
  expect_equal "$(ls -A "$state")" '' 'what was written there'
  chown 0 "$state"
  expect_repaired
}

# A mount namespace that lasts as long as the test; `inside` runs a command in it, with a file system of its own at the
# place of the state.
needs_space() {  # MOUNT_OPTIONS
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir -m 700 "$state"
  unshare --mount sleep 600 3>&- 4>&- &
  space=$!
  wait_until space_is_separate
  inside mount -t tmpfs -o "$1" none "$state"
}
space_is_separate() { [ "$(readlink "/proc/$space/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]; }
inside() { nsenter --target "$space" --mount -- "$@"; }

@test "a directory that cannot be written" {
  if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 500 "$state"
    expect_trouble "*'$state/*': Permission denied"
    chmod 700 "$state"
    expect_repaired
    return
  fi
  needs_space ro,mode=700
  expect_trouble "*'$state/*': Read-only file system" inside
  inside mount -o remount,rw "$state"
  expect_repaired inside
}

@test "a directory that becomes read-only: what is kept there is good for as long as it lives" {
  needs_space mode=700
  fault lifetime=10m
  get_password inside
  expect_password
  local first=$token
  inside mount -o remount,ro "$state"
  expect_warm inside

  export SASE_MIN_TTL=20m
  fault lifetime=60m
  expect_trouble "*'$state/*': Read-only file system" inside
  [ "$token" != "$first" ] || refute 'a token with too little time left was given out'
  inside mount -o remount,rw "$state"
  expect_repaired inside
}

@test "a full disk" {
  needs_space size=8k,mode=700
  inside dd if=/dev/zero of="$state/filler" bs=4096 2>/dev/null || true
  expect_trouble "*'$state/*': No space left on device" inside
  expect_equal "$(inside find "$state" -name '*.token*')" '' 'files of tokens, or pieces of such'
  inside rm "$state/filler"
  expect_repaired inside
}

@test "a disk without a place for one more file" {
  needs_space nr_inodes=2,mode=700
  expect_trouble "*'$state/*': No space left on device" inside
  inside mount -o remount,nr_inodes=100 "$state"
  expect_repaired inside
}

@test "a directory that cannot be changed" {
  needs_root
  mkdir -m 700 "$state"
  chattr +i "$state" 2>/dev/null || skip 'needs a file system with chattr +i'
  expect_trouble "*'$state/*': Operation not permitted"
  chattr -i "$state"
  expect_repaired
}

@test "no directory at all: none of the variables is set, or leads to a place for one" {
  local words='no place for the cache: *XDG_RUNTIME_DIR*XDG_CACHE_HOME*HOME*; set one*'
  unset HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
  expect_trouble "$words"
  HOME='' expect_trouble "$words"
  HOME=relative XDG_CACHE_HOME=./cache expect_trouble "$words"
  HOME=/proc/none expect_trouble "*'/proc/none'*: No such file or directory"
  HOME=/dev/null expect_trouble "*'/dev/null/.cache*': Not a directory"
  ln -s "$home/nowhere" "$home/dangling"
  HOME=$home/dangling expect_trouble "*'$home/dangling/.cache': No such file or directory"
  mkdir "$home/nowhere"
  HOME=$home/dangling expect_repaired
}

@test "XDG_RUNTIME_DIR cannot be written: a warning, and not another directory in silence" {
  # Which directory it is must not depend on how well one is, or calls would not find each other's tokens.
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  XDG_RUNTIME_DIR=$home/run
  mkdir "$XDG_RUNTIME_DIR"
  state=$XDG_RUNTIME_DIR
  rmdir "$state"
  needs_space ro,mode=700
  expect_trouble "*'$XDG_RUNTIME_DIR/sase-credential': Read-only file system" inside
  [ ! -e "$home/.cache" ] || refute 'another directory was taken'
  inside mount -o remount,rw "$state"
  expect_repaired inside
}

# ---- the token's file

# expect_replaced PATTERN WHAT...: what is put in the place of the token's file is not believed and is replaced.
expect_replaced() {
  anew
  token_file
  local first=$token
  rm "$file"
  "${@:2}"
  about=${*:2}
  expect_one_warning "$1" timeout 8
  [ "$token" != "$first" ] || refute 'expected another token'
  [[ -f $file && ! -L $file ]] || refute 'expected a file again'
}

put_another_users_file() {
  echo planted >"$file"
  chown 65534 "$file"
}
put_open_file() {
  echo planted >"$file"
  chmod 644 "$file"
}

@test "a foreign file in the place of the token's is replaced at once" {
  token_file
  expect_replaced "*'$file' is not a file; remove it" mkfifo "$file"
  expect_replaced "*'$file' is a link; remove it" ln -s /dev/zero "$file"
  expect_replaced "*'$file' is a link; remove it" ln -s "$home/nowhere" "$file"
  expect_replaced "*'$file' is open to other users; chmod go-rwx it" put_open_file
  [ "$(id -u)" -ne 0 ] || expect_replaced "*'$file' belongs to another user" put_another_users_file
  [ "$(id -u)" -ne 0 ] || expect_replaced "*'$file' is not a file; remove it" mknod -m 600 "$file" c 1 5
}

@test "a directory in the place of the token's file, or of the one that is to replace it" {
  token_file
  rm "$file"
  mkdir "$file"
  expect_trouble "*'$file' is not a file; remove it"
  rmdir "$file"
  expect_repaired

  rm "$file"
  mkdir "$file.new"
  expect_trouble "*'$file.new': Is a directory"
  rmdir "$file.new"
  expect_repaired
}

@test "a token's file that cannot be changed" {
  needs_root
  export SASE_REFRESH_AHEAD=0s
  fault lifetime=10m
  token_file
  chattr +i "$file" 2>/dev/null || skip 'needs a file system with chattr +i'
  expect_warm
  export SASE_MIN_TTL=20m
  fault lifetime=60m
  expect_trouble "*'$file': Operation not permitted"
  expect_equal "$(find "$state" -name '*.new')" '' 'files that were to replace it'
  chattr -i "$file"
  expect_repaired
}

@test "a token's file that cannot be read" {
  token_file
  for error in EIO EACCES ESTALE; do
    about=$error
    rm -f "$file"
    forgive
    get_password
    expect_password
    ask_password
    injected pread64 "error=$error" -P "$file" git-credential-sase get
    expect_warning '*cannot read the cached token: *'
    : >"$err"
    expect_password
    expect_warm
  done
}

# ---- the lock

@test "a file system without locks: a warning for who asks anew, and the cache works" {
  local error
  for error in EOPNOTSUPP ENOLCK ENOSYS EIO; do
    about=$error
    anew
    ask_password
    injected flock "error=$error" git-credential-sase get
    expect_warning "*cannot lock '$state/*.lock'; is it on a network file system?: *"
    : >"$err"
    expect_password
    local first=$token
    injected flock "error=$error" git-credential-sase get
    expect_password
    expect_equal "$token" "$first" token
    expect_counter authorize 1
  done
}

# expect_lock_trouble PATTERN WHAT...: with this in the place of the lock's file, a call that asks anew says so.
expect_lock_trouble() {
  anew
  token_file
  local lock
  lock=$(find "$state" -name '*.lock')
  about=${*:2}
  rm "$lock" "$file"
  "${@:2}" "$lock"
  expect_one_warning "$1"
  rm -r "$lock" "$file"
  expect_repaired
}

put_open_lock() {
  : >"$1"
  chmod 666 "$1"
}
put_another_users_lock() {
  : >"$1"
  chown 65534 "$1"
}

@test "a foreign file in the place of the lock" {
  expect_lock_trouble "*.lock': Is a directory" mkdir
  expect_lock_trouble "*.lock' is not a file; remove it" mkfifo
  expect_lock_trouble "*.lock' is a link; remove it" ln -s "$home/nowhere"
  [ ! -e "$home/nowhere" ] || refute 'a lock was made through a link'
  expect_lock_trouble "*.lock' is open to other users; chmod go-rwx it" put_open_lock
  [ "$(id -u)" -ne 0 ] || expect_lock_trouble "*.lock' belongs to another user" put_another_users_lock
}

# ---- and 'erase', which has nothing to say to the host either

@test "'erase' in a place that cannot be used: a warning, and success" {
  token_file
  chmod 0777 "$state"
  ask protocol=https "host=$host" "password=$token"
  call git-credential-sase erase
  expect_no_output
  expect_warning "*'$state' is open to other users; chmod go-rwx it"
}
