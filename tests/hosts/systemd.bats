#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The unit of install/systemd. A container does not run systemd, so systemd-analyze checks the unit, and the test runs its
# command as the unit would: with its arguments, variables, credentials and notification socket.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # words for eval; bats runs each test in a subshell; variables of end_to_end.bash
load ../support/watching
load ../support/hosts

setup() {
  set_up_test
  unit=$source_root/install/systemd/sase-credential-watch@.service
  mkdir -p "$home/unit" "$home/run" "$home/keys"
  sed "s|/usr/bin/|$build/bin/|" "$unit" >"$home/unit/sase-credential-watch@.service"
  mkdir "$home/credentials" "$home/cache"
  printf '%s\n' "$key" >"$home/credentials/sase-api-key"
  meant_to_hold_secrets "$home/credentials" "$home/run/token" "$home/run/header"
  # A service of it, for the profile default.
  as_the_unit=(env -u SASE_API_KEY -u XDG_RUNTIME_DIR -u HOME --default-signal=INT
    CREDENTIALS_DIRECTORY="$home/credentials" XDG_CACHE_HOME="$home/cache" RUNTIME_DIRECTORY="$home/run")
}

# all_of NAME: the values that the unit gives it.
all_of() { sed -n "s/^$1=//p" "$unit"; }

# Its command, with what systemd puts into it.
command_of_unit() { all_of ExecStart | sed "s|/usr/bin/|$build/bin/|; s|%i|default|; s|\${RUNTIME_DIRECTORY}|$home/run|"; }

@test "systemd-analyze accepts the unit and rates its exposure low" {
  command -v systemd-analyze >"$home/tmp/found" || skip 'needs systemd-analyze'
  call systemd-analyze verify --man=no "$home/unit/sase-credential-watch@default.service"
  expect_code 0
  ! grep 'sase-credential-watch' "$err" || refute 'systemd complains'
  call systemd-analyze security --offline=true --threshold=20 "$home/unit/sase-credential-watch@default.service"
  expect_code 0
}

@test "the unit's command keeps a token file, with the key from its credential" {
  start_manager
  file=$home/run/token
  read -ra words <<<"$(command_of_unit)"
  "${as_the_unit[@]}" "${words[@]}" >"$out" 2>"$err" 3>&- 4>&- &
  watcher=$!
  servers+=("$watcher")
  until_true is_told READY=1
  expect_equal "$(stat -c %a "$file")" 640 mode
  call bash -c 'curl -q -sSf --cacert "$1" -H @<(printf "Authorization: Bearer " && cat "$2") "$3/api/rest/v1/users"' sh \
    "$sandbox/ca.pem" "$file" "$url"
  expect_code 0
  sase-credential watch --once --format header "$home/run/header"
  call env CURL_CA_BUNDLE="$sandbox/ca.pem" bash -euc "$(recipe systemd/README.md 2 | sed "s|/run/sase-credential-watch/default|$home/run|")"
  expect_code 0
  expect_equal "$(jq .page "$out")" 1 page
  used systemd "$(systemctl --version | awk 'NR == 1 { print $2 }')" 'the command of the unit, its credential and its socket'
  : >"$out"
  expect_stop
}

@test "the programs use no system call, socket or memory that the unit forbids" {
  command -v systemd-analyze >"$home/tmp/found" || skip 'needs systemd-analyze'
  read -ra words <<<"$(command_of_unit)"
  code=0
  "${as_the_unit[@]}" strace -f -qq -e signal=none -o "$home/trace" "${words[@]}" --once 2>"$err" || code=$?
  expect_code 0
  expand_set() { systemd-analyze syscall-filter "$1" | sed -nE 's/^ +([@a-z0-9_-]+).*/\1/p' | while read -r name; do
    case $name in @*) expand_set "$name" ;; *) echo "$name" ;; esac
  done; }
  expand_set @system-service | sort -u >"$home/tmp/allowed"
  { expand_set @privileged; expand_set @resources; } | sort -u >"$home/tmp/forbidden"
  { comm -23 "$home/tmp/allowed" "$home/tmp/forbidden"; all_of SystemCallFilter | sed -n '3s/ /\n/gp'; } | sort -u >"$home/tmp/left"
  sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' "$home/trace" | sort -u >"$home/tmp/called"
  [ "$(wc -l <"$home/tmp/called")" -gt 30 ] || refute 'the trace is short'
  expect_equal "$(comm -23 "$home/tmp/called" "$home/tmp/left" | tr '\n' ' ')" '' 'calls that are not allowed'
  expect_equal "$(sed -nE 's/.* socket\((AF_[A-Z0-9]+).*/\1/p' "$home/trace" | sort -u | grep -vxE "$(all_of RestrictAddressFamilies | tr ' ' '|')" || true)" '' 'sockets'
  ! grep -E 'PROT_[A-Z|_]*WRITE[A-Z|_]*EXEC' "$home/trace" || refute 'memory that is both'
}

@test "without its credential the command reports that and ends" {
  read -ra words <<<"$(command_of_unit)"
  call "${as_the_unit[@]}" env -u CREDENTIALS_DIRECTORY "${words[@]}"
  expect_failure 4 'no API key for the profile *'
}
