#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cache = keyring: tokens in the kernel's keyring of the user and nothing of them on disk. Where the kernel or a
# container forbids it, a warning and the token.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

setup() {
  set_up_test
  public='' forgiven=''
  # All who test on this machine as this user share one keyring, so the profile's name is this test's alone.
  ring=ring-$$-$BATS_TEST_NUMBER
  profile "$ring" 'cache = keyring'
  export SASE_PROFILE=$ring
}

teardown() {
  local serial
  for serial in $(our_keys); do keyctl unlink "$serial" @u; done
  if [ -n "$public" ]; then
    for serial in $(keys_in <(as_nobody keyctl show @u)); do as_nobody keyctl unlink "$serial" @u; done
    rm -r "$public"
  fi
  tear_down_test
}

# Some of what follows needs a kernel that lets us have keys.
needs_keyring() { keyctl show @u >/dev/null 2>&1 || skip 'no kernel keyring for this user here'; }

needs_large_keys() {
  [ "$(id -u)" -eq 0 ] || [ "$(cat /proc/sys/kernel/keys/maxbytes)" -gt 500000 ] || skip "beyond an ordinary user's quota"
}

# The serials of this test's keys.
our_keys() { keys_in <(keyctl show @u 2>/dev/null); }
keys_in() { sed -n "s/^ *\([0-9]*\) .*user: sase-credential:$ring@.*/\1/p" "$1"; }
our_key() {
  local keys
  keys=$(our_keys)
  [[ $keys =~ ^[0-9]+$ ]] || refute "expected one key, got: $keys"
  printf '%s' "$keys"
}

# The name of this test's one key, or of the first of a large token's.
key_name() {
  local serial
  for serial in $(our_keys); do keyctl rdescribe "$serial"; done | sed -n "s/^.*;\(sase-credential:$ring@[0-9a-f]*\)$/\1/p"
}

get_token() {  # COMMAND...
  call "${@:-sase-credential}" token
  # keyctl(1) has a word of its own to say.
  sed -i "/^Joined session keyring: /d;$forgiven" "$err"
  expect_token
  expect_no_message
}

# expect_same_from COMMAND...: the first token again, without another request.
expect_same_from() {
  get_token "$@"
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

# Another token than $first, which costs another request, and is kept.
expect_next_token() {
  local before
  before=$(counter authorize)
  get_token
  [ "$token" != "$first" ] || refute 'expected another token'
  first=$token
  get_token
  expect_equal "$token" "$first" token
  expect_counter authorize $((before + 1))
}

# ---- kept

@test "a warm answer costs no request, and comes with the service down" {
  needs_keyring
  ask_password
  call git-credential-sase get
  expect_password "$ring"
  local first=$token
  fault hang=on
  call git-credential-sase get
  expect_password "$ring"

  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "nothing on disk holds the token, sealed or not" {
  needs_keyring
  get_token
  ! grep -rqF -e "$key" -e "$token" -e eyJ "$home" || refute 'a secret lies on disk'
  expect_equal "$(find "$home" -name '*.token*')" '' 'files of tokens'
  expect_equal "$(find "$state" -type f -size +0 ! -name '*.lock')" '' 'files with contents other than the request log'

  keyctl pipe "$(our_key)" >"$BATS_TEST_TMPDIR/sealed"
  [ "$(stat -c %s "$BATS_TEST_TMPDIR/sealed")" -gt "${#token}" ] || refute 'the key does not hold the token'
  ! grep -qF -e "$key" -e "$token" -e eyJ "$BATS_TEST_TMPDIR/sealed" || refute 'the key holds the token as it is'
}

@test "the key is this user's alone, and its end is the token's" {
  needs_keyring
  fault lifetime=40m
  get_token
  [[ $(key_name) =~ ^"sase-credential:$ring@"[0-9a-f]{32}$ ]] || refute "unexpected name: $(key_name)"
  expect_equal "$(keyctl rdescribe "$(our_key)" | cut -d ';' -f 2,4)" "$(id -u);001b0000" 'owner and permissions'
  grep -qE "^$(printf %08x "$(our_key)") [A-Za-z-]+ +[0-9]+ +(39|40)m " /proc/keys || refute 'expected 40 minutes to live'
}

@test "a larger token than one key can hold is kept as well" {
  needs_keyring
  needs_large_keys
  fault token=65536
  get_token
  local first=$token
  expect_equal "${#first}" 65536 'length of the token'
  expect_equal "$(our_keys | wc -l)" 3 keys
  expect_same_from

  ask protocol=https "host=$host" "username=$ring" "password=$first"
  call git-credential-sase erase
  expect_silence
  expect_equal "$(our_keys)" '' keys
}

@test "a key that is replaced between being found and being read is looked for again" {
  needs_keyring
  get_token
  # A call that treats it as a miss waits for the lock.
  hold_lock
  injected keyctl error=ENOKEY:when=2 sase-credential token
  expect_output "$token"$'\n'
  injected keyctl error=EKEYREVOKED:when=2 sase-credential token
  expect_output "$token"$'\n'
  release_lock
  expect_counter authorize 1
}

@test "a writer that is killed at any call leaves the old token or the new one, and whole" {
  needs_keyring
  needs_large_keys
  local old n killed=0
  export SASE_REFRESH_AHEAD=0s
  for ((n = 15; n < 60; n++)); do
    about="killed at call $n"
    forgive
    fault token=65536 lifetime=10m
    get_token
    old=$token
    fault token=65536
    injected keyctl "signal=KILL:when=$n" sase-credential --min-ttl 30m token
    [ "$code" -ne 0 ] || break
    killed=$((killed + 1))
    control reset --request POST >"$BATS_TEST_TMPDIR/control"
    get_token
    expect_counter authorize 0
    [ "$token" = "$old" ] || keyctl unlink "$(keyctl search @u user "$(key_name)")" @u
  done
  [ "$killed" -gt 10 ] || refute "expected more calls than $killed"
}

@test "many callers at once cost one request" {
  needs_keyring
  many 20 sase-credential token
  expect_equal "$failed" 0 'failed calls'
  expect_equal "$(sort -u "$home"/many/*.out | wc -l)" 1 'different tokens'
  expect_counter authorize 1
  our_key >/dev/null
}

# From now on, programs find the directories for everyone read-only.
make_read_only_places() {
  local program
  mkdir "$BATS_TEST_TMPDIR/read-only"
  for program in sase-credential git-credential-sase; do
    cat >"$BATS_TEST_TMPDIR/read-only/$program" <<END
#!/bin/sh
exec unshare --mount sh -c 'for place in /tmp /var/tmp /dev/shm; do
  mount --bind \$place \$place && mount -o remount,bind,ro \$place || exit 99
done
exec "\$@"' sh $(command -v "$program") "\$@"
END
    chmod +x "$BATS_TEST_TMPDIR/read-only/$program"
  done
  PATH=$BATS_TEST_TMPDIR/read-only:$PATH
}

@test "without any place for state on disk the keyring keeps the token" {
  needs_keyring
  needs_root
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  # No profile can have a name of this test's now; the key still has an URL that is.
  export SASE_PROFILE='' SASE_CACHE=keyring
  unset HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
  make_read_only_places
  fault lifetime=2m
  call sase-credential token
  expect_warning "no place for the lock: *; set one, or choose 'cache = none'"
  forgiven='/warning: no place for the lock: /d'
  get_token
  local first=$token
  expect_same_from
  ask protocol=https "host=$host" "password=$first"
  call git-credential-sase erase
  sed -i "$forgiven" "$err"
  expect_silence
  expect_next_token
  ask protocol=https "host=$host" "password=$token"
  call git-credential-sase erase
}

@test "where the directory of the locks cannot be used the keyring keeps the token all the same" {
  needs_keyring
  echo precious >"$state"
  call sase-credential token
  expect_warning "*'$state'*"
  expect_token
  local first=$token
  expect_same_from
}

# ---- found

@test "a token is found from every session of the user" {
  needs_keyring
  get_token
  local first=$token
  expect_same_from setsid --wait sase-credential
  expect_same_from keyctl session - sase-credential
  expect_same_from keyctl session - setsid --wait sase-credential
  # As cron starts jobs: hardly an environment, and no terminal.
  expect_same_from env -i HOME="$HOME" XDG_CONFIG_HOME="$XDG_CONFIG_HOME" XDG_RUNTIME_DIR="$XDG_RUNTIME_DIR" \
    SASE_PROFILE="$ring" SASE_URL="$url" SASE_CA_FILE="$SASE_CA_FILE" SASE_API_KEY="$key" \
    setsid --wait "$build/bin/sase-credential"
}

@test "a token that was got in a session of its own is found outside of it" {
  needs_keyring
  get_token keyctl session - sase-credential
  local first=$token
  expect_same_from
  expect_same_from keyctl session - sase-credential
}

# as_nobody COMMAND...: the command as an ordinary user who has the programs and a home.
as_nobody() {
  setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$public/home" XDG_CONFIG_HOME="$public/home" \
    XDG_RUNTIME_DIR="$public/run" SASE_CA_FILE="$public/ca.pem" "$@"
}

make_public_place() {
  public=$(mktemp -d /tmp/sase-keyring.XXXXXX)
  mkdir -p "$public/bin" "$public/libexec/sase-credential" "$public/run" "$public/home/sase-credential/profiles"
  cp "$build/bin/sase-credential" "$public/bin/"
  cp "$build/libexec/sase-credential/authorize" "$public/libexec/sase-credential/"
  cp "$sandbox/ca.pem" "$public/"
  printf 'cache = keyring\n' >"$public/home/sase-credential/profiles/$ring.conf"
  chmod -R a+rX "$public"
  chown -R 65534 "$public/run" "$public/home"
  chmod 700 "$public/run"
}

@test "an ordinary user has a keyring of its own, in every session" {
  needs_root
  needs_keyring
  make_public_place
  get_token as_nobody "$public/bin/sase-credential"
  local first=$token
  expect_same_from as_nobody "$public/bin/sase-credential"
  expect_same_from as_nobody keyctl session - "$public/bin/sase-credential"
  expect_equal "$(our_keys)" '' "keys in root's keyring"
  # Root's token, with root's keyring attached as after su, is not for the other user.
  get_token
  [ "$token" != "$first" ] || refute "root was given another user's token"
  as_nobody keyctl pipe "$(our_key)" >"$BATS_TEST_TMPDIR/stolen" 2>&1 && refute "the other user read root's key"

  ask protocol=https "host=$host" "username=$ring" "password=$first"
  call as_nobody "$public/bin/sase-credential" erase
  expect_silence
  expect_equal "$(keys_in <(as_nobody keyctl show @u))" '' "keys of the other user"
}

# ---- erased

@test "'erase' with the cached token removes the key, with another it does not" {
  needs_keyring
  get_token
  local first=$token
  ask protocol=https "host=$host" "username=$ring" password=another
  call git-credential-sase erase
  expect_silence
  expect_same_from

  ask protocol=https "host=$host" "username=$ring" "password=$first"
  call git-credential-sase erase
  expect_silence
  expect_equal "$(our_keys)" '' keys
  expect_next_token
}

@test "the kernel drops the key when the token's time has come" {
  needs_keyring
  fault lifetime=3s
  get_token sase-credential --min-ttl 1s
  local first=$token name serial tries=0
  name=$(key_name) serial=$(our_key)
  while keyctl search @u user "$name" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || refute 'the key is still there'
    sleep 0.1
  done
  ! keyctl pipe "$serial" >/dev/null 2>&1 || refute 'the key can still be read'

  fault lifetime=60m
  expect_next_token
}

@test "a revoked or expired key is a miss without a message" {
  needs_keyring
  get_token
  local first=$token name
  name=$(key_name)
  keyctl unlink "$(our_key)" @u
  keyctl revoke "$(keyctl add user "$name" bytes @u)"
  expect_next_token

  keyctl unlink "$(our_key)" @u
  keyctl timeout "$(keyctl add user "$name" bytes @u)" 1
  sleep 2
  expect_next_token

  keyctl invalidate "$(our_key)"
  expect_next_token
}

# ---- never a wrong token

@test "another key, URL or profile is a miss, and so is one's token in the other's place" {
  needs_keyring
  get_token
  local first=$token name
  name=$(key_name)
  SASE_API_KEY=${key%?} call sase-credential token
  expect_failure 5 '*HTTP 401*'
  SASE_URL=https://127.0.0.1:$port get_token
  [ "$token" != "$first" ] || refute 'a token was given out for another URL'
  local other
  other=$(our_keys | while read -r serial; do keyctl rdescribe "$serial" | grep -qF "$name" || echo "$serial"; done)
  keyctl pipe "$other" >"$BATS_TEST_TMPDIR/other"
  keyctl unlink "$other" @u
  keyctl unlink "$(our_key)" @u
  keyctl padd user "$name" @u <"$BATS_TEST_TMPDIR/other" >/dev/null

  expect_next_token
}

@test "replaces a key with foreign content without a message" {
  needs_keyring
  get_token
  local first=$token name size
  name=$(key_name)
  for size in 1 80 81 97 1000 4097 9000; do
    about="$size bytes"
    forgive
    keyctl unlink "$(our_key)" @u
    head -c "$size" /dev/urandom | keyctl padd user "$name" @u >/dev/null
    expect_next_token
  done
}

@test "a key whose permissions were removed: a warning, the token, and the next call works" {
  needs_keyring
  get_token
  local first=$token name
  name=$(key_name)
  keyctl unlink "$(our_key)" @u
  # The user may see it, and nothing else.
  keyctl setperm "$(keyctl add user "$name" planted @u)" 0x00010000
  call sase-credential token
  expect_warning "*kernel keyring*'cache = file'*Permission denied"
  expect_token
  first=$token
  expect_counter authorize 2
  get_token
  expect_equal "$token" "$first" token
  expect_counter authorize 2
}

# ---- without a keyring

# works_with_warning PATTERN COMMAND...: twice, since nothing can be kept.
works_with_warning() {
  local pattern=$1
  shift
  anew
  for _ in 1 2; do
    ask protocol=https "host=$host"
    "$@" git-credential-sase get
    expect_warning "$pattern"
    : >"$err"
    expect_password "$ring"
  done
  expect_counter authorize 2
  expect_equal "$(find "$home" -name '*.token*')" '' 'files of tokens'
}

@test "a kernel or container that forbids the keyring: a warning that names the way out, and the token" {
  local calls error
  for calls in keyctl,add_key keyctl add_key; do
    [ "$calls" != add_key ] || needs_keyring
    for error in EPERM ENOSYS EACCES; do
      about="$calls: $error"
      works_with_warning "*'cache = file'*" injected "$calls" "error=$error"
    done
  done
}

@test "a seccomp filter, as containers have one: the same, and without it all is well" {
  # shellcheck disable=SC2016 # Python
  local filter='
import ctypes, errno, platform, struct
numbers = {"x86_64": (250, 248, 249), "aarch64": (219, 217, 218)}[platform.machine()]
instructions = [(0x20, 0, 0, 0)]
for number in numbers: instructions += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | errno.EPERM)]
instructions.append((0x06, 0, 0, 0x7fff0000))
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in instructions))
header = struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(program))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, header) == 0'
  case $(uname -m) in x86_64 | aarch64) ;; *) skip 'the numbers of calls on this machine are not known here' ;; esac
  works_with_warning "*'cache = file'*Operation not permitted" call after "$filter"

  needs_keyring
  anew
  get_token
  local first=$token
  expect_same_from
}

@test "a full quota: a warning and the token; the next call with free quota works" {
  needs_keyring
  works_with_warning '*kernel keyring is full*/proc/key-users*' injected add_key error=EDQUOT
  expect_equal "$(our_keys)" '' keys
  anew
  get_token
  local first=$token
  expect_same_from
}

@test "a full quota does not take the token that is there" {
  needs_keyring
  get_token
  local first=$token
  injected add_key error=EDQUOT sase-credential token
  expect_output "$first"$'\n'
  expect_counter authorize 1
}

@test "where the keyring is not chosen it is not touched" {
  local kind
  for kind in file none; do
    about="cache = $kind"
    anew
    for _ in 1 2; do
      traced "$home/trace" keyctl,add_key,request_key sase-credential --cache "$kind" token
      expect_token
      ! grep -E '^(keyctl|add_key|request_key)' "$home/trace" || refute 'a call about keys'
    done
  done
}

@test "'cache' is a choice of three, and a misspelt one is answered with the nearest" {
  call sase-credential --cache keyrings token
  expect_failure 2 "--cache: unknown cache 'keyrings'" "did you mean 'keyring'?"
  SASE_CACHE=memory call sase-credential token
  expect_failure 4 "SASE_CACHE: unknown cache 'memory'" 'known are file, keyring, none'
}
