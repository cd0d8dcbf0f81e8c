#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `watch` keeps a file up to date. Its behavior during outages is tested in faults/watch.bats.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # scripts for inner shells; bats runs each test in a subshell
load ../support/watching
load ../support/users

setup() {
  set_up_test
  mkdir "$home/run"
  file=$home/run/token
  meant_to_hold_secrets "$file"
}

# ---- once

@test "'--once' writes the output of 'token', complete and with mode 0600" {
  for format in token header curl env dotenv json; do
    call sase-credential token --format "$format"
    # The time left differs by what passes between the two calls.
    sed 's/"expires_in":[0-9]*/"expires_in":/' "$out" >"$home/run/token.wanted"
    meant_to_hold_secrets "$home/run/token.wanted"
    umask 0
    call sase-credential watch "$file" --once --format "$format"
    expect_silence
    expect_equal "$(sed 's/"expires_in":[0-9]*/"expires_in":/' "$file")" "$(<"$home/run/token.wanted")" 'the file'
    expect_equal "$(stat -c %a "$file")" 600 mode
  done
  expect_equal "$(ls "$home/run")" $'token\ntoken.wanted' 'files in the directory'
  expect_counter authorize 1
}

@test "'--once' exits with the code of its failure and leaves the file unchanged" {
  echo old >"$file"
  SASE_API_KEY=unknown-key call sase-credential watch --once "$file"
  expect_failure 5 '*HTTP 401*'
  SASE_REGION=ue call env -u SASE_URL sase-credential watch --once "$file"
  expect_failure 4 "SASE_REGION: unknown region 'ue'"
  SASE_API_KEY='' call sase-credential watch --once "$file"
  expect_failure 4 'no API key*'
  fault status=503
  call sase-credential watch --once --timeout 1s "$file"
  expect_failure 6 '*503*'
  expect_equal "$(<"$file")" old 'the file'
}

@test "--mode and --group set the mode and the group of the file" {
  for mode in 600 640 0640 400 440; do
    call sase-credential watch --once --mode "$mode" "$file"
    expect_silence
    expect_equal "$(stat -c %a "$file")" "${mode#0}" mode
  done
  needs_root
  call sase-credential watch --once --mode 640 --group daemon "$file"
  expect_silence
  expect_equal "$(stat -c '%a %G' "$file")" '640 daemon' 'mode and group'
  call sase-credential watch --once --group 12345 "$file"
  expect_equal "$(stat -c '%a %g' "$file")" '600 12345' 'mode and group'
}

@test "a setgid directory gives the file to no group that the user is not in" {
  needs_root
  chgrp 12345 "$home/run"
  chmod 2755 "$home/run"
  call sase-credential watch --once --mode 640 "$file"
  expect_silence
  expect_equal "$(stat -c '%a %g' "$file")" "640 $(id -g)" 'mode and group'
  call sase-credential watch --once --mode 640 --group 12345 "$file"
  expect_equal "$(stat -c '%a %g' "$file")" '640 12345' 'mode and group'
}

@test "the new file is never more accessible than --mode allows" {
  traced "$home/trace" openat,fchmod,fchown,write,rename sase-credential watch --once --mode 440 --group "$(id -g)" "$file"
  expect_code 0
  grep -E 'token\.new-' "$home/trace" | sed -nE 's/.*O_CREAT.*, (0[0-7]+)\).*/\1/p; t; s/^([a-z]+)\(.*/\1/p' >"$home/tmp/calls"
  # First the check that the file can be written, then the file itself.
  expect_equal "$(grep -vx openat "$home/tmp/calls" | tr '\n' ' ')" \
    '0600 fchown fchmod 0600 fchown fchmod write rename ' 'system calls on it'
}

@test "rejects unusable arguments before it sends a request" {
  call sase-credential watch
  expect_failure 2 "'watch' needs one file *" 'write: sase-credential watch FILE'
  call sase-credential watch -
  expect_failure 2 "'watch' writes to a file, not to standard output" "for a file of that name write './-'; for standard output: sase-credential token"
  call sase-credential watch "$file" second
  expect_failure 2 "'watch' needs one file *"
  for mode in 644 604 660 700 777 0777 4600 999 '' rw abc; do
    call sase-credential watch "$file" --mode "$mode"
    expect_failure 2 'unusable mode*' 'choose 600, 640, 400 or 440: *'
  done
  for group in no-such-group -1 4294967295 99999999999; do
    call sase-credential watch "$file" "--group=$group"
    expect_failure 2 'unknown group*' '?*'
  done
  call sase-credential watch "$file" --format jsn
  expect_failure 2 "unknown format 'jsn'" "did you mean 'json'?"
  expect_counter authorize 0
}

@test "rejects a group that the user is not in before it sends a request" {
  needs_root
  chown -R 65534 "$home"
  chmod 711 "$BATS_TEST_TMPDIR" "$home"
  call setpriv --reuid 65534 --regid 65534 --clear-groups sase-credential watch "$file" --group root
  expect_failure 2 "this user cannot give a file to the group 'root'" '?*'
  expect_counter authorize 0
}

@test "rejects a path that is not a file, or that others could replace, before it sends a request" {
  mkdir "$home/open" "$home/run/directory"
  chmod 777 "$home/open"
  ln -s token "$home/run/link"
  ln -s nowhere "$home/run/dangling"
  mkfifo "$home/run/pipe"
  : >"$home/run/plain"
  while IFS='|' read -r path message; do
    about=$path
    call sase-credential watch "$path"
    expect_failure 7 "$message"
  done <<ROWS
$home/run/directory|'*' is a directory; name a file in it
$home/run/|'*' names no file
|'' names no file
$home/run/link|'*' is a link; name the file that it leads to
$home/run/dangling|'*' is a link; *
$home/run/pipe|'*' is not a regular file
$home/run/plain/token|cannot look at '*': Not a directory
$home/nowhere/token|there is no directory '*'; make it first
/proc/token|cannot write '/proc/token': *
$home/run/$(printf '%0300d' 0)|cannot write '*: File name too long
ROWS
  about=''
  call sase-credential watch "$home/open/token"
  expect_failure 7 "'*/open' (owner *, mode 0777) can be written by other users" "chmod go-w $home/open"
  expect_counter authorize 0
  expect_equal "$(find "$home/run" "$home/open" -type f)" "$home/run/plain" 'files'
}

# As in a pod: root's volume that everyone can write, and a container with another user.
@test "rejects a volume that everyone can write with a hint that works: memory, which is sticky" {
  need_users
  local volume=$home/volume mode target
  mkdir -p "$volume/own"
  chown sase-alice "$volume/own"
  chmod 700 "$volume/own"
  meant_to_hold_secrets "$volume/token"
  for mode in 777 2777; do
    about=$mode
    chmod "$mode" "$volume"
    for target in token own/token; do
      call as_user sase-alice sase-credential watch --once "$volume/$target"
      expect_failure 7 "'$volume' (owner 0, mode *777) can be written by other users" \
        "use a file of your own in a directory of your own; for an emptyDir, set 'medium: Memory'"
    done
    expect_counter authorize 0
  done
  about=hint
  chmod +t "$volume" # as the kubelet makes it
  call as_user sase-alice sase-credential watch --once "$volume/token"
  expect_silence
  expect_equal "$(stat -c '%a %U' "$volume/token")" '600 sase-alice' 'mode and owner'
}

@test "rejects a file that is a mount before it sends a request" {
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  echo old >"$file"
  call unshare --mount sh -c 'mount --bind "$1" "$1" && exec sase-credential watch --once "$1"' sh "$file"
  expect_failure 7 "'$file' is a mount: mount its directory instead" ''
  expect_equal "$(<"$file")" old 'the file'
  expect_counter authorize 0
}

@test "rejects another user's directory, and accepts a sticky one of root" {
  needs_root
  mkdir "$home/foreign" "$home/sticky"
  chown 65534 "$home/foreign"
  chmod 1777 "$home/sticky"
  meant_to_hold_secrets "$home/sticky/token"
  call sase-credential watch --once "$home/foreign/token"
  expect_failure 7 "'*/foreign' (owner 65534, mode 0700) belongs to another user" 'use a file of your own in a directory of your own'
  expect_counter authorize 0
  call sase-credential watch --once "$home/sticky/token"
  expect_silence
}

@test "keeps the old file and leaves no other one behind on a full disk" {
  tries 6
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  call unshare --mount sh -eu -c 'mount -t tmpfs -o size=8k tmpfs "$1"
    echo old >"$1/token"
    head -c 4096 /dev/zero >"$1/filler"
    code=0
    sase-credential watch --once "$1/token" || code=$?
    cat "$1/token" >&2
    ls "$1" >&2
    exit "$code"' sh "$home/run"
  expect_code 7
  expect_no_output
  expect_equal "$(<"$err")" "sase-credential: cannot write '$home/run/token': No space left on device
old
filler
token" 'messages and files'
}

@test "removes the leftovers of a killed writer, and no file that is being written" {
  echo half >"$file.new-abc123"
  echo half >"$file.new-abc124"
  echo mine >"$file.new-abc1234"
  echo mine >"$file.new"
  exec 8<"$file.new-abc124"
  flock 8
  call sase-credential watch --once "$file"
  exec 8<&-
  expect_silence
  expect_equal "$(ls "$home/run")" $'token\ntoken.new\ntoken.new-abc1234\ntoken.new-abc124' 'files in the directory'
}

# ---- until a signal stops it

@test "notifies the service manager of readiness, expiry and its end, and leaves the file" {
  start_manager
  start_watch "$file" --format header
  until_true is_told READY=1
  grep -qxE 'Authorization: Bearer [A-Za-z0-9._~+/-]+' "$file" || refute 'expected a header'
  until_true is_told "STATUS='$file' is good until 20[0-9-]{8}T[0-9:]{8}Z\$"
  expect_stop TERM
  until_true is_told STOPPING=1
  expect_no_message
  [ -s "$file" ] || refute 'the file is gone'
  expect_counter authorize 1
}

@test "supports an abstract socket and a watchdog, and warns of a missing socket" {
  export WATCHDOG_USEC=200000
  start_manager "@sase-credential-test-$$-$RANDOM"
  start_watch "$file"
  until_true is_told READY=1
  until_true is_told WATCHDOG=1
  : >"$told"
  until_true is_told WATCHDOG=1
  expect_stop INT
  expect_no_message

  NOTIFY_SOCKET=$home/absent call sase-credential watch --once "$file"
  expect_silence
  NOTIFY_SOCKET=$home/absent start_watch "$file"
  until_true has_said "^sase-credential: warning: cannot tell the service manager by NOTIFY_SOCKET: No such file or directory"
  expect_stop
}

@test "does not ping the watchdog of another process, or one without a valid interval" {
  start_manager
  for words in 'WATCHDOG_USEC=200000 WATCHDOG_PID=1' WATCHDOG_USEC=999 WATCHDOG_USEC=-1 WATCHDOG_USEC=x; do
    about "$words"
    : >"$told"
    # shellcheck disable=SC2086 # one or two variables
    export ${words?}
    start_watch "$file"
    until_true is_told READY=1
    expect_stop
    ! is_told WATCHDOG=1 || refute 'it pinged the watchdog'
    unset WATCHDOG_USEC WATCHDOG_PID
  done
}

@test "the first failure ends it, and it never reports readiness" {
  start_manager
  echo old >"$file"
  SASE_API_KEY=unknown-key call sase-credential watch "$file"
  expect_failure 5 '*HTTP 401*'
  fault status=503
  call sase-credential watch --timeout 1s "$file"
  expect_failure 6 '*503*'
  ! is_told READY=1 || refute 'it was ready'
  expect_equal "$(<"$file")" old 'the file'
}

@test "SIGTERM stops it and all its processes at once while the service does not answer" {
  # Unique, so that no process of another test matches.
  local nap="sleep 60.$$$RANDOM"
  for command in '' "$nap"; do
    anew hang=on
    rm -f "$file"
    if [ -n "$command" ]; then
      SASE_API_KEY_COMMAND=$command start_watch "$file" --timeout 60s
      until_true pgrep -f "^$nap\$" >"$home/tmp/running"
    else
      start_watch "$file" --timeout 60s
      until_true eval '[ "$(counter authorize)" = 1 ]'
    fi
    local group
    group=$(pgrep -P "$watcher")
    [ "$(pgrep -g "$group" | wc -l)" -ge 1 ] || refute 'expected a group of processes'
    expect_stop
    expect_no_message
    # An orphan remains a zombie until init waits for it.
    until_true eval '! pgrep -g "$group" >"$home/tmp/running"'
    ! pgrep -f "^$nap\$" >"$home/tmp/running" || refute 'the key command still runs'
    [ ! -e "$file" ] || refute 'there is a file'
  done
}

@test "SIGHUP makes it read the settings; an invalid one causes one warning, and the file stays" {
  tries 6
  only_profiles
  profile default "url = $url"
  start_watch "$file"
  until_true test -s "$file"
  read_file
  profile default "regoin = eu"
  kill -HUP "$watcher"
  until_true has_said "^sase-credential: warning: '$file' is not renewed: .*unknown setting 'regoin'; its token is good for 59m"
  kill -HUP "$watcher"
  sleep 0.2
  expect_equal "$(grep -c warning "$err")" 1 'warnings'
  cmp -s "$file" <(echo "$token") || refute 'the file has changed'
  profile default "url = $url"
  kill -HUP "$watcher"
  until_true has_said "^sase-credential: '$file' is fresh again, after "
  expect_stop
  expect_counter authorize 1
}

@test "warns once of a misspelled variable" {
  SASE_REGOIN=eu start_watch "$file"
  until_true test -s "$file"
  rm "$file"
  kill -HUP "$watcher"
  until_true test -s "$file"
  expect_stop
  expect_equal "$(grep -c "warning: .*SASE_REGOIN" "$err")" 1 'warnings'
}

@test "handles a SIGHUP that arrives during an attempt" {
  only_profiles
  profile default "url = $url"
  fault delay=500ms
  start_watch "$file"
  until_true eval '[ "$(counter authorize)" = 1 ]'
  profile default "regoin = eu"
  kill -HUP "$watcher"
  until_true has_said "unknown setting 'regoin'"
  expect_stop
}

@test "writes a removed file again" {
  start_watch "$file"
  until_true test -s "$file"
  read_file
  rm "$file"
  kill -HUP "$watcher"
  until_true test -s "$file"
  cmp -s "$file" <(echo "$token") || refute 'expected the same token'
  expect_stop
  expect_counter authorize 1
}

@test "--exec runs a command after each new token, without the API key" {
  local got=$home/tmp/got
  meant_to_hold_secrets "$got"
  start_watch "$file" --exec "cat '$file' >>'$got'; env | grep -c API_KEY= >&2; echo to-stdout; exit 9"
  until_true test -s "$got"
  read_file
  expect_equal "$(<"$got")" "$token" 'what the command found'
  until_true has_said "^sase-credential: warning: the command of '--exec' failed with exit code 9"
  expect_equal "$(head -2 "$err")" $'0\nto-stdout' 'number of variables with a key, and the output'
  kill -HUP "$watcher"
  sleep 0.3
  expect_equal "$(wc -l <"$got")" 1 'runs'
  expect_counter authorize 1
  printf 'protocol=https\nhost=%s\npassword=%s\n\n' "$host" "$token" | sase-credential erase
  kill -HUP "$watcher"
  until_true eval '[ "$(wc -l <"$got")" = 2 ]'
  expect_equal "$(tail -1 "$got")" "$(<"$file")" 'what the command found'
  expect_stop
}

@test "a nested call of --exec says what removed its key" {
  start_watch "$file" --exec "sase-credential --cache none token; echo done"
  until_true has_said '^done'
  expect_equal "$(head -1 "$err")" \
    "sase-credential: no API key for the profile 'default': 'sase-credential exec' or 'watch --exec' removed SASE_API_KEY from the environment" 'the message'
  has_said "^sase-credential: hint: .* in the file of 'watch'"
  expect_stop
}

@test "--exec does not run without a token; a command that runs ends with the watcher" {
  SASE_API_KEY=unknown-key call sase-credential watch "$file" --exec "touch '$home/ran'"
  expect_failure 5 '*HTTP 401*'
  [ ! -e "$home/ran" ] || refute 'the command ran'
  call sase-credential watch "$file" --once --exec "touch '$home/ran'"
  expect_failure 2 "'--once' runs no command of '--exec'" 'write: sase-credential watch --once FILE && CMD'
  call sase-credential watch "$file" --exec ''
  expect_failure 2 "the command of '--exec' is empty" ''
  local nap="sleep 61.$$$RANDOM"
  start_watch "$file" --exec "$nap & wait"
  until_true pgrep -f "^$nap\$" >"$home/tmp/running"
  expect_stop
  expect_no_message
  ! pgrep -f "^$nap\$" >"$home/tmp/running" || refute 'the command still runs'
}

@test "twenty watchers, half of them on one file, and fifty callers send one request" {
  tries 1
  local i all=()
  for i in {1..20}; do
    start_watch "$home/run/token$((i % 10 == 0 ? i : i / 11))" --timeout 30s
    all+=("$watcher")
  done
  crowd 50 sase-credential token --timeout 30s
  for i in 0 1 10 20; do
    file=$home/run/token$i
    until_true test -s "$file"
    expect_equal "$(<"$file")" "$(<"$home/run/token10")" 'token'
  done
  kill "${all[@]}"
  for i in "${all[@]}"; do wait "$i" || refute "one exited with $?"; done
  expect_equal "$(find "$home/run" -name '*.new-*')" '' 'half-written files'
  expect_counter authorize 1
}

@test "does not read stdin and writes nothing to stdout, even if they are closed" {
  mkfifo "$home/pipe"
  exec 8<>"$home/pipe"
  in=$home/pipe
  start_watch "$file"
  until_true test -s "$file"
  expect_stop
  exec 8>&-
  in=$BATS_TEST_TMPDIR/in
  rm "$file"
  sase-credential watch "$file" <&- >&- 2>"$err" 3>&- 4>&- &
  watcher=$!
  until_true test -s "$file"
  expect_stop
  expect_no_message
}
