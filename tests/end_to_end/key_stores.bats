#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The API key from where machines keep such things: pass, the desktop's secret service, the kernel's keyring, systemd's
# credentials; and the order in which a key is looked for (CONTRACT sections 5 and 8).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

setup() {
  set_up_test
  unset SASE_API_KEY
  short=''
  # All who test on this machine as this user share one keyring, so the name is this test's alone.
  ring="sase test $$-$BATS_TEST_NUMBER"
  printf '%s\n' "$key" >"$home/key"
}

teardown() {
  local lock
  keyctl purge -s user "$ring" >/dev/null 2>&1 || true
  for lock in "$state"/*.lock; do
    lock=${lock##*/}
    keyctl purge -s user "sase-credential:wrapping-key:${lock%.lock}" >/dev/null 2>&1 || true
  done
  if [ -n "$short" ]; then
    gpgconf --kill gpg-agent
    rm -r "$short"
  fi
  tear_down_test
}

needs_keyring() { keyctl show @u >/dev/null 2>&1 || skip 'no kernel keyring for this user here'; }

get_token() {
  call "${@:-sase-credential}" token
  expect_token
  expect_no_message
}

# ---- pass

# A password store with the key in it. gpg's socket wants a short path.
password_store() {  # PASSPHRASE
  short=$(mktemp -d /tmp/sase-pass.XXXXXX)
  export GNUPGHOME=$short PASSWORD_STORE_DIR=$home/store
  # gpg would take seconds to find out how many rounds take a tenth of one.
  echo 's2k-count 65536' >"$short/gpg-agent.conf"
  {
    gpg --batch --quiet --pinentry-mode loopback --passphrase "$1" --quick-generate-key tester future-default default never
    pass init tester
    pass insert -e sase/key <"$home/key"
  } >"$home/messages" 2>&1
}

@test "pass delivers the key, and is not asked again for a cached token" {
  password_store ''
  profile default 'api-key-command = pass show sase/key'
  traced "$home/calls" execve sase-credential token
  expect_token
  expect_no_message
  ! grep -q eyJ "$home/calls" || refute 'a piece of the key is in a command line'

  rm -r "$PASSWORD_STORE_DIR"
  get_token
  expect_counter authorize 1
}

@test "pass whose key is locked and cannot be unlocked: exit 4" {
  password_store passphrase
  gpgconf --kill gpg-agent
  profile default 'api-key-command = pass show sase/key 2>/dev/null'
  call sase-credential token
  expect_failure 4 "the command of 'api-key-command' gives no key: it failed with exit code *" 'run the command in a shell*'
  expect_counter authorize 0
}

@test "pass without such an entry: exit 4, with what pass says" {
  password_store ''
  profile default 'api-key-command = pass show sase/kay'
  call sase-credential token
  expect_code 4
  expect_no_output
  grep -q '^Error: sase/kay is not in the password store' "$err" || refute "expected pass's own words"
  sed -i '/^Error: /d' "$err"
  expect_complaint "the command of 'api-key-command' gives no key: it failed with exit code 1"
}

# ---- the desktop's secret service

# on_a_desktop COMMAND...: `call` with a session bus and a keyring that was unlocked with its password, as at log-in, and
# which has the key. What those say goes to $home/messages.
on_a_desktop() {
  code=0
  # shellcheck disable=SC2016 # for the shell on that desktop
  dbus-run-session -- sh -euc '
    printf password | gnome-keyring-daemon --unlock --components=secrets
    secret-tool store --label=sase service sase <"$1"
    out=$2 err=$3
    shift 3
    exec "$@" >"$out" 2>"$err"' - "$home/key" "$out" "$err" "$@" >"$home/messages" 2>&1 || code=$?
  no_secret_in "$err"
}

@test "secret-tool delivers the key, and is not asked again for a cached token" {
  profile default 'api-key-command = secret-tool lookup service sase'
  on_a_desktop sase-credential token
  expect_token
  expect_no_message

  # The desktop is gone.
  get_token
  expect_counter authorize 1
}

@test "secret-tool that finds nothing: exit 4" {
  profile default 'api-key-command = secret-tool lookup service other'
  on_a_desktop sase-credential token
  expect_failure 4 "the command of 'api-key-command' gives no key: it failed with exit code 1"
}

# ---- the kernel's keyring

@test "the kernel's keyring delivers the key, as flag, variable and setting" {
  needs_keyring
  keyctl padd user "$ring" @u <"$home/key" >"$home/messages"
  get_token sase-credential --api-key-keyring "$ring"
  anew
  SASE_API_KEY_KEYRING=$ring get_token
  anew
  profile default "api-key-keyring = $ring"
  get_token
  get_token
  expect_counter authorize 1

  # From a session that does not reach the user's keyring, as cron's.
  anew
  call keyctl session - sase-credential token
  sed -i '/^Joined session keyring: /d' "$err"
  expect_token
  expect_no_message
}

@test "a key that the keyring has not, or has no longer: exit 4 and how to put it there" {
  needs_keyring
  profile default "api-key-keyring = $ring"
  local what="cannot use the key of the kernel's keyring that 'api-key-keyring' names:" serial
  call sase-credential token
  expect_failure 4 "$what there is no such key" 'put it there with: keyctl padd user NAME @u <FILE'

  serial=$(keyctl padd user "$ring" @u <"$home/key")
  keyctl revoke "$serial"
  call sase-credential token
  expect_failure 4 "$what it was revoked" 'put it there with: *'
  keyctl unlink "$serial" @u

  serial=$(keyctl padd user "$ring" @u <"$home/key")
  keyctl setperm "$serial" 0x01210000
  call sase-credential token
  expect_failure 4 "$what its permissions do not let this user read it" '*keyctl setperm*'
  keyctl unlink "$serial" @u

  printf 'two\nlines\n' | keyctl padd user "$ring" @u >"$home/messages"
  call sase-credential token
  expect_failure 4 "cannot use the API key from the key of the kernel's keyring that 'api-key-keyring' names: it has more than one line"
  expect_counter authorize 0
}

@test "where a container forbids the keyring, or the kernel has none: exit 4 and another way" {
  profile default "api-key-keyring = $ring"
  local what="cannot use the key of the kernel's keyring that 'api-key-keyring' names:"
  injected add_key,keyctl,request_key error=EPERM sase-credential token
  expect_failure 4 "$what the kernel's keyring is forbidden here, as containers do" "*'api-key-file'*"
  injected add_key,keyctl,request_key error=ENOSYS sase-credential token
  expect_failure 4 "$what this kernel has no keyring" "*'api-key-file'*"
}

# ---- systemd's credentials

# credential NAME: as systemd puts it there.
credential() {
  export CREDENTIALS_DIRECTORY=$home/credentials
  meant_to_hold_secrets "$home/credentials"
  [ -d "$home/credentials" ] || mkdir -m 700 "$home/credentials"
  cp "$home/key" "$home/credentials/$1"
  chmod 0400 "$home/credentials/$1"
}

@test "a systemd credential is the key, as flag, variable and setting" {
  credential sase.key
  get_token sase-credential --api-key-credential sase.key
  anew
  SASE_API_KEY_CREDENTIAL=sase.key get_token
  anew
  profile default 'api-key-credential = sase.key'
  SASE_API_KEY=wrong get_token
  get_token
  expect_counter authorize 1

  # systemd's own program reads the same from there.
  command -v systemd-creds >/dev/null || return 0
  SASE_API_KEY_COMMAND='systemd-creds cat sase.key' get_token
  expect_counter authorize 2
}

@test "a credential that is missing, open or no name: exit 4" {
  profile default 'region = eu' 'api-key-credential = sase.key'
  call sase-credential token
  expect_failure 4 "the systemd credential that 'api-key-credential' names cannot be read: there is no CREDENTIALS_DIRECTORY"
  credential other
  call sase-credential token
  expect_failure 4 "the systemd credential that 'api-key-credential' names is not among those in '$home/credentials'" '*LoadCredential=*'
  CREDENTIALS_DIRECTORY=credentials call sase-credential token
  expect_failure 4 '*there is no CREDENTIALS_DIRECTORY'

  credential sase.key
  chmod 0602 "$home/credentials/sase.key"
  call sase-credential token
  expect_failure 4 "*'$home/credentials/sase.key' (owner *, mode 0602) can be written by other users" "chmod 600 $home/credentials/sase.key"

  local name
  for name in ../key . .. a/b; do
    profile default 'region = eu' "api-key-credential = $name"
    call sase-credential token
    expect_failure 4 '*/default.conf:2: this is not the name of a systemd credential' '*LoadCredential=NAME*'
  done
  expect_counter authorize 0
}

# ---- which one

@test "without a named source: the variables, the credential 'sase-api-key', the file of 'login'" {
  meant_to_hold_secrets "$XDG_CONFIG_HOME/sase-credential/keys"
  mkdir -p "$XDG_CONFIG_HOME/sase-credential/keys"
  printf '%s\n' "$key" "url = $url/api/v1/auth/authorize" >"$XDG_CONFIG_HOME/sase-credential/keys/default"
  get_token
  call sase-credential --trace 1 token
  grep -q " key: from the file of 'login', '$XDG_CONFIG_HOME/" "$err" || refute "expected the file of 'login'"

  credential sase-api-key
  echo wrong >"$XDG_CONFIG_HOME/sase-credential/keys/default"
  anew
  get_token
  call sase-credential --trace 1 token
  grep -q " key: from the systemd credential 'sase-api-key'" "$err" || refute 'expected the credential'

  chmod 0600 "$CREDENTIALS_DIRECTORY/sase-api-key"
  echo wrong >"$CREDENTIALS_DIRECTORY/sase-api-key"
  anew
  HARMONYSASE_API_KEY=$key get_token
  # The first that exists is meant, whether it is any good or not.
  chmod 0644 "$CREDENTIALS_DIRECTORY/sase-api-key"
  call sase-credential token
  expect_failure 4 "*'$CREDENTIALS_DIRECTORY/sase-api-key' (owner *, mode 0644) can be read by other users" 'chmod 600 *'
}

@test "rejects two sources in one layer with file and line, for each kind of source" {
  local sources=(env file command credential keyring) first second
  for first in "${sources[@]}"; do
    for second in "${sources[@]}"; do
      [ "$first" != "$second" ] || continue
      about "$first $second"
      profile default "api-key-$first = /a" '# a comment' "api-key-$second = /b"
      call sase-credential token
      expect_failure 4 "*/default.conf:3: a second source of the API key beside 'api-key-$first'" 'keep one of the two'
    done
  done
  SASE_API_KEY_COMMAND=a SASE_API_KEY_KEYRING=b call sase-credential token
  expect_failure 4 'SASE_API_KEY_*: a second source of the API key beside *'
  call sase-credential --api-key-command a --api-key-credential b token
  expect_failure 2 "--api-key-credential: a second source of the API key beside 'api-key-command'"
}

@test "the source of the higher layer counts, of whatever kind" {
  profile default 'api-key-command = echo wrong'
  SASE_API_KEY_FILE=$home/key get_token
  anew
  SASE_API_KEY_FILE=/nonexistent get_token sase-credential --api-key-command "cat $home/key"
}
