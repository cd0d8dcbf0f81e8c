#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# One vocabulary in four places: which place wins, and what is said of words and values that are wrong (CONTRACT
# sections 5 and 8). What each region and api means is in the unit tests, since only the real hosts could show it.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

conf() { printf '%s' "$XDG_CONFIG_HOME/sase-credential/profiles/${1:-default}.conf"; }

# The same sandbox by its other name.
setup() {
  set_up_test
  other_url=https://127.0.0.1:$port
}

# expect_url URL FLAG...: which `url` counts.
expect_url() {
  local wanted=$1
  shift
  call sase-credential "$@" token --format json
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r .api_url "$out")" "$wanted/api/rest" api_url
}

# with_etc COMMAND...: `call` where /etc is the directory $home/etc, which holds what looking up 'localhost' needs.
with_etc() {
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  cp /etc/hosts /etc/nsswitch.conf /etc/passwd /etc/group "$home/etc/"
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --mount sh -euc 'mount --bind "$1" /etc; shift; exec "$@"' - "$home/etc" "$@"
}

system_profile() {
  local file=$home/etc/sase-credential/profiles/$1.conf
  shift
  mkdir -p "${file%/*}"
  printf '%s\n' "$@" >"$file"
}

# ---- precedence

@test "a flag goes before a variable, a variable before the user's file" {
  profile default "url = $url"
  expect_url "$other_url" --url "$other_url"
  SASE_URL=$other_url expect_url "$other_url"
  SASE_URL='' expect_url "$url"
  unset SASE_URL
  expect_url "$url"
  expect_url "$other_url" --url "$other_url"
}

@test "the user's file goes before the system's, setting by setting" {
  needs_root
  unset SASE_URL
  system_profile default "url = $url" 'api = v3' 'min-ttl = 45m'
  with_etc sase-credential token --format json
  expect_code 0
  expect_equal "$(jq -r .api_url "$out")" "$url" api_url

  profile default "url = $other_url" 'api = v1'
  anew lifetime=20m
  with_etc sase-credential token --format json
  expect_failure 5 '*lives 20m, less than min-ttl 45m'

  profile default "url = $other_url" 'api = v1' 'min-ttl = 1m'
  anew lifetime=20m
  with_etc sase-credential token --format json
  expect_code 0
  expect_equal "$(jq -r .api_url "$out")" "$other_url/api/rest" api_url
}

@test "a profile that only the system has is found by name, and listed" {
  needs_root
  unset SASE_URL
  system_profile office "url = $url"
  system_profile 'Not A Name' "url = $url"
  profile mine "url = $url"
  with_etc sase-credential --profile office token --format json
  expect_code 0
  expect_equal "$(jq -r .profile "$out")" office

  with_etc sase-credential token
  expect_failure 4 '*' '*mine, office'
}

@test "of the system's and the user's source of the key, the user's counts" {
  needs_root
  unset SASE_API_KEY
  export TENANT=$key
  system_profile default 'api-key-file = /nonexistent'
  profile default 'api-key-env = TENANT'
  with_etc sase-credential token
  expect_token
}

@test "the message about an error in the system's file names that file" {
  needs_root
  system_profile default '# comment' 'regoin = eu'
  with_etc sase-credential token
  expect_failure 4 "/etc/sase-credential/profiles/default.conf:2: unknown setting 'regoin'" "did you mean 'region'?"
}

@test "'api' by flag, variable and file" {
  profile default 'api = v3'
  call sase-credential token
  expect_token
  expect_counter 'routes."POST /v3/auth/authorize"' 1

  SASE_API=v1 call sase-credential token
  expect_token
  expect_counter 'routes."POST /api/v1/auth/authorize"' 1

  anew
  SASE_API=v1 call sase-credential --api v3 token
  expect_token
  expect_counter 'routes."POST /v3/auth/authorize"' 1
}

@test "'min-ttl' by flag, variable and file" {
  profile default 'min-ttl = 45m'
  fault lifetime=20m
  call sase-credential token
  expect_failure 5 '*lives 20m, less than min-ttl 45m'
  anew lifetime=20m
  SASE_MIN_TTL=40m call sase-credential token
  expect_failure 5 '*less than min-ttl 40m'
  anew lifetime=20m
  SASE_MIN_TTL=40m call sase-credential --min-ttl 35m token
  expect_failure 5 '*less than min-ttl 35m'
  anew lifetime=20m
  SASE_MIN_TTL=40m call sase-credential --min-ttl 1m token
  expect_token
}

@test "'cache' by flag, variable and file" {
  profile default 'cache = none'
  call sase-credential token
  call sase-credential token
  expect_counter authorize 2

  anew
  SASE_CACHE='file' call sase-credential token
  SASE_CACHE='file' call sase-credential token
  expect_counter authorize 1

  anew
  SASE_CACHE='file' call sase-credential --cache none token
  SASE_CACHE='file' call sase-credential --cache none token
  expect_counter authorize 2
}

@test "'host' of the highest layer that gives any" {
  profile default 'host = file-one.test' 'host = file-two.test'
  answers() {
    ask protocol=https "host=$1"
    call git-credential-sase "${@:2}" get
    expect_password
  }
  silent() {
    ask protocol=https "host=$1"
    call git-credential-sase "${@:2}" get
    expect_silence
  }
  answers file-one.test
  answers file-two.test
  export SASE_HOST=variable.test,VARIABLE-TWO.test:8443
  answers variable.test
  answers variable-two.test:8443
  silent file-one.test
  answers flag-one.test --host flag-one.test --host flag-two.test
  answers flag-two.test --host flag-one.test --host flag-two.test
  silent variable.test --host flag-one.test
  answers "$host" --host flag-one.test
}

@test "'ca-file' by flag, variable and file, and SSL_CERT_FILE below them" {
  unset SASE_CA_FILE
  SSL_CERT_FILE=$sandbox/ca.pem call sase-credential token
  expect_token

  anew
  profile default "ca-file = $sandbox/ca.pem"
  SSL_CERT_FILE=/nonexistent call sase-credential token
  expect_token

  anew
  call sase-credential --ca-file /nonexistent token
  expect_failure 4 "cannot read the CA file '/nonexistent': No such file or directory"
  SASE_CA_FILE=/nonexistent-2 call sase-credential token
  expect_failure 4 "cannot read the CA file '/nonexistent-2': *"
  profile default 'ca-file = /nonexistent-3'
  call sase-credential token
  expect_failure 4 "cannot read the CA file '/nonexistent-3': *"
}

@test "'timeout' by flag, variable and file" {
  fault hang=on
  profile default 'timeout = 1s'
  call sase-credential token
  expect_failure 6 '*within *'
  anew hang=on
  profile default 'timeout = 1h'
  local start
  start=$(now_ms)
  SASE_TIMEOUT=1s call sase-credential token
  expect_failure 6 '*within *'
  anew hang=on
  SASE_TIMEOUT=1h call sase-credential --timeout 1s token
  expect_failure 6 '*within *'
  expect_within 4500 "$start"
}

@test "'proxy' and 'no-proxy' by flag, variable and file, and the usual variables below them" {
  export HTTPS_PROXY=http://127.0.0.1:1
  call sase-credential --timeout 1s token
  expect_failure 6 "*the proxy '127.0.0.1:1'*"
  anew
  https_proxy=http://127.0.0.2:1 call sase-credential --timeout 1s token
  expect_failure 6 "*the proxy '127.0.0.2:1'*"
  anew
  profile default 'proxy = http://127.0.0.3:1'
  call sase-credential --timeout 1s token
  expect_failure 6 "*the proxy '127.0.0.3:1'*"
  anew
  SASE_PROXY=http://127.0.0.4:1 call sase-credential --timeout 1s token
  expect_failure 6 "*the proxy '127.0.0.4:1'*"
  anew
  SASE_PROXY=http://127.0.0.4:1 call sase-credential --timeout 1s --proxy http://127.0.0.5:1 token
  expect_failure 6 "*the proxy '127.0.0.5:1'*"

  anew
  NO_PROXY=localhost call sase-credential token
  expect_token
  anew
  profile default 'no-proxy = localhost'
  NO_PROXY=elsewhere.test call sase-credential token
  expect_token
  anew
  SASE_NO_PROXY=localhost call sase-credential token
  expect_token
  anew
  SASE_NO_PROXY=elsewhere.test call sase-credential --no-proxy .elsewhere.test,localhost token
  expect_token
}

@test "of a flag given twice the last one counts" {
  expect_url "$other_url" --url https://first.test --url "$other_url"
}

@test "an empty variable counts as absent" {
  local name
  for name in SASE_REGION SASE_API SASE_HOST SASE_MIN_TTL SASE_TIMEOUT SASE_CACHE SASE_PROXY SASE_NO_PROXY \
    SASE_CLIENT_CERT SASE_CLIENT_KEY SASE_API_KEY_ENV SASE_API_KEY_FILE SASE_PROFILE HTTPS_PROXY https_proxy; do
    export "$name="
  done
  call sase-credential token
  expect_token
  expect_no_message
}

# ---- words that do not exist

@test "an unknown setting in a file: file, line and the nearest name" {
  profile default '# a comment' '' 'region = eu' '  # more' 'min-tll = 5m'
  call sase-credential token
  expect_failure 4 "$(conf):5: unknown setting 'min-tll'" "did you mean 'min-ttl'?"

  profile default 'api_key = secret'
  call sase-credential token
  expect_failure 4 "$(conf):1: unknown setting 'api_key'"
  ! grep -q secret "$err" || refute 'the value is in the message'
}

@test "an unknown flag: usage, and the nearest name" {
  call sase-credential token --min-tl 5m
  expect_failure 2 "unknown flag '--min-tl'" "did you mean '--min-ttl'?"
  call sase-credential --profil=x token
  expect_failure 2 "unknown flag '--profil'" "did you mean '--profile'?"
  call sase-credential --min token
  expect_failure 2 "unknown flag '--min'"
  call sase-credential $'--\033[2J=x' token
  expect_failure 2 "unknown flag '--\\\\x1b\[2J'"
}

@test "a flag without its value, and a value without need" {
  local flag
  for flag in --profile --format --region --api --url --host --api-key-env --api-key-file --min-ttl --timeout --cache \
    --ca-file --client-cert --client-key --proxy --no-proxy --fleet --fleet-prefix; do
    call sase-credential token "$flag"
    expect_failure 2 "the flag '$flag' needs a value"
  done
  call sase-credential token --no-prompt=yes
  expect_failure 2 "the flag '--no-prompt' takes no value"
}

# ---- values that are wrong

# bad NAME VALUE MESSAGE: as flag, as variable and in a file.
bad() {
  local name=$1 value=$2 message=$3 variable
  variable=SASE_${name^^}
  variable=${variable//-/_}
  about "$name = $value"
  rm -f "$(conf)"
  call sase-credential "--$name=$value" token
  expect_failure 2 "--$name: $message"
  call env -u SASE_URL "$variable=$value" sase-credential token
  expect_failure 4 "$variable: $message"
  unset "$variable"
  profile default '' "$name = $value"
  call env -u SASE_URL sase-credential token
  expect_failure 4 "$(conf):2: $message"
  rm "$(conf)"
  story_settings
}

# What a bad variable took the place of.
story_settings() { export SASE_URL=$url SASE_CA_FILE=$sandbox/ca.pem; }

@test "bad values: region, api, cache" {
  bad region uk "unknown region 'uk'"
  bad region US "unknown region 'US'"
  bad region $'e\033u' '?*'
  bad api v2 "unknown api 'v2'"
  bad api V1 "unknown api 'V1'"
  bad api 1 "unknown api '1'"
  bad cache disk "unknown cache 'disk'"
  bad cache File "unknown cache 'File'"
  expect_counter authorize 0
}

@test "bad values: fleet" {
  bad fleet on 'unusable fleet: *'
  bad fleet http://etcd1:2379 'unusable fleet: URL 1: it does not begin with https://'
  bad fleet https://etcd1:2379,https://etcd2:2379/v3 'unusable fleet: URL 2: it has more than host and port'
  bad fleet https://etcd1 'unusable fleet: URL 1: it has no port'
  bad fleet https://etcd1:2379,https://etcd1:2379 'unusable fleet: URL 2: it is there twice'
  bad fleet-ca-file ca.pem "the path 'ca.pem' is not absolute"
  bad fleet-prefix '/two words/' "unusable fleet-prefix '/two words/'"
  expect_counter authorize 0
}

@test "a fleet that is no list of URLs is an error while a token is cached as well" {
  call sase-credential token
  expect_token
  SASE_FLEET=http://etcd1:2379 call sase-credential token
  expect_failure 4 'SASE_FLEET: unusable fleet: URL 1: it does not begin with https://'
  profile default "url = $url" "ca-file = $SASE_CA_FILE" 'fleet = on'
  call sase-credential token
  expect_failure 4 "$(conf):3: unusable fleet: *"
  SASE_FLEET=off call sase-credential token
  expect_token
}

@test "the region 'ca' has no v1" {
  unset SASE_URL
  call sase-credential --region ca --api v1 token
  expect_failure 2 "--api: the region 'ca' has no v1"
  profile default 'region = ca' 'api = v1'
  call sase-credential token
  expect_failure 4 "$(conf):2: the region 'ca' has no v1"
}

@test "bad values: url" {
  for value in http://localhost localhost https:// https://user@localhost https://user:secret-word@localhost \
    'https://localhost/a?x' 'https://localhost/a b' 'https://localhost?x' 'https://localhost#x' 'https://local host' https://localhost:0 \
    https://localhost:99999 https://localhost: ftp://localhost https://.localhost 'https://*.localhost' //localhost; do
    bad url "$value" 'unusable url*'
    ! grep -q secret-word "$err" || refute 'the password is in the message'
  done
  expect_counter authorize 0
}

@test "bad values: host" {
  for value in '*.example.test' '*' 'a b' https://x.test x.test/ x.test:0 x.test: x.test:99999 user@x.test .x.test x.test. \
    -x.test x..test; do
    bad host "$value" "unusable host '${value//[*]/?}'"
  done
  # It may be a misplaced key.
  bad host "$(printf 'x%.0s' {1..64}).test" 'unusable host of 69 bytes'
  SASE_HOST=good.test,,other.test call sase-credential token
  expect_failure 4 "SASE_HOST: unusable host ''"
  expect_counter authorize 0
}

@test "bad values: min-ttl and timeout" {
  for name in min-ttl timeout; do
    for value in 5 5x m -5m 1.5h '5 m' 5M 5ms 1h30m 0x5m 99999999999999999999s +5m; do
      bad "$name" "$value" "unusable duration '$value'"
    done
  done
  bad min-ttl 60m "*'60m'*60m"
  bad min-ttl 1h "*'1h'*60m"
  bad min-ttl 61m "*'61m'*60m"
  bad min-ttl 2h "*'2h'*60m"
  bad timeout 0s "*'0s' is too short"
  expect_counter authorize 0
}

@test "the longest min-ttl gives a token on every call" {
  for _ in 1 2; do
    call sase-credential --min-ttl 59m token
    expect_token
    expect_no_message
  done
  expect_counter authorize 1
}

@test "variables of a file with Windows line ends" {
  export SASE_URL=$url$'\r' SASE_CA_FILE=$SASE_CA_FILE$'\r' SASE_API_KEY=$key$'\r' SASE_MIN_TTL=$'5m\r' SASE_CACHE=$'file\r'
  export SASE_PROFILE=$'default\r' SASE_HOST=$'a.test,b.test\r' SASE_TRACE=$'\r' NO_PROXY=$'a.test\r' HTTPS_PROXY=$'\r'
  call sase-credential token
  expect_token
  expect_no_message
  SASE_MIN_TTL=$'5m\r\r' call sase-credential token
  expect_failure 4 'SASE_MIN_TTL: *'
}

@test "a base URL as in the vendor's documentation" {
  for path in / /api /api/ /api/rest /api/rest/; do
    about "$path"
    SASE_URL=$url$path expect_url "$url"
  done
  # Another path is kept, so the sandbox does not know the address.
  SASE_URL=$url/gateway/api/rest call sase-credential token
  expect_failure 5 '*(HTTP 404)*'
}

# expect_region REGION HOST: the selected service; nothing is sent.
expect_region() {
  call sase-credential status --json
  expect_code 0
  expect_equal "$(jq -r '.profiles[0] | "\(.region) \(.host)"' "$out")" "$1 $2" 'region and host'
}

@test "the Terraform providers' variables select the region for their own key" {
  only_profiles
  unset SASE_API_KEY
  export CHECKPOINT_SASE_API_KEY=$key
  for BASE_URL in https://api.eu.sase.checkpoint.com https://api.eu.sase.checkpoint.com/api/rest \
    https://API.EU.sase.checkpoint.com:443/api/ https://public-apigw.eu.sase.checkpoint.com; do
    export BASE_URL
    expect_region eu api.eu.sase.checkpoint.com
  done
  SASE_REGION=au expect_region au api.au.sase.checkpoint.com
  SASE_API_KEY=$key expect_region us api.perimeter81.com
  SASE_API_KEY_FILE=$home/key expect_region us api.perimeter81.com
  unset CHECKPOINT_SASE_API_KEY
  export HARMONYSASE_API_KEY=$key
  expect_region us api.perimeter81.com
  HARMONYSASE_REGION=IN expect_region in api.in.sase.checkpoint.com
  HARMONYSASE_REGION=mars call sase-credential token
  expect_failure 4 "HARMONYSASE_REGION: unknown region 'mars'" '*us, eu*'
}

@test "another BASE_URL is ignored, with one warning where a request is sent" {
  profile default "url = $url"
  only_profiles
  unset SASE_API_KEY
  export CHECKPOINT_SASE_API_KEY=$key BASE_URL=https://other.test
  call sase-credential token
  expect_warning 'BASE_URL is ignored: *SASE_URL'
  call sase-credential token
  expect_token
  expect_no_message
  anew
  SASE_API_KEY=$key call sase-credential token
  expect_token
  expect_no_message
}

@test "BASE_URL beside the key variable of the older provider: ignored with a warning" {
  profile default "url = $url"
  only_profiles
  unset SASE_API_KEY
  export PERIMETER81_API_KEY=$key BASE_URL=https://api.eu.sase.checkpoint.com/api/rest
  call sase-credential token
  expect_warning 'BASE_URL is ignored: *SASE_URL'
}

@test "blanks around a URL are not part of it" {
  SASE_URL=" $url/ " call sase-credential token
  expect_token
  expect_no_message
  call sase-credential --url " $url/" token
  expect_token
  expect_counter authorize 1
}

@test "a flag with one dash or without a name: the hint has the flag" {
  local words
  for words in '-f json' '-format json' '-o json' json; do
    about "$words"
    # shellcheck disable=SC2086 # words
    call sase-credential token $words
    expect_failure 2 "'token' takes no operand" "did you mean '--format json'?"
  done
  call sase-credential token eu
  expect_failure 2 "'token' takes no operand" "did you mean '--region eu'?"
  call sase-credential -f json token
  expect_failure 2 "unknown flag '-f'" "did you mean '--format'?"
  call sase-credential token -format=json
  expect_failure 2 "unknown flag '-format'" "did you mean '--format'?"
}

@test "a dash or quotes of a text program: usage, and what it is" {
  call sase-credential token —format json
  expect_failure 2 "the argument '*format' has an em dash (U+2014) in place of --" 'type -- *'
  call sase-credential token –format=json
  expect_failure 2 "the argument '*format=json' has an en dash (U+2013) in place of --" 'type -- *'
  call sase-credential —version
  expect_failure 2 '*em dash (U+2014)*' 'type -- *'
  call sase-credential token --format “json”
  expect_failure 2 "the argument '*json*' has a quotation mark (U+201C) in place of *" 'type *'
  call git-credential-sase —format
  expect_code 0
  expect_no_message
}

@test "bad values: relative paths" {
  # shellcheck disable=SC2088 # a tilde that is not expanded
  for name in api-key-file ca-file client-cert client-key; do
    for value in key ./key ../key '~/key' file:///key; do
      # That of a key file may be the key itself, so it is not shown.
      [ "$name" = api-key-file ] && shown='' || shown="'$value' "
      bad "$name" "$value" "the path ${shown}is not absolute"
    done
  done
  expect_counter authorize 0
}

@test "bad values: api-key-env" {
  bad api-key-env A=B "*not the name of a variable"
  expect_counter authorize 0
}

@test "bad values: proxy" {
  for value in https://proxy.test socks5://proxy.test ftp://proxy.test http:// http://a:b:c 'http://us%zzer@proxy.test'; do
    about "proxy = $value"
    call sase-credential "--proxy=$value" token
    expect_failure 2 '*proxy*'
    for variable in SASE_PROXY HTTPS_PROXY; do
      call env -u SASE_URL "$variable=$value" sase-credential token
      expect_failure 4 '*proxy*'
    done
    profile default "proxy = $value"
    call sase-credential token
    expect_failure 4 '*proxy*'
    rm "$(conf)"
  done
  expect_counter authorize 0
}

# names_place CODE PLACE COMMAND...: a rejection that names the place of the value and is no internal error.
names_place() {
  about "$2"
  call "${@:3}" sase-credential token
  expect_failure "$1" "*$2*"
  ! grep -qE 'internal error|secret-word' "$err" || refute 'expected a settings error, without a password'
}

@test "bad values: control bytes" {
  local byte name
  for byte in $'\n' $'\r' $'\t' $'\033' $'\177' $'\001'; do
    for name in HTTPS_PROXY https_proxy SASE_PROXY; do
      names_place 4 "$name" env "$name=http://proxy${byte}x.test:3128"
      names_place 4 "$name" env "$name=http://user:secret-word${byte}x@proxy.test:3128"
    done
    names_place 4 SSL_CERT_FILE env -u SASE_CA_FILE "SSL_CERT_FILE=/nonexistent${byte}x"
    for name in SASE_CA_FILE SASE_CLIENT_CERT SASE_CLIENT_KEY; do names_place 4 "$name" env "$name=/nonexistent${byte}x"; done
    for name in ca-file client-cert client-key; do
      about "--$name"
      call sase-credential "--$name" "/nonexistent${byte}x" token
      expect_failure 2 "--$name: *"
    done
    about --proxy
    call sase-credential --proxy "http://user:secret-word${byte}x@proxy.test" token
    expect_failure 2 '--proxy: *'
    ! grep -q secret-word "$err" || refute 'the password is in the message'
  done
  for byte in $'\033' $'\177' $'\001'; do
    for name in ca-file client-cert proxy; do
      profile default '' "$name = /nonexistent${byte}x"
      call env -u SASE_CA_FILE sase-credential token
      expect_failure 4 "$(conf):2: *"
    done
  done
  rm "$(conf)"
  expect_counter authorize 0
}

@test "bad values: control bytes in no-proxy, other than line ends and tabs, which separate" {
  local byte name
  for byte in $'\033' $'\177' $'\001'; do
    for name in NO_PROXY no_proxy SASE_NO_PROXY; do
      names_place 4 "$name" env HTTPS_PROXY=http://127.0.0.1:1 "$name=elsewhere.test,local${byte}host"
    done
    about --no-proxy
    call sase-credential --no-proxy "local${byte}host" token
    expect_failure 2 '--no-proxy: *'
    profile default '' "no-proxy = local${byte}host"
    call sase-credential token
    expect_failure 4 "$(conf):2: *"
    rm "$(conf)"
  done
  expect_counter authorize 0
}

@test "blanks around the hosts of SASE_HOST do not count" {
  export SASE_HOST=' a.test, b.test:8443 ,c.test '
  local name
  for name in a.test b.test:8443 c.test; do
    ask protocol=https "host=$name"
    call git-credential-sase get
    expect_password
  done
}

@test "the README's misspelt region, to the letter" {
  unset SASE_URL SASE_CA_FILE
  SASE_REGION=ue call sase-credential token
  expect_failure 4 "SASE_REGION: unknown region 'ue'" "did you mean 'eu'?"
}

@test "a value as a flag that is empty is a usage error" {
  for name in region api url host min-ttl timeout cache ca-file api-key-file api-key-env; do
    call sase-credential "--$name=" token
    expect_code 2
    expect_no_output
    expect_complaint '*'
  done
}

# ---- files

@test "comments, blanks, a byte order mark and Windows line ends in a profile" {
  unset SASE_URL
  mkdir -p "$XDG_CONFIG_HOME/sase-credential/profiles"
  printf '\xef\xbb\xbf# comment\r\n\r\n   url=%s  \r\n\t api\t=\tv3\r\n   # comment = x\r\n' "$url" >"$(conf)"
  call sase-credential token --format json
  expect_code 0
  expect_no_message
  expect_equal "$(jq -r .api_url "$out")" "$url"
  printf '\xef\xbb\xbfurl = %s\r\n' "$url" >"$(conf)"
  call sase-credential token
  expect_token
}

@test "a profile's last line needs no end" {
  unset SASE_URL
  mkdir -p "$XDG_CONFIG_HOME/sase-credential/profiles"
  printf 'url = %s' "$url" >"$(conf)"
  call sase-credential token
  expect_token
}

@test "lines that are no setting: file and line" {
  profile default '' 'region eu'
  call sase-credential token
  expect_failure 4 "$(conf):2: no '=' in this line"
  profile default 'region ='
  call sase-credential token
  expect_failure 4 "$(conf):1: 'region' has no value"
  profile default '[section]'
  call sase-credential token
  expect_failure 4 "$(conf):1: no '=' in this line"
  profile default 'api = v1' 'region = eu' 'api = v3'
  call sase-credential token
  expect_failure 4 "$(conf):3: 'api' is given twice"
  profile default $'\033[2J = x'
  call sase-credential token
  expect_failure 4 "$(conf):1: unknown setting '\\\\x1b\[2J'"
}

@test "a profile file that cannot be read: exit 4 with its name, at once" {
  mkdir -p "$(conf)"
  call sase-credential token
  expect_failure 4 "cannot use the profile: '$(conf)' (owner $(id -u), mode 0700) is not a regular file" '*'
  rmdir "$(conf)"
  mkfifo "$(conf)"
  call timeout 5 sase-credential token
  expect_failure 4 "cannot use the profile: '$(conf)' (owner $(id -u), mode 0600) is not a regular file" '*'
  rm "$(conf)"
  ln -s /dev/zero "$(conf)"
  call timeout 5 sase-credential token
  expect_failure 4 "cannot use the profile: '$(conf)' (owner 0, mode 0666) is not a regular file" '*'
}

@test "the user's files are below XDG_CONFIG_HOME, else below HOME/.config; relative values are ignored" {
  unset SASE_URL XDG_CONFIG_HOME
  mkdir -p "$HOME/.config/sase-credential/profiles" "$home/job/config/sase-credential/profiles"
  echo "url = $url" >"$HOME/.config/sase-credential/profiles/default.conf"
  echo garbage >"$home/job/config/sase-credential/profiles/default.conf"
  expect_url "$url"
  cd "$home/job"
  XDG_CONFIG_HOME=config expect_url "$url"
  XDG_CONFIG_HOME='' expect_url "$url"
}

@test "what is no profile's name is no profile" {
  unset SASE_URL
  profile work "url = $url"
  touch "$(conf Work)" "$(conf .hidden)" "${XDG_CONFIG_HOME}/sase-credential/profiles/backup.conf~"
  call sase-credential token --format json
  expect_code 0
  expect_equal "$(jq -r .profile "$out")" work
}
