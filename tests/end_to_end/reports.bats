#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Situations from public reports about other credential helpers and command line programs: tests/REPORTS.md names the
# threads. Situations that have a test elsewhere are not repeated here.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/users

promises='2 6'

setup() { set_up_test; }

# with_key TEXT: a call with this text as the key, and without an earlier token.
with_key() {
  about=$(printf '%q' "${1//[a-zA-Z_.-]/}")
  anew
  call env SASE_API_KEY="$1" sase-credential token
}

@test "a key with the line end of a Secret, an editor or a file from Windows is used" {
  local key_with_end
  for key_with_end in "$key"$'\n' "$key"$'\r\n' "$key"$'\r'; do
    with_key "$key_with_end"
    expect_token
  done
}

@test "a key that was wrapped, or has invisible characters in it, is not sent" {
  local broken
  # A line end, a zero width space and a no-break space.
  for broken in $'\n' $'\xe2\x80\x8b' $'\xc2\xa0'; do
    broken=${key:0:40}$broken${key:40}
    with_key "$broken"
    expect_failure 4 '*SASE_API_KEY*' '?*'
    expect_counter authorize 0
  done
}

@test "a notice or a color code in the output of a password manager is not sent as a key" {
  local command
  printf '%s\n' "$key" >"$home/key"
  for command in "echo 'Unlocking the vault...'; cat $home/key" "printf '\\033[32m%s\\033[0m' x"; do
    about=$command
    anew
    call env -u SASE_API_KEY sase-credential token --api-key-command "$command"
    expect_failure 4 '*command*' '?*'
    expect_counter authorize 0
  done
}

@test "an empty secret counts as none" {
  call env SASE_API_KEY= sase-credential token
  expect_failure 4 'no API key *' '*SASE_API_KEY*'
  call env SASE_API_KEY= PERIMETER81_API_KEY="$key" sase-credential token
  expect_token
}

# ---- keys as platforms mount them

# In a new mount namespace: $1 is a memory file system with the key as a Secret volume has it, in a directory of its
# version that links lead to.
# shellcheck disable=SC2016 # for the shell in the namespace
volume='set -eu
  volume=$1 key=$2 mode=$3 group=$4 file_mode=$5 file_owner=$6 user=$7 groups=$8
  shift 8
  mount -t tmpfs -o mode=755 tmpfs "$volume"
  mkdir "$volume/..2026_11_28"
  install -m "$file_mode" -o "${file_owner%:*}" -g "${file_owner#*:}" "$key" "$volume/..2026_11_28/api-key"
  ln -s ..2026_11_28 "$volume/..data"
  ln -s ..data/api-key "$volume/api-key"
  chgrp "$group" "$volume" "$volume/..2026_11_28"
  chmod "$mode" "$volume"
  chmod 755 "$volume/..2026_11_28"
  exec setpriv --reuid "$user" --regid "${groups%%,*}" --groups "$groups" env -u SASE_API_KEY -u XDG_CONFIG_HOME \
    -u XDG_RUNTIME_DIR -u TMPDIR "$@"'

# mounted_key MODE GROUP FILE_MODE FILE_OWNER GROUPS: a call of sase-alice, who is in these groups.
mounted_key() {
  about=$*
  anew
  rm -rf "$home/sase-alice"
  call unshare --mount sh -c "$volume" - "$home/volume" "$home/key" "${@:1:4}" sase-alice "$5" \
    HOME="$(user_home sase-alice)" sase-credential token --api-key-file "$home/volume/api-key"
}

needs_volumes() {
  need_users
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir -m 755 "$home/volume"
  printf '%s' "$key" >"$home/key"
  alice=$(id -u sase-alice)
}

@test "a key in a Kubernetes volume: the default mode, fsGroup, an arbitrary user, a projected file" {
  needs_volumes
  while read -r mode group file_mode owner groups; do
    mounted_key "$mode" "$group" "$file_mode" "${owner/alice/$alice}" "${groups/alice/$alice}"
    expect_token
    expect_no_message
  done <<'TABLE'
1777 0    0644 0:0     alice
3777 2000 0440 0:2000  alice,2000
3777 2000 0640 0:2000  alice,2000
3777 0    0440 0:0     0
1777 0    0600 alice:0 alice
TABLE
}

@test "a key in a volume that this user may not read: one message, a hint, and no request" {
  needs_volumes
  while read -r mode group file_mode owner groups; do
    mounted_key "$mode" "$group" "$file_mode" "$owner" "${groups/alice/$alice}"
    expect_failure 4 "cannot use the API key *'$home/volume/*api-key'*" '?*'
    expect_counter authorize 0
  done <<'TABLE'
1777 0    0400 0:0      alice
3777 2000 0440 0:2000   alice
1777 0    1130 0:0      alice
1777 0    0640 100:1000 alice
TABLE
}

@test "a systemd credential that an access control list gives to the user of the service" {
  needs_volumes
  # shellcheck disable=SC2016 # for the shell in the namespace
  call unshare --mount sh -euc '
    volume=$1 user=$3
    mount -t tmpfs -o mode=500 tmpfs "$volume"
    install -m 400 "$2" "$volume/sase-api-key"
    /usr/bin/python3 -c "
import os, struct, sys
for path, rights in ((sys.argv[1], 5), (sys.argv[1] + \"/sase-api-key\", 4)):
    entries = ((1, rights, -1), (2, rights, int(sys.argv[2])), (4, 0, -1), (16, rights, -1), (32, 0, -1))
    os.setxattr(path, \"system.posix_acl_access\",
                struct.pack(\"<I\", 2) + b\"\".join(struct.pack(\"<HHi\", *entry) for entry in entries))" "$volume" "$user"
    mount -o remount,ro "$volume"
    shift 3
    exec setpriv --reuid "$user" --regid "$user" --clear-groups env -u SASE_API_KEY -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR \
      -u TMPDIR CREDENTIALS_DIRECTORY="$volume" "$@"' - "$home/volume" "$home/key" "$alice" \
    HOME="$(user_home sase-alice)" sase-credential token
  expect_token
  expect_no_message
}

@test "a key from a process substitution, a pipe and a here-string" {
  local line
  # shellcheck disable=SC2016 # for the shell that runs the call
  for line in '<(cat "$1")' '/dev/stdin < <(cat "$1")' '/dev/stdin <<<"$(cat "$1")"'; do
    about=$line
    anew
    printf '%s\n' "$key" >"$home/key"
    call env -u SASE_API_KEY bash -c "sase-credential token --api-key-file $line" - "$home/key"
    expect_token
  done
}

@test "with the HOME of another user, as after su, the calls share one authorization" {
  need_users
  chmod 755 "$(user_home sase-mallory)"
  rm -rf "/tmp/sase-credential-$(id -u sase-alice)"
  for _ in 1 2 3; do
    call as_user sase-alice env HOME="$home/sase-mallory" sase-credential token
    expect_token
    expect_no_message
  done
  expect_counter authorize 1
  rm -rf "/tmp/sase-credential-$(id -u sase-alice)"
}

@test "in a home directory of the group root, as OpenShift makes them, the calls share one authorization" {
  need_users
  mkdir -m 770 "$home/openshift"
  chown "$(id -u sase-alice):0" "$home/openshift"
  for _ in 1 2; do
    call setpriv --reuid "$(id -u sase-alice)" --regid 0 --clear-groups \
      env -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR -u TMPDIR HOME="$home/openshift" sase-credential token
    expect_token
    expect_no_message
  done
  expect_counter authorize 1
}

@test "without HOME, USER and LOGNAME, as under cron and systemd, the token" {
  call env -u HOME -u USER -u LOGNAME -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR sase-credential token
  expect_token
  expect_no_message
}

@test "small limits on memory, locked memory, files and descriptors do not cost the token" {
  need_users
  local limit
  # Other processes of the user do not count for these.
  for limit in --memlock=0 --as=40000000 --stack=65536 --nofile=12 --cpu=2; do
    [ "$build" = "${build%sanitized}" ] || [ "$limit" != --as=40000000 ] || continue
    about=$limit
    anew
    rm -rf "$home/sase-alice"
    # bats leaves descriptors open, each version another number of them.
    # shellcheck disable=SC2016 # for the inner shell
    call as_user sase-alice sh -c 'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec "$@"' - \
      prlimit "$limit" sase-credential token
    expect_token
    expect_no_message
  done
}

@test "newer system calls that a profile of a container denies do not cost the token" {
  local name error
  for name in openat2 faccessat2 statx close_range landlock_create_ruleset memfd_secret keyctl mlock; do
    [ "$build" = "${build%sanitized}" ] || [ "$name" != mlock ] || continue
    for error in EPERM ENOSYS; do
      about="$name: $error"
      anew
      injected "$name" "error=$error" sase-credential token
      expect_token
      expect_no_message
    done
  done
}

@test "a duration without a known unit is rejected, and the hint shows the form" {
  local duration
  for duration in 60 5min 500ms 5M '5 m' -5m; do
    about=$duration
    call sase-credential token --min-ttl "$duration"
    expect_failure 2 '*min-ttl*duration*' '*90s*'
    call env SASE_MIN_TTL="$duration" sase-credential token
    expect_failure 4 '*SASE_MIN_TTL*duration*' '*90s*'
  done
  expect_counter authorize 0
}

@test "a URL with a slash at its end or in capital letters is the same service" {
  local form
  for form in "$url/" "${url^^}"; do
    about=$form
    anew
    call env SASE_URL="$form" sase-credential token
    expect_token
  done
}

@test "a password with @, # or a backslash in HTTPS_PROXY, and a proxy of another kind" {
  start_proxy strict --password 'CORP\user:p@ss#word'
  call env NO_PROXY= HTTPS_PROXY="http://CORP\\user:p@ss#word@$proxy/" sase-credential token
  expect_token
  local kind
  for kind in "https://$proxy" "socks5h://$proxy"; do
    about=$kind
    anew
    call env NO_PROXY= HTTPS_PROXY="$kind" sase-credential token
    expect_failure 4 '*proxy is not supported*' '*http://*'
  done
}

@test "a company's certificate authority in SSL_CERT_FILE is used; without it the hint names ca-file" {
  call env -u SASE_CA_FILE SSL_CERT_FILE="$sandbox/ca.pem" sase-credential token
  expect_token
  anew
  call env -u SASE_CA_FILE REQUESTS_CA_BUNDLE="$sandbox/ca.pem" sase-credential token
  expect_failure 6 '*not trusted' '*ca-file*'
  sed 's/$/\r/' "$sandbox/ca.pem" >"$home/windows.pem"
  anew
  call env SASE_CA_FILE="$home/windows.pem" sase-credential token
  expect_token
}

@test "git's request in the forms that libraries and scripts write" {
  local request
  for request in "protocol=https\nhost=$host\npath=team/demo.git\n\n" "protocol=https\r\nhost=$host\r\n\r\n" \
    "protocol=https\nhost=${host^^}\nwwwauth[]=Basic realm=x\nwwwauth[]=Bearer\n\n" "url=https://$host/team/demo.git\n\n"; do
    about=$request
    ask_bytes "$request"
    call git-credential-sase get
    expect_password
  done
  ask protocol=https "host=${host%:*}"
  call git-credential-sase get
  expect_silence
}

@test "a failed 'doctor' ends a script that checks with it" {
  call env -u SASE_API_KEY sase-credential doctor
  expect_code 4
  call sase-credential doctor
  expect_code 0
}

@test "'watch' on a volume of the group root, and on one that is read-only" {
  need_users
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mkdir -m 2770 "$home/volume"
  call setpriv --reuid sase-alice --regid 0 --clear-groups env -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR -u TMPDIR \
    HOME="$(user_home sase-alice)" sase-credential watch --once "$home/volume/token"
  expect_code 0
  meant_to_hold_secrets "$home/volume"
  # shellcheck disable=SC2016 # for the shell in the namespace
  call unshare --mount sh -euc 'mount -t tmpfs -o ro tmpfs "$1"; exec sase-credential watch --once "$1/token"' - "$home/volume"
  expect_failure 7 "*'$home/volume/token'*Read-only file system*"
}
