#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Row 67 of PROTOCOLS section 2.1, and what the program makes of every way in which the service, or what stands in its
# place, can fail: exit code, words and bounds (CONTRACT sections 6, 7 and 8).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# The longest test runs beside the others, against a sandbox of its own.
setup_file() {
  start_file
  start_sandbox "$BATS_FILE_TMPDIR/hanging" --fault hang=on
  be_patient "$BATS_FILE_TMPDIR" "$BATS_FILE_TMPDIR/hanging" 3>&- 4>&- &
}

teardown_file() {
  wait_for_patient
  stop_sandbox "$BATS_FILE_TMPDIR/hanging"
  stop_file
}

# be_patient DIRECTORY SANDBOX: a call with the default timeout; its code and how long it took end up in DIRECTORY/patient.
be_patient() {
  local start code=0
  start=$(now_ms)
  mkdir -m 700 "$1/patient-state"
  XDG_RUNTIME_DIR=$1/patient-state SASE_URL=$(<"$2/url") SASE_CA_FILE=$2/ca.pem SASE_API_KEY=$(<"$2/api-key") \
    sase-credential token >"$1/patient.out" 2>"$1/patient.err" || code=$?
  echo "$code $(($(now_ms) - start))" >"$1/patient.new"
  mv "$1/patient.new" "$1/patient"
}

wait_for_patient() {
  local tries=0
  until [ -e "$BATS_FILE_TMPDIR/patient" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || return 1
    sleep 0.05
  done
}

# fails FAULTS CODE MESSAGE [HINT [REQUESTS]]: FAULTS are words; REQUESTS is how often the service is asked.
fails() {
  about "fault $1"
  # shellcheck disable=SC2086 # words
  anew $1
  ask_bearer
  call git-credential-sase --timeout 3s get
  expect_failure "$2" "$3" "${@:4:1}"
  [ $# -lt 5 ] || expect_counter authorize "$5"
}

# works FAULTS: the token comes, with nothing to say.
works() {
  about "fault $1"
  # shellcheck disable=SC2086 # words
  anew $1
  ask_bearer
  call git-credential-sase get
  expect_bearer
}

# ---- statuses

@test "a rejection is final: exit 5 and one request" {
  tries 5
  fails status=400 5 'the service did not accept the request (HTTP 400): "Bad Request"' '?*' 1
  fails status=401 5 'the service rejected the API key (HTTP 401): "Unauthorized"' '?*' 1
  fails status=402 5 "the account's plan does not cover the API (HTTP 402)*" '?*' 1
  fails status=403 5 'the service denied access (HTTP 403): "Forbidden"' "*region*" 1
  fails status=404 5 'the URL was not found on the service (HTTP 404)*' '*region*' 1
  fails status=405 5 'the URL was not found on the service (HTTP 405)*' '*region*' 1
  fails status=410 5 '* (HTTP 410)*' '?*' 1
  fails status=418 5 '* (HTTP 418)*' '?*' 1
  fails status=422 5 'the service did not accept the request (HTTP 422)*' '?*' 1
}

@test "a passing failure is met by a few tries: exit 6" {
  tries 5
  for status in 408 425 429 500 503 599; do
    fails "status=$status" 6 "* (HTTP $status)*"
    [ "$(counter authorize)" -gt 1 ] || refute 'expected another try'
    [ "$(counter authorize)" -le 5 ] || refute 'expected a few tries only'
  done
}

@test "a passing failure that passes is not told" {
  tries 5
  for status in 408 429 500 503; do
    works "status=$status times=1"
    expect_counter authorize 2
  done
  works 'reset=headers times=1'
  works 'status=502 times=2'
  expect_counter authorize 3
}

@test "odd statuses of success are no success without a token" {
  works status=201
  fails status=204 5 '*'
}

@test "the service's own words are shown, in each of its shapes" {
  for body in message id-message gum; do
    fails "status=403 body=$body" 5 'the service denied access (HTTP 403): "Forbidden"'
  done
  for body in empty not-json; do
    fails "status=403 body=$body" 5 'the service denied access (HTTP 403)'
  done
  fails 'status=500 body=message' 6 'the service is failing (HTTP 500): "Internal Server Error"'
  fails 'status=500 body=not-json' 6 'the service is failing (HTTP 500)'
}

@test "recognizes a web page in place of the service" {
  fails 'status=200 body=html' 5 'a web page answered instead of the service*' '*captive portal*' 1
  fails 'status=403 body=html' 5 'a web page answered instead of the service*' '*captive portal*' 1
  fails 'status=404 body=html' 5 '*'
  fails 'status=502 body=html' 6 'the service is failing (HTTP 502)'
}

@test "what the service echoes is not shown, be it the key or a piece of it" {
  tries 7
  for status in 400 401 403 422 500; do
    anew "status=$status" body=echo-key
    call sase-credential token
    expect_code $((status == 500 ? 6 : 5))
    expect_complaint "* (HTTP $status)"
    expect_no_output
  done

  # A key in which no piece gives itself away as such.
  anew status=400 body=echo-key
  SASE_API_KEY='correct horse battery staple' call sase-credential token
  expect_code 5
  ! grep -qiE 'correct|horse|battery|staple' "$err" || refute 'the key is in the message'
}

# ---- answers

@test "an answer that makes no sense: exit 5" {
  fails 'status=200 body=empty' 5 "the service's response is empty" '?*' 1
  fails 'status=200 body=not-json' 5 "the service's response is not JSON" '?*' 1
  fails 'status=200 body=message' 5 '*contains no access token*' '?*' 1
  fails envelope=missing 5 '*'
  fails envelope=array 5 '*'
  fails envelope=deep 5 '*'
  fails truncate=on 5 "the service's response is shorter than it says"
}

@test "rejects a token that could break a line, a header or a shell: exit 5" {
  tries 7
  for token in newline escape space empty missing number null; do
    fails "token=$token" 5 "the service's response *" '?*' 1
  done
}

@test "delivers a token of 1 byte to 64 KiB and rejects a larger one" {
  tries 7
  works token=1
  works token=65536
  expect_equal "${#token}" 65536
  fails token=65537 5 '*longer than 64 KiB' '?*' 1
  fails token=300000 5 '*' '?*' 1
}

@test "the token's type must be bearer, in any case, or missing" {
  works token-type=missing
  works token-type=bearer
  works token-type=Bearer
  works token-type=BEARER
  fails token-type=mac 5 '*another type than bearer' '?*' 1
  fails token-type=bearers 5 '*another type than bearer' '?*' 1
}

@test "the answer is bounded: 256 KiB and 100 headers" {
  tries 7
  works big-body=262144
  fails big-body=262145 5 "the service's response is larger than 256 KiB" '?*' 1
  fails big-body=8388608 5 "the service's response is larger than 256 KiB" '?*' 1
  # The sandbox adds four of its own.
  works many-headers=96
  fails many-headers=97 5 '*header*' '?*' 1
  fails many-headers=10000 5 '*header*' '?*' 1
}

@test "redirects are not followed, wherever they lead" {
  tries 7
  further_sandbox elsewhere
  local target
  for target in "$further_url/api/v1/auth/authorize" "$url/api/v1/auth/authorize" http://localhost/ /login \
    https://evil.example/; do
    fails "redirect=$target" 5 'the service answered with a redirect, which is never followed (HTTP 302)*' '?*' 1
  done
  for status in 301 303 307 308; do
    fails "redirect=$further_url/api/v1/auth/authorize status=$status" 5 "* (HTTP $status)*" '?*' 1
  done
  expect_equal "$(curl -q -sS --cacert "$further/ca.pem" "$further_url/sandbox/stats" | jq .authorize)" 0 'requests elsewhere'
}

@test "the message names only the host of a redirect's target" {
  fails "redirect=https://portal.example/login?key=$key" 5 "* (HTTP 302) to 'https://portal.example'*"
}

# ---- time

@test "expiry in every form: the lifetime is the service's" {
  tries 2
  local form
  for form in seconds milliseconds quoted rfc3339 rfc3339-fraction float; do
    works "expiry=$form lifetime=20m"
    expect_lifetime "$expiry" 1200
  done
}

@test "expiry that is missing or unreadable: 45 minutes" {
  tries 2
  local form
  for form in missing null text object huge; do
    works "expiry=$form"
    expect_lifetime "$expiry" 2700
  done
}

@test "rejects a token that has expired already: exit 5" {
  tries 2
  for form in past now negative; do
    fails "expiry=$form" 5 '*expired' '?*' 1
  done
}

@test "a lifetime is at most 60 minutes, and an absurd one 45" {
  tries 2
  works lifetime=2h
  expect_lifetime "$expiry" 3600
  works lifetime=23h
  expect_lifetime "$expiry" 3600
  works lifetime=25h
  expect_lifetime "$expiry" 2700
  works 'lifetime=25h expiry=milliseconds'
  expect_lifetime "$expiry" 2700
}

@test "expiry counts from the server's clock, however wrong" {
  tries 2
  for shift in +1d -1d +90d -90d +59m -59m; do
    works "date=$shift"
    expect_lifetime "$expiry" 3600
    works "date=$shift lifetime=20m expiry=rfc3339"
    expect_lifetime "$expiry" 1200
  done
}

@test "without a readable Date this machine's clock is good enough" {
  tries 2
  works date=missing
  expect_lifetime "$expiry" 3600
  works 'date=invalid lifetime=20m'
  expect_lifetime "$expiry" 1200
}

@test "an unreadable expiry is not cached for longer than 45 minutes" {
  tries 2
  works expiry=missing
  call sase-credential --min-ttl 46m token
  # The next one lives as short.
  expect_failure 5 '*less than min-ttl 46m'
  # Which of the two is kept hangs on whether the clock has ticked in between.
  call sase-credential --min-ttl 44m token
  expect_token
  expect_counter authorize 2
}

# ---- Retry-After

@test "Retry-After is obeyed within the timeout" {
  tries 5
  local start
  start=$(now_ms)
  works 'retry-after=1 times=1'
  [ $(($(now_ms) - start)) -ge 1000 ] || refute 'Retry-After was not obeyed'
  expect_counter authorize 2
}

@test "a Retry-After beyond the timeout ends the call at once: exit 6" {
  tries 5
  local start form
  for form in 60 date+60 100000; do
    start=$(now_ms)
    fails "retry-after=$form" 6 '* (HTTP 429)*' '?*' 1
    expect_within 1500 "$start"
  done
  fails 'retry-after=60 status=503' 6 '* (HTTP 503)*'
  expect_counter authorize 1
}

@test "ignores a malformed Retry-After" {
  tries 5
  works 'retry-after=invalid times=1'
}

# ---- the connection

# in_time FAULTS CODE MESSAGE: with a timeout of a second, and not a second more.
in_time() {
  local start
  about "fault $1"
  # shellcheck disable=SC2086 # words
  anew $1
  start=$(now_ms)
  call sase-credential --timeout 1s token
  expect_failure "$2" "$3"
  expect_within 2000 "$start"
}

@test "'timeout' holds against a service that hangs, drips or dawdles" {
  tries 1
  in_time hang=on 6 "no answer from '$host' within *"
  in_time drip=20ms 6 "no answer from '$host' within *"
  in_time delay=5s 6 "no answer from '$host' within *"
  in_time 'status=503 delay=600ms' 6 '*'
}

@test "the trace names the step at the deadline" {
  tries 7
  fault hang=on
  SASE_TRACE=$home/trace call sase-credential --timeout 1s token
  expect_failure 6 "no answer from '$host' within 1s while waiting for the response"
  grep -q 'time is up while waiting for the response$' "$home/trace" || refute 'expected the step in the trace'
}

@test "'timeout' holds against one that listens and says nothing" {
  tries 1
  # It completes the TCP handshake and no more.
  /usr/bin/python3 -c '
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
time.sleep(60)' >"$home/port" 3>&- 4>&- &
  local silent=$! start
  wait_until test -s "$home/port"
  start=$(now_ms)
  SASE_URL=https://localhost:$(<"$home/port") call sase-credential --timeout 1s token
  kill "$silent"

  expect_failure 6 "no answer from 'localhost:$(<"$home/port")' within *"
  expect_within 2000 "$start"
}

@test "the default timeout is 10 seconds" {
  tries 1
  local took
  wait_for_patient
  read -r code took <"$BATS_FILE_TMPDIR/patient"
  cp "$BATS_FILE_TMPDIR/patient.out" "$out"
  cp "$BATS_FILE_TMPDIR/patient.err" "$err"
  expect_failure 6 '*within *'
  [ "$took" -ge 9000 ] && [ "$took" -le 11000 ] || refute "expected 10 s, it took $took ms"
}

@test "a slow answer within the timeout is a good one" {
  works 'delay=700ms'
  works 'drip=1ms token=200'
}

@test "connections that are cut: exit 6" {
  fails reset=headers 6 "'$host' *"
  fails reset=body 6 "'$host' *"
  # Whether the connection counts as made by then is the kernel's to say.
  fails reset=accept 6 "*'$host'*"
}

@test "no listener: exit 6 with the reason" {
  SASE_URL=https://localhost:1 call sase-credential token
  expect_failure 6 "cannot connect to 'localhost:1': Connection refused" '?*'
}

@test "a name that does not exist: exit 6 with the reason" {
  # Reserved by RFC 6761, so it can exist nowhere.
  SASE_URL=https://no-such-host.invalid call sase-credential --timeout 3s token
  expect_failure 6 "*'no-such-host.invalid'*"
}

@test "what answers does not speak TLS: exit 6" {
  tries 7
  /usr/bin/python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    peer = server.accept()[0]
    peer.recv(1000)
    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    peer.close()' >"$home/port" 3>&- 4>&- &
  local plain=$!
  wait_until test -s "$home/port"
  SASE_URL=https://localhost:$(<"$home/port") call sase-credential token
  kill "$plain"

  expect_failure 6 "'localhost:$(<"$home/port")' does not speak TLS"
}

# ---- certificates

# with_certificate KIND MESSAGE [HINT]: no request comes through.
with_certificate() {
  about "certificate $1"
  further_sandbox "$1" --certificate "$1"
  export SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem
  SASE_API_KEY=$(<"$further/api-key") call sase-credential token
  expect_failure 6 "$2" "${3-?*}"
  expect_equal "$(curl -q -sS --insecure "$further_url/sandbox/stats" | jq .authorize)" 0 requests
}

@test "a certificate that has expired: exit 6, and since when" {
  tries 7
  with_certificate expired '*has expired: it was valid until 20??-*'
}

@test "a certificate that is not valid yet: exit 6, and from when" {
  tries 7
  with_certificate not-yet '*not valid before 20??-*' '*clock*'
}

@test "a certificate of another name: exit 6, and which" {
  tries 7
  with_certificate wrong-name "*not for 'localhost'"
}

@test "a self-signed certificate: exit 6" {
  tries 7
  with_certificate self-signed '*is self-signed*' '*ca-file*'
}

@test "a certificate of an unknown issuer: exit 6, and which" {
  tries 7
  further_sandbox stranger
  SASE_CA_FILE=$further/ca.pem call sase-credential token
  expect_failure 6 "*issued by '*', which is not trusted" '*ca-file*'
  expect_counter authorize 0
}

@test "without ca-file the system's roots count, not the sandbox's" {
  tries 7
  unset SASE_CA_FILE
  call sase-credential token
  expect_failure 6 '*not trusted*'
  expect_counter authorize 0
}

@test "a certificate with a key that is too weak: exit 6" {
  authority
  certificate strong localhost subjectAltName=DNS:localhost 2048
  certificate weak localhost subjectAltName=DNS:localhost 1024
  serve strong tls_server.py "$home/strong.pem"
  SASE_CA_FILE=$home/authority.pem SASE_URL=https://localhost:$served call sase-credential token
  expect_output $'the.token\n'
  rm -r "$state"
  serve weak tls_server.py "$home/weak.pem"
  SASE_CA_FILE=$home/authority.pem SASE_URL=https://localhost:$served call sase-credential token
  expect_failure 6 "the certificate of 'localhost:$served' is not acceptable: *key too *"
}

@test "an address instead of a name is verified as one" {
  tries 7
  SASE_URL=https://127.0.0.1:$port call sase-credential token
  expect_token
  further_sandbox wrong --certificate wrong-name
  SASE_URL=${further_url/localhost/127.0.0.1} SASE_CA_FILE=$further/ca.pem call sase-credential token
  expect_failure 6 "*not for '127.0.0.1'"
}

@test "TLS 1.2 is the least" {
  tries 7
  further_sandbox tls12 --tls-max 1.2
  export SASE_API_KEY
  SASE_API_KEY=$(<"$further/api-key")
  SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem call sase-credential token
  expect_token
  further_sandbox tls11 --tls-max 1.1
  SASE_API_KEY=$(<"$further/api-key")
  SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem call sase-credential token
  expect_failure 6 "*neither TLS 1.2 nor a newer version" '?*'
}

@test "ca-file that is no certificate, a directory, or not readable: exit 4" {
  echo garbage >"$home/ca.pem"
  SASE_CA_FILE=$home/ca.pem call sase-credential token
  expect_failure 4 "the CA file '$home/ca.pem' contains no valid certificate*"
  SASE_CA_FILE=$home call sase-credential token
  expect_failure 4 "the CA file is not trusted: '$home' (owner *, mode *) is not a regular file"
  call sase-credential --ca-file "$home/missing" token
  expect_failure 4 "cannot read the CA file '$home/missing': No such file or directory"
}

@test "client-cert and client-key that cannot be used: exit 4" {
  echo garbage >"$home/pem"
  call sase-credential --client-cert "$home/missing" token
  expect_failure 4 "*'$home/missing'*"
  call sase-credential --client-cert "$home/pem" token
  expect_failure 4 "*'$home/pem'*"
  call sase-credential --client-key "$home/pem" token
  expect_failure 4 "*'$home/pem'*" '*client-cert*'
  expect_counter authorize 0
}

@test "a failure spoils nothing: the old token is given while it is good" {
  tries 6
  works ''
  local first=$token
  fault status=500
  call git-credential-sase get
  expect_bearer
  fault hang=on
  call git-credential-sase get
  expect_bearer
  expect_equal "$token" "$first" token
}
