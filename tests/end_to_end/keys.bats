#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Where the API key comes from, and which keys and key files are rejected (CONTRACT section 5).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# The sandbox accepts these as well, so that a test sees which key was sent.
setup_file() {
  start_file
  {
    cat "$BATS_FILE_TMPDIR/sandbox/api-key"
    printf '%s\n' 'key with blanks, "quotes" and \backslashes\' ZXlKaHVudGVyMg key-a key-b
    head -c 16384 /dev/zero | tr '\0' k
    echo
  } >"$BATS_FILE_TMPDIR/keys"
  mv "$BATS_FILE_TMPDIR/keys" "$BATS_FILE_TMPDIR/sandbox/api-key"
}

setup() {
  set_up_test
  key=$(head -n 1 "$sandbox/api-key")
  unset SASE_API_KEY
}

expect_works() {
  call sase-credential token
  expect_token
  expect_no_message
}

# key_file TEXT: in printf's escapes.
key_file() {
  printf '%b' "$1" >"$home/key"
  export SASE_API_KEY_FILE=$home/key
}

# rejects_untrusted MESSAGE [HINT]: by the trust rule.
rejects_untrusted() {
  call sase-credential token
  expect_failure 4 "cannot use the API key: $1" "${@:2}"
  expect_counter authorize 0
}

refused_file() {  # MESSAGE [HINT]
  call sase-credential token
  expect_failure 4 "cannot use the API key * '$SASE_API_KEY_FILE': $1" "${@:2}"
  expect_counter authorize 0
}

# ---- variables

@test "each of the four standard variables is used" {
  for name in SASE_API_KEY CHECKPOINT_SASE_API_KEY PERIMETER81_API_KEY HARMONYSASE_API_KEY; do
    about "$name"
    anew
    export "$name=$key"
    expect_works
    unset "$name"
  done
}

@test "the first of the standard variables counts, an empty one is absent" {
  export HARMONYSASE_API_KEY=wrong-4
  local name
  for name in PERIMETER81_API_KEY CHECKPOINT_SASE_API_KEY SASE_API_KEY; do
    about "$name"
    anew
    export "$name=$key"
    expect_works
    export "$name="
    call sase-credential token
    expect_failure 5 '*HTTP 401*'
    export "$name=wrong"
  done
}

@test "without any key: exit 4 and what to set" {
  call sase-credential token
  expect_failure 4 "no API key for the profile 'default'" '*set SASE_API_KEY*'

  ask_password
  call git-credential-sase get
  expect_failure 4 "no API key for the profile 'default'"
  expect_counter authorize 0
}

@test "a key is sent as it is" {
  SASE_API_KEY='key with blanks, "quotes" and \backslashes\' expect_works
  anew
  SASE_API_KEY=ZXlKaHVudGVyMg expect_works
}

@test "trailing line ends of a variable are dropped" {
  local end
  for end in $'\n' $'\r\n' $'\n\n'; do
    anew
    SASE_API_KEY=$key$end expect_works
  done
}

@test "rejects a key of several lines, with control bytes or other alphabets" {
  local bad
  for bad in "$key"$'\n'"$key" "$key"$'\n\n'"$key" "$key"$'\t'"$key" "$key"$'\033[2J' "$key"$'\177' "$key"é; do
    SASE_API_KEY=$bad call sase-credential token
    expect_failure 4 'cannot use the API key from SASE_API_KEY: it *'
  done
  expect_counter authorize 0
}

@test "'api-key-env' names the variable" {
  export TENANT_A=key-a SASE_API_KEY=wrong
  SASE_API_KEY_ENV=TENANT_A expect_works
  anew
  call sase-credential --api-key-env TENANT_A token
  expect_token
  anew
  profile default 'api-key-env = TENANT_A'
  expect_works
}

@test "'api-key-env' with a variable that is not set: exit 4, and no other key is used" {
  export SASE_API_KEY=$key
  call sase-credential --api-key-env TENANT_A token
  expect_failure 4 "the variable * is not set"
  TENANT_A='' call sase-credential --api-key-env TENANT_A token
  expect_failure 4 "the variable * is not set"
  expect_counter authorize 0
}

# ---- keys as they are pasted

# from SOURCE: the text of $home/key, as this source.
from() {
  unset SASE_API_KEY SASE_API_KEY_FILE SASE_API_KEY_COMMAND CREDENTIALS_DIRECTORY
  case $1 in
    variable) IFS= read -r -d '' SASE_API_KEY <"$home/key" || export SASE_API_KEY ;;
    file) export SASE_API_KEY_FILE=$home/key ;;
    command) export SASE_API_KEY_COMMAND="cat $home/key" ;;
    credential)
      mkdir -p "$home/tree"
      cp "$home/key" "$home/tree/sase-api-key"
      export CREDENTIALS_DIRECTORY=$home/tree
      ;;
  esac
}

@test "what pasting and files put around a key is removed, for every source" {
  local around source
  for around in '  %s \t' '%s \n' '\xef\xbb\xbf%s\r\n' '\033[200~%s\033[201~\n' '\xc2\xa0%s\xe2\x80\x8b'; do
    # shellcheck disable=SC2059 # the format is the point
    printf "$around" "$key" >"$home/key"
    for source in variable file command credential; do
      about "$around from a $source"
      anew
      from "$source"
      expect_works
    done
  done
}

@test "a text that is clearly not a key: exit 4 and what it is, before any request, for every source" {
  local text what source
  while IFS='@' read -r text what; do
    printf '%b\n' "$text" >"$home/key"
    for source in variable file command credential; do
      about "$text from a $source"
      from "$source"
      call sase-credential token
      expect_failure 4 "cannot use the API key from *: it $what" 'it must be the key alone, in one line'
    done
    call sase-credential doctor
    expect_code 4
    grep -q "^FAIL  key .* it $what" "$out" || refute 'expected the same from doctor'
  done <<'TABLE'
"the-key"@is in quotes
'the-key'@is in quotes
\xe2\x80\x9cthe-key\xe2\x80\x9d@is in quotes
Bearer the-key@begins with 'Bearer' or 'Basic', as a header does
Authorization: Bearer the-key@is a line NAME=VALUE, and not the value alone
SASE_API_KEY=the-key@is a line NAME=VALUE, and not the value alone
export SASE_API_KEY=the-key@is a line NAME=VALUE, and not the value alone
${SASE_API_KEY}@is an unexpanded variable or template
$(pass show sase)@is an unexpanded variable or template
${{ secrets.SASE_API_KEY }}@is an unexpanded variable or template
%SASE_API_KEY%@is an unexpanded variable or template
<your-api-key>@is a placeholder
YOUR_API_KEY@is a placeholder
changeme@is a placeholder
xxxxxxxx@is a placeholder
***@is masked or cut off
the-k...@is masked or cut off
op://vault/sase/key@is a path, a URL or a reference to the key
/run/secrets/sase-key@is a path, a URL or a reference to the key
{"apiKey": "the-key"}@is JSON, and not a value of it
<!DOCTYPE html>@is a web page
TABLE
  expect_counter authorize 0
}

@test "a file in UTF-16: exit 4 and the encoding" {
  printf '%s\r\n' the-key | iconv -f ASCII -t UTF-16 >"$home/key"
  export SASE_API_KEY_FILE=$home/key
  refused_file 'it is encoded in UTF-16, and not in ASCII or UTF-8'
  printf '%s\r\n' the-key | iconv -f ASCII -t UTF-16LE >"$home/key"
  refused_file 'it is encoded in UTF-16, and not in ASCII or UTF-8'
}

@test "a profile in UTF-16: exit 4 and the encoding" {
  local conf=$XDG_CONFIG_HOME/sase-credential/profiles/default.conf encoding
  profile default "url = $url"
  export SASE_API_KEY=$key
  cp "$conf" "$home/utf8"
  for encoding in UTF-16 UTF-16LE UTF-16BE; do
    about "$encoding"
    iconv -f ASCII -t "$encoding" <"$home/utf8" >"$conf"
    call sase-credential token
    expect_failure 4 "$conf: it is encoded in UTF-16" 'save it as UTF-8, or write it again'
  done
  expect_counter authorize 0
}

@test "inside 'exec', a call without a key says what removed it" {
  export SASE_API_KEY=$key
  call sase-credential exec -- sase-credential --cache none token
  expect_failure 4 "no API key for the profile 'default': 'sase-credential exec' or 'watch --exec' removed SASE_API_KEY from the environment" \
    '*SASE_ACCESS_TOKEN*--pass-api-key*'
}

# ---- files

@test "'api-key-file' as variable, flag and setting" {
  printf '%s\n' "$key" >"$home/key"
  SASE_API_KEY_FILE=$home/key expect_works
  anew
  call sase-credential --api-key-file "$home/key" token
  expect_token
  anew
  profile default "api-key-file = $home/key"
  expect_works
}

@test "'api-key-file' goes before the standard variables" {
  export SASE_API_KEY=wrong
  key_file "$key\n"
  expect_works
}

@test "a file's trailing line ends and empty lines are dropped" {
  local end
  for end in '' '\n' '\r\n' '\n\n' '\r\n \r\n'; do
    anew
    key_file "$key$end"
    expect_works
  done
}

@test "rejects a file with no key, several lines or odd bytes" {
  local text
  key_file ''
  refused_file 'it is empty'
  key_file '\n'
  refused_file 'it is empty'
  for text in "$key\n$key\n" "$key\n\n$key"; do
    key_file "$text"
    refused_file 'it has more than one line'
  done
  for text in "$key\0000" "$key\tx\n" "x\0357\0273\0277$key\n" "$key\0303\0251\n"; do
    key_file "$text"
    refused_file 'it holds bytes that are not printable ASCII'
  done
}

@test "a key has at most 16 KiB" {
  local longest
  longest=$(head -c 16384 /dev/zero | tr '\0' k)
  key_file "$longest"
  expect_works
  anew
  key_file "$longest\r\n"
  expect_works

  anew
  key_file "${longest}k"
  refused_file 'it is longer than 16 KiB'
  key_file "${longest}k\n"
  refused_file 'it is longer than 16 KiB'
  unset SASE_API_KEY_FILE
  SASE_API_KEY=${longest}k call sase-credential token
  expect_failure 4 'cannot use the API key from SASE_API_KEY: it is longer than 16 KiB'
  expect_counter authorize 0
}

@test "rejects an endless file at once" {
  export SASE_API_KEY_FILE=/dev/zero
  rejects_untrusted "'/dev/zero' (owner 0, mode 0666) is not a regular file"
}

@test "rejects a file that others can read or write, with the chmod that repairs it" {
  local mode modes='0602 0622 0666'
  # Root's own readable file in memory is the exception, see below.
  [ "$(id -u)" -eq 0 ] && [ "$(stat -f -c %T "$home")" = tmpfs ] || modes+=' 0604 0644'
  for mode in $modes; do
    about "$mode"
    key_file "$key\n"
    chmod "$mode" "$home/key"
    rejects_untrusted "'$home/key' (owner $(id -u), mode $mode) can be * by other users" "chmod 600 $home/key"
  done

  chmod 0400 "$home/key"
  expect_works
}

@test "the chmod of the hint repairs it" {
  key_file "$key\n"
  chmod 0644 "$home/key"
  call sase-credential token
  expect_code 4
  eval "$(sed -n 's/^sase-credential: hint: //p' "$err")"

  expect_works
}

@test "rejects a file in a directory that others can write, with the chmod that repairs it" {
  key_file "$key\n"
  local mode
  for mode in 0702 0777; do
    about "$mode"
    chmod "$mode" "$home"
    rejects_untrusted "'$home/key': '$home' (owner $(id -u), mode $mode) can be written by other users" "chmod go-w $home"
  done

  for mode in 0755 1777; do
    chmod "$mode" "$home"
    expect_works
    anew
  done
}

@test "a symbolic link is judged by what it leads to" {
  meant_to_hold_secrets "$home/private/key" "$home/open/key"
  mkdir "$home/open" "$home/private"
  printf '%s\n' "$key" | tee "$home/open/key" >"$home/private/key"
  chmod 0777 "$home/open"
  ln -s "$home/private/key" "$home/good"
  ln -s "$home/open/key" "$home/bad"

  SASE_API_KEY_FILE=$home/good expect_works
  anew
  export SASE_API_KEY_FILE=$home/bad
  rejects_untrusted "'$home/bad': '$home/open' (owner $(id -u), mode 0777) can be written by other users" "chmod go-w $home/open"
}

@test "rejects another user's file" {
  needs_root
  key_file "$key\n"
  chown 65534 "$home/key"
  rejects_untrusted "'$home/key' (owner 65534, mode 0600) belongs to another user" "use a file of your own *api-key-command = cat $home/key"
}

@test "rejects a file in another user's directory" {
  needs_root
  key_file "$key\n"
  chown 65534 "$home"
  call sase-credential token
  expect_failure 4 "cannot use the API key: '$home/key': '$home' (owner 65534, mode 0700) belongs to another user"
}

@test "root's readable file on a memory file system is accepted, as Docker and Kubernetes mount secrets" {
  needs_root
  mkdir -m 755 "$home/secrets"
  # In a mount namespace, so that nothing is left behind.
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  mounted() {
    call unshare --mount sh -euc '
      mount -t tmpfs -o mode=755 secrets "$1"
      cat >"$1/key"
      chmod "$2" "$1/key"
      SASE_API_KEY_FILE=$1/key sase-credential token' - "$home/secrets" "$1"
  }
  printf '%s\n' "$key" >"$in"
  mounted 0444
  expect_token
  mounted 0640
  expect_token

  anew
  mounted 0666
  expect_failure 4 '*can be written by other users'
}

@test "rejects a directory in place of a key file" {
  mkdir "$home/directory"
  SASE_API_KEY_FILE=$home/directory call timeout 5 sase-credential token
  expect_failure 4 "cannot use the API key: '$home/directory' (owner $(id -u), mode 0700) is not a regular file" '*'
}

@test "reads the key from a pipe, and waits for its writer within timeout" {
  unset SASE_API_KEY
  call sase-credential --api-key-file <(echo "$key") token
  expect_token
  anew
  mkfifo "$home/fifo"
  call timeout 5 "$build/bin/sase-credential" --timeout 1s --api-key-file "$home/fifo" token
  expect_failure 6 "no API key was written to '$home/fifo' in time" '*'
  { sleep 0.2 && echo "$key"; } >"$home/fifo" &
  call sase-credential --api-key-file "$home/fifo" token
  expect_token
}

@test "a pipe that was read before: the hint says so" {
  exec 7< <(printf '%s\n' "$key")
  call sase-credential --api-key-file /dev/fd/7 token
  expect_token
  call sase-credential --api-key-file /dev/fd/7 --cache none token
  expect_failure 4 "cannot use the API key from the file '/dev/fd/7': it is empty" \
    "a pipe can be read once: name a file, or use 'api-key-command'"
  exec 7<&-
}

@test "a file that is not there: exit 4 with its name" {
  export SASE_API_KEY_FILE=$home/missing
  refused_file 'No such file or directory'
}

@test "rejects a relative path" {
  printf '%s\n' "$key" >"$home/key"
  cd "$home"
  call sase-credential --api-key-file key token
  expect_failure 2 "--api-key-file: the path is not absolute" "*'realpath FILE'*"
  SASE_API_KEY_FILE=./key call sase-credential token
  expect_failure 4 "SASE_API_KEY_FILE: the path is not absolute" "*'realpath FILE'*"
  # shellcheck disable=SC2088 # a tilde that is not expanded
  SASE_API_KEY_FILE='~/key' call sase-credential token
  expect_failure 4 "SASE_API_KEY_FILE: the path is not absolute" "*'~' is not expanded here*"
  in=$home/key call sase-credential --api-key-file - token
  expect_failure 2 "--api-key-file: the path is not absolute" "*'-' is written /dev/stdin"
  in=$home/key call sase-credential --api-key-file /dev/stdin token
  expect_token
}

@test "quotes around a path, URL, region or proxy, as in an env file: the message names them" {
  printf '%s\n' "$key" >"$home/key"
  local given
  for given in "SASE_API_KEY_FILE='$home/key'" 'SASE_REGION="eu"' "SASE_URL='$url'" 'SASE_MIN_TTL="5m"' \
    'SASE_PROXY="http://127.0.0.1:1"' "SASE_CA_FILE='$sandbox/ca.pem'"; do
    about "$given"
    call env -u SASE_URL SASE_API_KEY="$key" "$given" sase-credential token
    expect_failure 4 "${given%%=*}: *; it is in quotes" 'write the value without quotes'
  done
  profile default 'region = "eu"'
  call env -u SASE_URL SASE_API_KEY="$key" sase-credential token
  expect_failure 4 "*default.conf:1: unknown region '?eu?'; it is in quotes" 'write the value without quotes'
  expect_counter authorize 0
}

# ---- one source

@test "rejects two sources in one layer" {
  printf '%s\n' "$key" >"$home/key"
  call sase-credential --api-key-env TENANT_A --api-key-file "$home/key" token
  expect_failure 2 '--api-key-file: a second source of the API key *'

  SASE_API_KEY_ENV=TENANT_A SASE_API_KEY_FILE=$home/key call sase-credential token
  expect_failure 4 'SASE_API_KEY_*: a second source of the API key *'

  profile default 'api-key-env = TENANT_A' "api-key-file = $home/key"
  call sase-credential token
  expect_failure 4 "*/default.conf:2: a second source of the API key beside 'api-key-env'"
  expect_counter authorize 0
}

@test "of two layers the higher one's source counts, of whatever kind" {
  printf 'key-a\n' >"$home/key"
  export TENANT_B=wrong
  profile default 'api-key-env = TENANT_B'
  SASE_API_KEY_FILE=$home/key expect_works

  anew
  export TENANT_B=key-b
  SASE_API_KEY_FILE=/nonexistent call sase-credential --api-key-env TENANT_B token
  expect_token
}

@test "a key is never the value of a flag" {
  local hint="no argument takes a key: put it into SASE_API_KEY, or enter it at the prompt of 'sase-credential login'"
  call sase-credential --api-key "$key" token
  expect_failure 2 "unknown flag '--api-key'" "$hint"
  call sase-credential "--api-key=$key" token
  expect_failure 2 "unknown flag '--api-key'" "$hint"
  for command in token login; do
    call sase-credential "$command" "$key"
    expect_failure 2 "'$command' takes no operand" "$hint"
  done
  call sase-credential watch "$key"
  expect_failure 2 "'watch' needs a file, and this may be a key; a file is written './NAME'" "$hint"
  SASE_API_KEY=$key call sase-credential exec -- "${key:0:60}"
  expect_failure 127 'cannot run this: there is no such program' 'check its name, and PATH'
}

# not_shown TEXT: in what the last call, which failed, has said.
not_shown() {
  [ "$code" -ne 0 ] || refute 'expected a failure'
  expect_no_output
  expect_complaint '?*'
  ! grep -qF -e "$1" -e "${1:0:16}" "$err" || refute 'the key is in the message'
}

@test "a key that was put in a wrong place is not shown" {
  tries 7
  local wrong
  # A JWT, and keys that could be names: of a variable, a command or a file.
  for wrong in "$key" "sk_live_4eC39HqLyjWDarjtT1zdp7dc" 6f1ed002ab5595859014ebf0951522d9 \
    Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4 Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cQ==; do
    about "${wrong:0:8}..."
    SASE_API_KEY_ENV=$wrong call sase-credential token
    not_shown "$wrong"
    SASE_API_KEY_FILE=$wrong call sase-credential token
    not_shown "$wrong"
    call sase-credential --api-key-env "$wrong" token
    not_shown "$wrong"
    call sase-credential --api-key-file "$wrong" token
    not_shown "$wrong"
    profile default "api-key-env = $wrong"
    call sase-credential token
    not_shown "$wrong"
    profile default "api-key-file = $wrong"
    call sase-credential token
    not_shown "$wrong"
    profile default "$wrong"
    call sase-credential token
    not_shown "$wrong"
    profile default "api-key = $wrong"
    call sase-credential token
    not_shown "$wrong"
    rm "$XDG_CONFIG_HOME/sase-credential/profiles/default.conf"

    call sase-credential "$wrong"
    not_shown "$wrong"
    call sase-credential token "$wrong"
    not_shown "$wrong"
    call sase-credential get "$wrong"
    not_shown "$wrong"
    call sase-credential help "$wrong"
    not_shown "$wrong"
    call sase-credential "--api-key=$wrong" token
    not_shown "$wrong"
    call sase-credential --api-key "$wrong" token
    not_shown "$wrong"
  done
  expect_counter authorize 0
}

# ---- rejected by the service

@test "a rejected key: exit 5, one request, and a hint" {
  tries 5
  SASE_API_KEY=revoked call sase-credential token
  expect_failure 5 'the service rejected the API key (HTTP 401): "Unauthorized - Invalid credentials"' '*expiry date*'
  expect_counter authorize 1

  anew
  SASE_API_KEY=revoked SASE_API=v3 call sase-credential token
  expect_failure 5 'the service rejected the API key (HTTP 401): "Unauthorized - Invalid credentials"' '*expiry date*'
}
