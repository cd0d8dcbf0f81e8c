#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Python's requests: the class of install/python and the lines of its README.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export REQUESTS_CA_BUNDLE=$sandbox/ca.pem PYTHONPATH=$source_root/install/python PYTHONDONTWRITEBYTECODE=1
}

# python TEXT [ARGUMENT...]
python() { call /usr/bin/python3 -c "$@"; }

@test "the README's lines read from the API" {
  python "$(recipe python/README.md 1)"
  expect_output $'57 users\n'
  python "$(recipe python/README.md 2)"
  expect_output $'Ok\n'
  expect_counter authorize 1
  used python3-requests "$(/usr/bin/python3 -c 'import requests; print(requests.__version__)')" 'SaseAuth: GET /api/rest/v1/users'
}

@test "a session asks each time, and again when a token is rejected; a profile can be named" {
  profile default
  profile work
  fault status=401 route=resource times=1
  python '
import sys, requests
from sase_auth import SaseAuth
session = requests.Session()
session.auth = SaseAuth("work")
for turn in range(3): print(session.get(sys.argv[1] + "/api/rest/v2.3/status").text)
print(session.post(sys.argv[1] + "/git/demo.git/x", data="a").status_code)' "$url"
  expect_output $'Ok\nOk\nOk\n404\n'
  expect_counter authorize 2
}

@test "a service that rejects every token is asked twice" {
  fault reject-tokens=on
  python "$(recipe python/README.md 1)"
  expect_code 1
  grep -q 'HTTPError: 401' "$err" || refute 'expected the status'
  expect_counter authorize 2
  expect_counter resource_denied 2
}

@test "no other host is given a token, neither asked directly nor by a redirect" {
  further_sandbox other
  cat "$further/ca.pem" "$sandbox/ca.pem" >"$home/both.pem"
  fault "redirect=$further_url/api/rest/v1/users" route=resource
  # What is known of the other host is sent there, and no token in its place.
  printf 'machine localhost login me password other\n' >"$home/netrc"
  chmod 600 "$home/netrc"
  NETRC=$home/netrc REQUESTS_CA_BUNDLE=$home/both.pem python '
import sys, requests
from sase_auth import SaseAuth
for url in sys.argv[1:]:
  answer = requests.get(url + "/api/rest/v1/users", auth=SaseAuth())
  print(answer.status_code, len(answer.history), "Bearer" in answer.request.headers.get("Authorization", ""))' "$url" "$further_url"
  expect_output $'401 1 False\n401 0 False\n'
  expect_counter authorize 1
}

@test "without a token it fails with the reason and sends no request" {
  SASE_API_KEY='' python "$(recipe python/README.md 1)"
  expect_code 1
  expect_equal "$(head -n 1 "$err")" "sase-credential: no API key for the profile 'default'"
  expect_equal "$(tail -n 1 "$err" | grep -o 'exit status 4')" 'exit status 4'
  expect_counter connections 1 # the one that asks for the counters
}

@test "the token is in no command line" {
  traced "$home/trace" execve /usr/bin/python3 -c "$(recipe python/README.md 1)"
  expect_code 0
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
}
