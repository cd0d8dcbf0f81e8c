#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A token through the pipe: what `get`, `store`, `erase` and `capability` answer to well-meant requests, and which
# profile answers (CONTRACT sections 2 and 3).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# ---- the two forms

@test "a git that does not know 'authtype' gets user name and password" {
  ask_password
  call git-credential-sase get

  expect_password default
  expect_counter authorize 1
}

@test "a git that announces 'authtype' gets a Bearer credential" {
  ask_bearer
  call git-credential-sase get

  expect_bearer
  expect_counter authorize 1
}

@test "the front answers under its own name as well" {
  ask_password
  call sase-credential get

  expect_password default
}

@test "both forms carry the token that 'token' gives" {
  call sase-credential token
  expect_token
  local first=$token

  ask_password
  call git-credential-sase get
  expect_password
  expect_equal "$token" "$first" token

  ask_bearer
  call git-credential-sase get
  expect_bearer
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "the second call is answered from the cache" {
  ask_bearer
  call git-credential-sase get
  expect_bearer
  local first=$token

  call git-credential-sase get
  expect_bearer

  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "the cache answers while the service is down" {
  tries 6
  ask_bearer
  call git-credential-sase get
  expect_bearer

  fault status=503
  call git-credential-sase get

  expect_bearer
}

@test "the expiry is the service's, 60 minutes from now" {
  tries 2
  ask_password
  call git-credential-sase get

  expect_password
  expect_lifetime "$expiry" 3600
}

@test "the expiry of a cached token stays where it was" {
  tries 2
  fault lifetime=20m
  ask_password
  call git-credential-sase get
  expect_password
  local first=$expiry

  call git-credential-sase get
  expect_password

  expect_lifetime "$expiry" 1200
  [ $((expiry - first)) -ge -1 ] && [ $((expiry - first)) -le 1 ] || refute "the expiry went from $first to $expiry"
}

@test "the end of the input ends the request like an empty line" {
  ask_bytes 'protocol=https\nhost=%s\n' "$host"
  call git-credential-sase get

  expect_password
}

@test "further keys of a request are ignored" {
  ask 'capability[]=authtype' 'capability[]=state' protocol=https "host=$host" path=git/demo.git \
    'wwwauth[]=Bearer realm="sase"' 'wwwauth[]=Basic realm="sase"' 'state[]=other:1' unknown=thing
  call git-credential-sase get

  expect_bearer
}

# ---- no match

@test "a foreign host gets silence, and the service no request" {
  for foreign in github.com "localhost:1" localhost "evil.$host" "127.0.0.1:$port"; do
    ask protocol=https "host=$foreign"
    call git-credential-sase get
    expect_silence
  done

  expect_counter authorize 0
}

@test "a foreign host needs neither a key nor a cache" {
  unset SASE_API_KEY HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR
  ask protocol=https host=github.com
  call git-credential-sase get

  expect_silence
}

@test "clear-text http gets silence" {
  ask protocol=http "host=$host"
  call git-credential-sase get

  expect_silence
  expect_counter authorize 0
}

# ---- which profile

@test "the user name of a reply is the profile" {
  only_profiles
  profile work "url = $url"
  ask_password
  call git-credential-sase --profile work get

  expect_password work
}

@test "a user name in the request chooses the profile" {
  only_profiles
  profile default "url = $url"
  profile work "url = $url"
  ask protocol=https "host=$host" username=work
  call git-credential-sase get

  expect_password work
}

@test "a user name that names no profile does not match" {
  only_profiles
  profile default "url = $url"
  for username in stranger Default 'with space' ../default; do
    ask protocol=https "host=$host" "username=$username"
    call git-credential-sase get
    expect_silence
  done
  expect_counter authorize 0
}

@test "a user name does not make a profile give its token to a host that it does not own" {
  only_profiles
  profile default "url = $url"
  profile elsewhere 'url = https://api.example.test'
  ask protocol=https "host=$host" username=elsewhere
  call git-credential-sase get

  expect_silence
  expect_counter authorize 0
}

@test "neither --profile nor SASE_PROFILE makes a profile give its token to a host that it does not own" {
  only_profiles
  profile default "url = $url"
  profile elsewhere 'url = https://api.example.test'
  ask_password
  call git-credential-sase --profile elsewhere get
  expect_silence

  SASE_PROFILE=elsewhere call git-credential-sase get
  expect_silence
  expect_counter authorize 0
}

@test "SASE_PROFILE chooses the profile" {
  only_profiles
  profile default "url = $url"
  profile work "url = $url"
  ask_password
  SASE_PROFILE=work call git-credential-sase get

  expect_password work
}

@test "an empty SASE_PROFILE counts as absent" {
  only_profiles
  profile default "url = $url"
  ask_password
  SASE_PROFILE='' call git-credential-sase get

  expect_password default
}

@test "a user name goes before SASE_PROFILE, and --profile before both" {
  only_profiles
  for name in one two three; do profile "$name" "url = $url"; done
  ask protocol=https "host=$host" username=two

  SASE_PROFILE=one call git-credential-sase get
  expect_password two

  SASE_PROFILE=one call git-credential-sase --profile three get
  expect_password three
}

@test "of several owners, 'default' answers" {
  only_profiles
  profile a "url = $url"
  profile default "url = $url"
  profile z "url = $url"
  ask_password
  call git-credential-sase get

  expect_password default
}

@test "the one profile that owns the host answers, whatever the others are called" {
  only_profiles
  profile default 'url = https://api.example.test'
  profile work "url = $url"
  ask_password
  call git-credential-sase get

  expect_password work
}

@test "several owners and no default among them: exit 4, naming them" {
  only_profiles
  profile work "url = $url"
  profile home "url = $url"
  profile elsewhere 'url = https://api.example.test'
  ask_password
  call git-credential-sase get

  expect_failure 4 "*'$host': home, work" '*--profile*'
  expect_counter authorize 0
}

@test "each profile has a token of its own" {
  tries 3
  only_profiles
  profile one "url = $url"
  profile two "url = $url"
  ask protocol=https "host=$host" username=one
  call git-credential-sase get
  expect_password one
  local first=$token

  ask protocol=https "host=$host" username=two
  call git-credential-sase get
  expect_password two

  [ "$token" != "$first" ] || refute 'two profiles share a token'
  expect_counter authorize 2
}

@test "an unknown profile by flag is a usage error with the nearest name" {
  only_profiles
  profile work "url = $url"
  ask_password
  call git-credential-sase --profile wrok get

  expect_failure 2 "--profile: there is no profile 'wrok'"
  call git-credential-sase --profile wor get
  expect_failure 2 "--profile: there is no profile 'wor'" "did you mean 'work'?"
}

@test "an unknown profile by variable is a settings error" {
  only_profiles
  profile work "url = $url"
  ask_password
  SASE_PROFILE=worm call git-credential-sase get

  expect_failure 4 "SASE_PROFILE: there is no profile 'worm'" "did you mean 'work'?"
}

@test "rejects an invalid profile name" {
  for name in ../../etc/passwd Upper .hidden -dash 'a b' "$(printf 'x%.0s' {1..65})"; do
    ask_password
    call git-credential-sase "--profile=$name" get
    expect_failure 2 "--profile: '*' cannot name a profile"
  done
}

@test "a broken neighbour does not matter to a call that does not need it" {
  only_profiles
  profile work "url = $url"
  profile broken 'no setting at all'
  ask_password
  call git-credential-sase get
  expect_password work

  call git-credential-sase --profile broken get
  expect_failure 4 "$XDG_CONFIG_HOME/sase-credential/profiles/broken.conf:1: *"
}

@test "a broken profile leaves the requests for other hosts alone" {
  only_profiles
  profile default "url = $url"
  profile broken 'no setting at all'
  profile odd 'region = nowhere'
  local operation
  for operation in get erase; do
    about "$operation"
    ask protocol=https host=github.com username= password=x
    call git-credential-sase "$operation"
    expect_warning_at_most
    expect_silence
  done
  ask protocol=https host=github.com username=someone
  call git-credential-sase get
  expect_silence

  about 'only a broken profile'
  rm "$XDG_CONFIG_HOME/sase-credential/profiles/default.conf"
  ask protocol=https host=github.com
  call git-credential-sase get
  expect_warning_at_most
  expect_silence
  call git-credential-sase --no-prompt get
  expect_warning_at_most
  expect_silence
  expect_counter authorize 0
}

@test "a broken default profile does not stop another one that owns the host" {
  only_profiles
  profile default 'no setting at all'
  profile work "url = $url"
  ask_password
  call git-credential-sase get
  expect_warning_at_most
  expect_password work

  ask protocol=https host=github.com
  call git-credential-sase get
  expect_warning_at_most
  expect_silence
}

@test "a broken profile that is meant is an error all the same: exit 4" {
  only_profiles
  profile default 'no setting at all'
  profile work "url = $url"
  local broken="$XDG_CONFIG_HOME/sase-credential/profiles/default.conf:1: *"
  call sase-credential token
  expect_failure 4 "$broken"
  call sase-credential --profile default token
  expect_failure 4 "$broken"
  SASE_PROFILE=default call sase-credential token
  expect_failure 4 "$broken"
  ask protocol=https host=github.com username=default
  call git-credential-sase get
  expect_failure 4 "$broken"
}

# ---- which host

@test "a profile's further hosts get its token, no other ones do" {
  export SASE_HOST=git.example.test,api.example.test:8443
  for host in "$host" git.example.test git.example.test:443 api.example.test:8443; do
    ask protocol=https "host=$host"
    call git-credential-sase get
    expect_password
  done
  for foreign in example.test api.example.test git.example.test:8443 x.git.example.test; do
    ask protocol=https "host=$foreign"
    call git-credential-sase get
    expect_silence
  done
  expect_counter authorize 1
}

@test "a request by 'url' is answered like one by protocol and host" {
  for request in "url=$url" "url=$url/" "url=$url/git/demo.git" "url=https://LOCALHOST:$port/"; do
    ask "$request"
    call git-credential-sase get
    expect_password
  done
  ask 'url=https://example.test/'
  call git-credential-sase get
  expect_silence
}

@test "the user name in a 'url' chooses the profile" {
  only_profiles
  profile default "url = $url"
  profile work "url = $url"
  ask "url=https://work@$host/"
  call git-credential-sase get
  expect_password work

  ask "url=https://stranger@$host/"
  call git-credential-sase get
  expect_silence
}

@test "api v3 authorizes at v3's own path" {
  SASE_API=v3 call sase-credential token
  expect_token

  expect_counter 'routes."POST /v3/auth/authorize"' 1
  expect_counter 'routes."POST /api/v1/auth/authorize"' 0
}

@test "api v1 and v3 do not share a token" {
  tries 3
  call sase-credential token
  expect_token
  local first=$token
  SASE_API=v3 call sase-credential token
  expect_token

  [ "$token" != "$first" ] || refute 'both generations gave the same token'
  expect_counter authorize 2
}

# ---- no token to be had

@test "a failure leaves the output empty and says why" {
  export SASE_API_KEY=a-key-unknown-to-all
  ask_password
  call git-credential-sase get

  expect_failure 5 'the service rejected the API key (HTTP 401)*' '*Settings > API Support*'
  no_secret_in "$err"
  ! grep -q unknown-to "$err" || refute 'the key is in the message'
}

@test "--no-prompt tells git to stop after any failure of 'get'" {
  ask_password
  SASE_API_KEY=unknown call git-credential-sase --no-prompt get
  expect_code 5
  expect_equal "$(<"$out")" quit=1
  expect_complaint '*HTTP 401*'

  ask host=missing-protocol
  call git-credential-sase --no-prompt get
  expect_code 3
  expect_equal "$(<"$out")" quit=1
  expect_complaint '*not understood*'

  ask_password
  unset SASE_API_KEY
  call git-credential-sase --no-prompt get
  expect_code 4
  expect_equal "$(<"$out")" quit=1
}

@test "--no-prompt tells git to stop after a usage error of 'get' as well" {
  ask_password
  local words
  for words in 'get --no-prompt --bogus' '--no-prompt get --min-ttl' '--bogus --no-prompt get' '--no-prompt --profile none get' \
    '--no-prompt get --timeout=x'; do
    about "$words"
    # shellcheck disable=SC2086 # words
    call git-credential-sase $words
    expect_code 2
    expect_equal "$(<"$out")" quit=1
    expect_complaint '?*'
  done

  about "not of 'get'"
  for words in 'token --no-prompt --bogus' '--no-prompt --profile get token' '--no-prompt token --format get' \
    '--no-prompt erase --bogus'; do
    about "$words"
    # shellcheck disable=SC2086 # words
    call sase-credential $words
    expect_failure 2 '?*'
  done
}

@test "--no-prompt changes neither a success nor a foreign host's silence" {
  ask_password
  call git-credential-sase --no-prompt get
  expect_password

  ask protocol=https host=github.com
  call git-credential-sase --no-prompt get
  expect_silence
}

# ---- store, erase, capability

@test "'store' stores nothing, writes nothing and sends no request" {
  ask 'capability[]=authtype' authtype=Bearer credential=planted protocol=https "host=$host" \
    username=default password=planted password_expiry_utc=99999999999
  call git-credential-sase store
  expect_silence
  [ ! -e "$state" ] || refute 'store wrote something'
  expect_counter authorize 0

  ask_password
  call git-credential-sase get
  expect_password
  [ "$token" != planted ] || refute 'a planted token was given out'
}

@test "'erase' with the cached token makes the next 'get' authorize anew" {
  tries 5
  for form in password credential; do
    anew
    ask_password
    call git-credential-sase get
    expect_password
    local first=$token

    ask protocol=https "host=$host" username=default "$form=$first"
    call git-credential-sase erase
    expect_silence
    ask_password
    call git-credential-sase get
    expect_password

    [ "$token" != "$first" ] || refute 'the erased token was given out'
    expect_counter authorize 2
  done
}

@test "'erase' with another token, or with none, keeps the cached one" {
  ask_password
  call git-credential-sase get
  expect_password
  local first=$token

  for words in password=old credential=old "password=${first%?}" "password=${first}x" username=default; do
    ask protocol=https "host=$host" "$words"
    call git-credential-sase erase
    expect_silence
  done

  ask_password
  call git-credential-sase get
  expect_password
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "'erase' touches only the profile of its host and user name" {
  only_profiles
  profile one "url = $url"
  profile two "url = $url"
  ask protocol=https "host=$host" username=one
  call git-credential-sase get
  expect_password one

  for request in "host=$host username=two" 'host=example.test username=one' "host=$host username=stranger"; do
    # shellcheck disable=SC2086 # two words are two lines
    ask protocol=https $request "password=$token"
    call git-credential-sase erase
    expect_silence
  done

  fault status=503
  ask protocol=https "host=$host" username=one
  call git-credential-sase get
  expect_password one
}

@test "'erase' while another call is asking ends at once enough, quietly, and the token is gone" {
  ask_password
  call git-credential-sase get
  expect_password
  hold_lock
  local start
  start=$(now_ms)
  ask protocol=https "host=$host" username=default "password=$token"
  call git-credential-sase --timeout 1s erase
  release_lock
  expect_silence
  expect_within 2000 "$start"

  local first=$token
  call git-credential-sase get
  expect_password
  [ "$token" != "$first" ] || refute 'the erased token came back'
}

@test "'capability' announces authtype" {
  call git-credential-sase capability

  expect_output $'version 0\ncapability authtype\n'
}

@test "'--help' and '--version' go to stdout" {
  for words in --help -h help 'help get' 'get -h'; do
    # shellcheck disable=SC2086 # words
    call sase-credential $words
    expect_code 0
    expect_no_message
    [[ $(<"$out") == 'usage: sase-credential '* ]] || refute 'expected the usage'
  done
  call sase-credential --version
  expect_code 0
  expect_no_message
  [[ $(<"$out") =~ ^sase-credential\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || refute 'expected the version'
}

@test "help on a command that does not exist is a usage error that names the nearest" {
  call sase-credential help tokn
  expect_failure 2 "unknown command or topic 'tokn'" "did you mean 'token'?"
  call sase-credential help garbage
  expect_failure 2 "unknown command or topic 'garbage'" '?*'
}

@test "an empty word is no command: exit 2" {
  ask_password
  call sase-credential '' get
  expect_failure 2 '?*'
  call sase-credential ''
  expect_failure 2 '?*'
  expect_counter authorize 0
}

@test "a flag that the command does nothing with is a usage error, but not for an operation that git alone knows" {
  ask_password
  call sase-credential get --format json
  expect_failure 2 "'get' does not accept the flag '--format'" 'these do: token, watch'
  call git-credential-sase get --format json
  expect_failure 2 "'get' does not accept the flag '--format'" 'these do: token, watch'
  call git-credential-sase --format json frobnicate
  expect_silence
  for operation in get store erase; do
    call git-credential-sase --no-prompt "$operation"
    expect_code 0
    expect_no_message
  done
}

@test "warns of a misspelled variable when it contacts the service, not when the cache answers" {
  export SASE_MIN_TLL=5m
  call sase-credential token
  expect_warning 'SASE_MIN_TLL is not known; did you mean SASE_MIN_TTL[?]'
  call sase-credential token
  expect_token
  expect_no_message
}
