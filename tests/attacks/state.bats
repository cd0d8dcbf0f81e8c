#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Another user controls a directory on the path of the cache, the request log, the lock, the wrapping key or the trace, and
# could put a directory of an earlier time in the place of the present one. Such a path is not used: one warning, and the
# token is delivered.

# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/users

promises=6

# expect_delivery FILE...: the last call delivered a token with one warning, and created none of these files.
expect_delivery() {
  local file
  expect_token
  expect_equal "$(grep -c 'sase-credential: warning: ' "$err")" 1 'warnings'
  for file; do
    [ ! -e "$file" ] || refute "'$file' was created"
  done
}

@test "stores no token in the directory of another user, but in one of its own in /tmp" {
  need_users
  local shared=$home/shared first
  mkdir "$shared"
  chown sase-mallory "$shared"
  chmod 777 "$shared"
  call as_user sase-alice env "XDG_CACHE_HOME=$shared" sase-credential token
  expect_token
  expect_no_message
  first=$token
  call as_user sase-alice env "XDG_CACHE_HOME=$shared" sase-credential token
  expect_token
  expect_equal "$token" "$first" 'the cached token'
  [ ! -e "$shared/sase-credential" ] || refute 'the cache is in the directory of another user'
  expect_equal "$(stat -c '%U %a' "/tmp/sase-credential-$(id -u sase-alice)")" 'sase-alice 700' 'the directory of the cache'
}

@test "uses no cache that another user could have replaced, but one in /tmp" {
  need_users
  local shared=$home/shared
  mkdir "$shared"
  chmod 1777 "$shared"
  call as_user sase-alice env "XDG_CACHE_HOME=$shared" sase-credential token
  expect_token
  expect_no_message
  local first=$token
  call as_user sase-alice env "XDG_CACHE_HOME=$shared" sase-credential token
  expect_token
  expect_equal "$token" "$first" 'token below a sticky directory'
  chmod 777 "$shared"
  anew
  call as_user sase-alice env "XDG_CACHE_HOME=$shared" sase-credential token
  expect_token
  expect_no_message
  [ "$token" != "$first" ] || refute 'the token came from the cache'
}

@test "stores no wrapping key below a directory that another user can write" {
  need_users
  local shared runtime
  shared=$(mktemp -d /dev/shm/sase-attack.XXXXXX) runtime=$shared/runtime
  mkdir "$runtime"
  chown sase-alice:sase-alice "$runtime"
  chmod 700 "$runtime"
  chmod 777 "$shared"
  call as_user sase-alice env -u SASE_API_KEY "XDG_RUNTIME_DIR=$runtime" \
    sase-credential --api-key-command "echo $key" token
  find "$runtime" -mindepth 1 >"$home/created"
  rm -rf "$shared"
  expect_token
  expect_equal "$(<"$home/created")" '' 'files'
}

@test "writes no trace below a directory that another user can write" {
  need_users
  local shared=$home/shared
  mkdir "$shared"
  chown sase-mallory "$shared"
  chmod 777 "$shared"
  call as_user sase-alice env "SASE_TRACE=$shared/trace" sase-credential token
  expect_delivery "$shared/trace"
}

@test "doctor names the chmod that makes the state directory safe" {
  local shared=$home/shared
  mkdir -p "$shared/sase-credential"
  chmod 777 "$shared/sase-credential"
  call env -u XDG_RUNTIME_DIR "XDG_CACHE_HOME=$shared" sase-credential doctor
  expect_code 7
  grep -q "chmod go-rwx $shared/sase-credential" "$out" || refute 'no remedy'
  chmod go-rwx "$shared/sase-credential"
  call env -u XDG_RUNTIME_DIR "XDG_CACHE_HOME=$shared" sase-credential doctor
  expect_code 0
}
