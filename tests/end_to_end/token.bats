#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The formats of `token`, each to the byte, and that the tools they are meant for can use them (CONTRACT section 4).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

setup() {
  set_up_test
  call sase-credential token
  expect_token
  expect_no_message
}

# request CURL_OPTION... ROUTE: asks the sandbox like a user of curl's; prints the status.
request() { curl -q --silent --show-error --output /dev/null --write-out '%{http_code}' --cacert "$sandbox/ca.pem" "$@"; }

@test "'token' writes the token and a line end, with and without --format" {
  expect_output "$token"$'\n'
  call sase-credential token --format token
  expect_output "$token"$'\n'
  call sase-credential token --format=token
  expect_output "$token"$'\n'
  expect_counter authorize 1
}

@test "'token' reads no input" {
  mkfifo "$home/pipe"
  exec 8<>"$home/pipe"
  timeout 5 sase-credential token <"$home/pipe" >"$out" 2>"$err" 8>&- || code=$?
  exec 8>&-
  expect_output "$token"$'\n'
}

@test "'header' is one header line" {
  call sase-credential token --format header
  expect_output "Authorization: Bearer $token"$'\n'
}

@test "'curl' is a curl config" {
  call sase-credential token --format curl
  expect_output "header = \"Authorization: Bearer $token\""$'\n'
}

@test "'env' is token and expiry for a shell's eval" {
  meant_to_hold_secrets "$home/printed"
  call sase-credential token --format env
  expect_code 0
  expect_no_message
  take_output
  [[ $text =~ ^"export SASE_ACCESS_TOKEN='$token'"$'\nexport SASE_ACCESS_TOKEN_EXPIRES='([0-9]+)$'\n'$ ]] ||
    refute 'expected two exports'
  expect_lifetime "${BASH_REMATCH[1]}" 3600

  # shellcheck disable=SC2016 # for the inner shell
  sh -eu -c 'eval "$(sase-credential token --format env)"; printenv SASE_ACCESS_TOKEN SASE_ACCESS_TOKEN_EXPIRES' >"$home/printed"
  expect_equal "$(head -n 1 "$home/printed")" "$token" SASE_ACCESS_TOKEN
  expect_lifetime "$(tail -n 1 "$home/printed")" 3600
}

@test "'dotenv' is lines that --env-file, \$GITHUB_ENV, env -S and a shell read alike" {
  meant_to_hold_secrets "$home/github_env"
  meant_to_hold_secrets "$home/printed"
  call sase-credential token --format dotenv
  expect_code 0
  expect_no_message
  take_output
  [[ $text =~ ^"SASE_ACCESS_TOKEN=$token"$'\nSASE_ACCESS_TOKEN_EXPIRES='([0-9]+)$'\n'$ ]] || refute 'expected two plain lines'
  expect_lifetime "${BASH_REMATCH[1]}" 3600

  # As docker/cli and actions/runner: the name ends at the first '=', the value is the rest of the line.
  echo OTHER=1 >"$home/github_env"
  sase-credential token --format dotenv >>"$home/github_env"
  /usr/bin/python3 -c 'import sys
for line in open(sys.argv[1]):
    name, value = line.rstrip("\n").split("=", 1)
    if name == "SASE_ACCESS_TOKEN": print(value)' "$home/github_env" >"$home/printed"
  expect_equal "$(<"$home/printed")" "$token" 'the value for --env-file'
  env -S "$(sase-credential token --format dotenv) printenv SASE_ACCESS_TOKEN" >"$home/printed"
  expect_equal "$(<"$home/printed")" "$token" 'the value for env -S'
  # shellcheck disable=SC2016 # for the inner shell
  sh -euc 'set -a; . "$1"; printenv SASE_ACCESS_TOKEN' sh "$home/github_env" >"$home/printed"
  expect_equal "$(<"$home/printed")" "$token" 'the value for a shell'
}

@test "'json' is one object that describes the token" {
  call sase-credential token --format json
  expect_code 0
  expect_no_message
  take_output
  local time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'
  [[ $text =~ ^\{\"access_token\":\"$token\",\"token_type\":\"Bearer\",\"expires_in\":([0-9]+),\"expires_at\":\"($time)\",\"profile\":\"default\",\"api_url\":\"$url/api/rest\"\}$'\n'$ ]] ||
    refute 'expected the six members and a line end'
  [ "${BASH_REMATCH[1]}" -ge 3595 ] && [ "${BASH_REMATCH[1]}" -le 3600 ] || refute 'expected an hour'
  expect_lifetime "$(date -d "${BASH_REMATCH[2]}" +%s)" 3600

  expect_equal "$(jq -c '[keys_unsorted, (.expires_in | type), (.expires_at | fromdateiso8601 | type)]' "$out")" \
    '[["access_token","token_type","expires_in","expires_at","profile","api_url"],"number","number"]'
}

@test "'json' names the profile and the API's own base" {
  only_profiles
  profile work "url = $url" 'api = v3'
  call sase-credential --profile work token --format json
  expect_code 0
  expect_equal "$(jq -r '.profile + " " + .api_url' "$out")" "work $url"
}

@test "an unknown format is a usage error that names the nearest" {
  call sase-credential token --format jsn
  expect_failure 2 "unknown format 'jsn'" "did you mean 'json'?"
  call sase-credential token --format ''
  expect_code 2
  expect_no_output
  call sase-credential token --format $'x\033[2J'
  expect_failure 2 "unknown format 'x\\\\x1b\[2J'"
}

@test "every format is empty when there is no token" {
  for format in token header curl env dotenv json external exec-credential; do
    anew
    SASE_API_KEY=unknown-key call sase-credential token --format "$format"
    expect_failure 5 '*HTTP 401*'
  done
}

@test "the token opens the API of its generation: v1" {
  expect_equal "$(request "$url/api/rest/v1/users")" 401
  expect_equal "$(sase-credential token --format header | request -H @- "$url/api/rest/v1/users")" 200
  expect_equal "$(sase-credential token --format curl | request -K - "$url/api/rest/v1/users")" 200
  expect_counter authorize 1
}

@test "the token opens the API of its generation: v3" {
  export SASE_API=v3
  expect_equal "$(sase-credential token --format header | request -H @- "$url/v3/users")" 200
  expect_equal "$(sase-credential token --format curl | request -K - "$url/v3/users")" 200
  expect_equal "$(sase-credential token --format header | request -H @- "$url/api/rest/v1/users")" 401
}

@test "with one profile that is not called default, that one is meant" {
  only_profiles
  profile work "url = $url"
  call sase-credential token --format json

  expect_equal "$(jq -r .profile "$out")" work
}

@test "with several profiles and no default, one must be named" {
  only_profiles
  profile work "url = $url"
  profile home "url = $url"
  call sase-credential token

  expect_failure 4 '?*' '*home, work'
  SASE_PROFILE=home call sase-credential token --format json
  expect_equal "$(jq -r .profile "$out")" home
}

@test "min-ttl asks for a token that lives longer" {
  tries 2
  anew lifetime=20m
  call sase-credential token
  expect_token
  local short=$token

  fault lifetime=60m
  call sase-credential token --min-ttl 10m
  expect_token
  expect_equal "$token" "$short" token

  call sase-credential token --min-ttl 45m
  expect_token
  [ "$token" != "$short" ] || refute 'a token with 20 minutes left was given out for 45'
  expect_counter authorize 2
}

@test "rejects a new token that lives less than min-ttl" {
  tries 2
  anew lifetime=20m
  call sase-credential token --min-ttl 45m
  expect_failure 5 '*lives 20m, less than min-ttl 45m' '*min-ttl*'
}

@test "a token of 64 KiB is given out whole, in every format" {
  anew token=65536
  for format in token header curl env dotenv json external exec-credential; do
    call sase-credential token --format "$format"
    expect_code 0
    expect_no_message
    expect_equal "$(tr -cs 'A-Za-z0-9._~+/=-' '\n' <"$out" | awk '{ if (length > longest) longest = length } END { print longest }')" 65536
  done
  expect_counter authorize 1
}
