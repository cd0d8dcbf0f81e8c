#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `status` shows each profile without a request.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# read_status [FLAG...]: runs `status --json` and checks its documented shape.
read_status() {
  call sase-credential "$@" status --json
  expect_code 0
  expect_no_message
  printable_lines_in "$out"
  no_secret_in "$out"
  jq -e '.version == 1 and (.profiles | all(
    (keys == ["api", "chosen", "error", "fleet", "host", "key", "last_failure", "name", "ok", "pause", "region", "token_seconds_left"])
    and (.ok | type == "boolean") and (.chosen | type == "boolean") and (.ok == (.error == null))))' "$out" >"$home/messages" ||
    refute 'not the documented shape'
}

# expect_member PROFILE MEMBER VALUE
expect_member() { expect_equal "$(jq -c ".profiles[] | select(.name == \"$1\") | .$2" "$out")" "$3" "$2 of '$1'"; }

@test "shows the default profile, its token and its failures" {
  read_status
  expect_member default chosen true
  expect_member default region null
  expect_member default host "\"$host\""
  expect_member default key '"SASE_API_KEY"'
  expect_member default token_seconds_left null
  [ ! -e "$state" ] || refute 'the state directory was made'

  call sase-credential token
  read_status
  expect_lifetime $((EPOCHSECONDS + $(jq '.profiles[0].token_seconds_left' "$out"))) 3600
  expect_counter authorize 1

  export SASE_API_KEY=wrong-key-unknown-to-all
  call sase-credential token
  read_status
  expect_member default token_seconds_left null
  expect_member default last_failure.what '"the service rejected the API key (HTTP 401): \"Unauthorized - Invalid credentials\""'
  jq -e '.profiles[0] | (.pause | test("the service is asked again in")) and .last_failure.seconds_ago < 60' "$out" ||
    refute 'expected a pause'
  expect_counter authorize 2
}

@test "shows a row for each profile, also after an invalid one" {
  only_profiles
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$home/key"
  profile default 'region = eu' "api-key-file = $home/key"
  profile prod 'region = ca' "api-key-command = touch '$home/ran'"
  profile lab "url = $url" "api-key-file = $home/none"
  profile wrong '# a word' 'regoin = eu'
  read_status
  expect_equal "$(jq -r '[.profiles[] | "\(.name)=\(.ok)"] | join(" ")' "$out")" 'default=true lab=false prod=true wrong=false'
  expect_member default chosen true
  expect_member prod api '"v3"'
  expect_member prod key "\"the command of 'api-key-command'\""
  [ ! -e "$home/ran" ] || refute 'the command was run'
  expect_member wrong error.what "\"$XDG_CONFIG_HOME/sase-credential/profiles/wrong.conf:2: unknown setting 'regoin'\""
  expect_member wrong error.remedy "\"did you mean 'region'?\""
  [[ $(jq -r '.profiles[1].error.what' "$out") == *"$home/none"* ]] || refute 'expected the missing key'

  read_status --profile lab
  expect_equal "$(jq '.profiles | length' "$out")" 1 'profiles'
  expect_member lab chosen false
  SASE_PROFILE=prod read_status
  expect_member prod chosen true
  expect_member default chosen false
  call sase-credential --profile none status
  expect_failure 2 "--profile: there is no profile 'none'" '*'
}

@test "marks no profile if there are several and none is the default" {
  only_profiles
  profile one 'region = eu'
  profile two 'region = us'
  read_status
  expect_equal "$(jq '[.profiles[].chosen] | any' "$out")" false
  SASE_PROFILE=three read_status
  expect_equal "$(jq '[.profiles[].chosen] | any' "$out")" false
}

@test "the text has aligned rows, a mark for the default profile, and problems below the row" {
  only_profiles
  profile default 'region = eu'
  profile wrong 'regoin = eu'
  call sase-credential status
  expect_code 0
  expect_no_message
  expect_equal "$(<"$out")" "  PROFILE  REGION  API  HOST                        TOKEN  KEY
* default  eu      v1   api.eu.sase.checkpoint.com  none   SASE_API_KEY
  wrong
  FAIL $XDG_CONFIG_HOME/sase-credential/profiles/wrong.conf:1: unknown setting 'regoin'
       -> did you mean 'region'?"
}

@test "reports a state directory that others can read, with exit code 0" {
  mkdir "$state"
  chmod 755 "$state"
  read_status
  [[ $(jq -r '.profiles[0].error.what' "$out") == *'open to other users'* ]] || refute 'expected the trouble with the directory'
}

# expect_check CODE [FLAG...]: the exit code of --check, in both forms, without a message on stderr.
expect_check() {
  local form
  for form in '' --json; do
    # shellcheck disable=SC2086 # empty or a flag
    call sase-credential "${@:2}" status --check $form
    expect_code "$1"
    expect_no_message
    no_secret_in "$out"
  done
}

@test "--check exits with 0 only if a token can be supplied, and sends nothing" {
  tries 5
  expect_check 0
  SASE_API_KEY='' expect_check 4
  SASE_API_KEY='' call sase-credential status --check
  grep -q "FAIL no API key for the profile 'default'" "$out" || refute 'expected the problem'
  SASE_CA_FILE=$home/none.pem expect_check 4
  expect_check 0 --api-key-command "touch '$home/ran'"
  [ ! -e "$home/ran" ] || refute 'the command was run'
  expect_counter authorize 0

  export SASE_API_KEY=wrong-key-unknown-to-all
  call sase-credential token
  expect_check 5
  export SASE_API_KEY=$key
  local i
  for i in 1 2 3 4 5; do
    call sase-credential --cache none token
    expect_token
  done
  expect_check 6
  expect_counter authorize 6
}

@test "--check needs no request while the cached token is good" {
  call sase-credential token
  expect_token
  local i
  for i in 1 2 3 4; do call sase-credential --cache none token; done
  expect_check 0
  expect_check 6 --min-ttl 59m --cache none
  chmod 755 "$state"
  expect_check 7
  expect_counter authorize 5
}

@test "--check concerns the selected profile alone" {
  only_profiles
  profile one 'region = eu'
  profile two 'regoin = us'
  expect_check 0 --profile one
  SASE_PROFILE=two expect_check 4
  call sase-credential status --check
  expect_failure 4 '*' '*'
  call sase-credential --profile none status --check
  expect_failure 2 "--profile: there is no profile 'none'" '*'
  SASE_PROFILE=one call sase-credential status --check --json
  expect_equal "$(jq -c '[.profiles[] | [.name, .chosen]]' "$out")" '[["one",true]]' profiles
}

@test "shows a thousand profiles in less than a second" {
  only_profiles
  local i start
  mkdir -p "$XDG_CONFIG_HOME/sase-credential/profiles"
  for ((i = 0; i < 1000; i++)); do
    printf 'region = eu\nmin-ttl = 5m\n' >"$XDG_CONFIG_HOME/sase-credential/profiles/p$i.conf"
  done
  start=$(now_ms)
  call sase-credential status --json
  expect_within 1000 "$start"
  expect_code 0
  expect_equal "$(jq '.profiles | length' "$out")" 1000 'profiles'
}
