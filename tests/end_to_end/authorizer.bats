#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The authorizer alone: its response to a request of the front (protocol/authorize/).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# authorize LINE...: requests the sandbox's token, with these additional lines in the request.
authorize() {
  ask_authorizer "$@"
  call "$build/libexec/sase-credential/authorize"
  expect_code 0
  expect_no_message
}

@test "no more requests are sent than the front allows" {
  tries 5
  local tries
  for tries in 1 2 3; do
    about "tries=$tries"
    anew status=503
    authorize "tries=$tries"
    [ "$(grep '^requests=' "$out" | tail -n1)" = "requests=$tries" ] || refute 'expected as many requests as tries'
    expect_counter authorize "$tries"
  done
  about 'default'
  anew status=503
  authorize
  expect_counter authorize 3
}

@test "counts a request before its first byte is sent" {
  ask_authorizer
  traced "$home/trace" write "$build/libexec/sase-credential/authorize"
  grep -qx outcome=granted "$out" || refute 'expected a token'
  awk '/^write\(1<.*"step=waiting/ { waiting = 1 } /^write\(1<.*"requests=1/ { counted = 1 }
    /^write\([0-9]+<(TCP|socket)/ { if (counted) sent = 1; else if (waiting) early = 1 }
    END { exit early || !sent }' "$home/trace" || refute 'expected the number of requests before the request'
}

# traces LINE...: requests a trace, with these additional lines; $trace: its texts without the times.
traces() {
  authorize trace=1 "$@"
  trace=$(sed -n 's/^trace\[\]=[0-9]* //p' "$out")
}

# expect_trace PATTERN: the trace's lines, joined by '; ', match the pattern (as in `case`).
expect_trace() {
  # shellcheck disable=SC2053 # patterns are wanted
  [[ ${trace//$'\n'/; } == $1 ]] || refute "expected another trace than:"$'\n'"$trace"
}

@test "a trace contains each step to a token" {
  traces
  grep -qx outcome=granted "$out" || refute 'expected a token'
  expect_trace "the authorizer starts; *tls: the roots are in '$sandbox/ca.pem'; name: localhost resolves to *127.0.0.1*; \
connect: trying *; connect: *:$port answers; tls: TLSv1.3, TLS_*, the certificate is for 'localhost*', issued by '*', valid until *, verified; \
request 1 sent; reply: 200, * bytes"
  ! sed -n '/^trace/p' "$out" | grep -qE 'eyJ|["{}]' || refute 'a secret or a body is in the trace'
}

@test "a trace contains the parameters of TLS 1.2" {
  further_sandbox tls12 --tls-max 1.2
  traces "url=$further_url/api/v1/auth/authorize" "api_key=$(<"$further/api-key")" "ca_file=$further/ca.pem"
  expect_trace "*; tls: TLSv1.2, ECDHE-*, the certificate is for 'localhost*', issued by '*', valid until *, verified; request 1 sent; *"
}

# In microseconds, as another process sees it.
monotonic() { /usr/bin/python3 -c 'import time; print(time.monotonic_ns() // 1000)'; }

@test "the times of a trace are those of the monotonic clock, in order" {
  local before times
  before=$(monotonic)
  traces
  mapfile -t times < <(sed -n 's/^trace\[\]=\([0-9]*\) .*/\1/p' "$out")
  expect_equal "$(printf '%s\n' "${times[@]}" | sort -n)" "$(printf '%s\n' "${times[@]}")" 'the order of times'
  [ "$before" -le "${times[0]}" ] && [ "${times[-1]}" -le "$(monotonic)" ] || refute 'expected times of now'
}

@test "a trace is written only if requested" {
  authorize
  ! grep -q '^trace' "$out" || refute 'expected no trace'
  authorize trace=0
  ! grep -q '^trace' "$out" || refute 'expected no trace'
}

@test "a trace contains failed tries and pauses" {
  anew 'status=503' 'times=1'
  traces
  expect_trace '*; reply: 503, * bytes; try 1 failed: the service is failing (HTTP 503)*; pause: * ms before the next try; *; request 2 sent; reply: 200, *'
  anew 'retry-after=1' 'times=1'
  traces
  expect_trace '*; reply: 429, *; pause: 1??? ms before the next try, since the service asked for 1 s; *; reply: 200, *'
  anew 'retry-after=60'
  traces
  expect_trace '*; request 1 sent; reply: 429, * bytes; try 1 failed: * (HTTP 429)*'
}

@test "the response is written while the authorizer works" {
  anew hang=on
  ask_authorizer trace=1
  call timeout 1 "$build/libexec/sase-credential/authorize"
  expect_code 124
  trace=$(sed -n 's/^trace\[\]=[0-9]* //p' "$out")
  expect_trace '*; request 1 sent'
  grep -qx 'requests=1' "$out" || refute 'expected the number of requests'
  expect_equal "$(grep '^step=' "$out" | tail -n1)" step=waiting 'the last step'
}

@test "the authorizer ends by itself if the front does not end it" {
  anew hang=on
  authorize timeout_ms=100
  grep -q "^what='$host' sent nothing for too long while waiting for the response" "$out" || refute 'expected a timeout'
}

@test "a trace contains failed connections and certificates" {
  traces url=https://127.0.0.1:1/ tries=1
  expect_trace "*'$sandbox/ca.pem'; connect: trying 127.0.0.1:1; connect: 127.0.0.1:1: Connection refused; \
try 1 failed: cannot connect to '127.0.0.1:1': Connection refused"
  traces ca_file=
  expect_trace "*tls: the roots are the system's; *; try 1 failed: the certificate of '$host' was issued by *"
}

@test "a trace contains the proxy without its password" {
  serve proxy connect_proxy.py --password someone:secret-word
  local proxy=127.0.0.1:$served
  traces "proxy=http://someone:secret-word@$proxy"
  expect_trace "*; connect: $proxy answers; proxy: requested a tunnel to $host, with user name and password; \
proxy: tunnel established to $host; tls: *; reply: 200, * bytes"
  ! grep -qE 'someone|secret-word' "$out" || refute 'the password is in the trace'
  traces "proxy=http://someone:wrong-word@$proxy"
  expect_trace "*; proxy: requested a tunnel to $host, with user name and password; try 1 failed: * (HTTP 407)"
  ! grep -qE 'someone|wrong-word' "$out" || refute 'the password is in the trace'
  traces "proxy=http://someone:secret-word@$proxy" no_proxy=localhost
  expect_trace "*; proxy: not used for '$host' because of no-proxy; name: localhost resolves to *"
}

@test "messages and names of the service are escaped in a trace" {
  anew status=403 body=message
  traces
  expect_trace '*try 1 failed: the service denied access (HTTP 403): "Forbidden"'

  authority $'\e[2J'
  certificate service localhost subjectAltName=DNS:localhost
  serve server tls_server.py "$home/service.pem"
  traces "url=https://localhost:$served/" "ca_file=$home/authority.pem"
  expect_trace "*tls: TLSv1.?, *, the certificate is for 'localhost', issued by '\\\\x1b?2J', valid until *, verified; *; reply: 200, * bytes"
}
