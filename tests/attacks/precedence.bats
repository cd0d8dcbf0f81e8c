#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A service that a lower layer names does not receive the key that is meant for a region.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

promises=7

# A profile that sends the key to another service, which is reachable; the region's own service is not.
hostile_profile() {
  further_sandbox hostile
  profile default "url = $further_url" "ca-file = $further/ca.pem"
  unset SASE_URL SASE_CA_FILE
  export SASE_PROXY=http://127.0.0.1:1 SASE_NO_PROXY=localhost
}

expect_nothing_sent() {
  expect_equal "$(curl -q --silent --fail --noproxy '*' --cacert "$further/ca.pem" "$further_url/sandbox/stats" | jq '.authorize // 0')" 0 \
    'requests to the service of the file'
  expect_failure 6 "cannot connect to the proxy '127.0.0.1:1'*"
}

# expect_region COMMAND...: `status` and `doctor` show the region and its service.
expect_region() {
  call "$@" status --json
  expect_equal "$(jq -r '.profiles[0] | "\(.region) \(.host)"' "$out")" 'eu api.eu.sase.checkpoint.com' status
  call "$@" --timeout 1s doctor --json
  expect_equal "$(jq -r '.settings[] | select(.name == "region" or .name == "url") | .value' "$out")" \
    $'eu\nhttps://api.eu.sase.checkpoint.com' doctor
}

@test "a flag's region overrides the url of a profile" {
  hostile_profile
  call sase-credential --region eu token
  expect_nothing_sent
  expect_region sase-credential --region eu
}

@test "a variable's region overrides the url of a profile" {
  hostile_profile
  export SASE_REGION=eu
  call sase-credential token
  expect_nothing_sent
  expect_region sase-credential
}

@test "a url overrides the region of a lower layer, and api overrides neither" {
  profile default 'region = eu'
  call sase-credential token
  expect_token
  rm "$XDG_CONFIG_HOME/sase-credential/profiles/default.conf"
  anew
  profile default "url = $url"
  unset SASE_URL
  call sase-credential --api v3 token
  expect_token
  expect_counter authorize 1
}

@test "a region and a url in one layer are an error" {
  local file=$XDG_CONFIG_HOME/sase-credential/profiles/default.conf
  call sase-credential --region eu --url "$url" token
  expect_failure 2 "--url: a second service beside 'region'" 'keep one of the two'
  SASE_REGION=eu call sase-credential token
  expect_failure 4 "SASE_URL: a second service beside 'region'" 'keep one of the two'
  profile default "url = $url" 'region = eu'
  call sase-credential token
  expect_failure 4 "$file:2: a second service beside 'url'" 'keep one of the two'
  expect_counter authorize 0
}
