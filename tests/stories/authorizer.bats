#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The authorizer by itself: what it does with what the front asks of it (protocol/authorize/exchange.hpp).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/story.bash
load ../support/story

# authorize LINE...: asks for the sandbox's token in the front's words, with these lines besides.
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
    grep -qx "requests=$tries" "$out" || refute 'expected as many requests as tries'
    expect_counter authorize "$tries"
  done
  about 'no word of tries'
  anew status=503
  authorize
  expect_counter authorize 3
}

# traces LINE...: asks with these lines for a trace as well; $trace is what happened, without the times.
traces() {
  authorize trace=1 "$@"
  trace=$(sed -n 's/^trace\[\]=[0-9]* //p' "$out")
}

# expect_trace PATTERN: the trace's lines, joined by '; ', match the pattern (as in `case`).
expect_trace() {
  # shellcheck disable=SC2053 # patterns are wanted
  [[ ${trace//$'\n'/; } == $1 ]] || refute "expected another trace than:"$'\n'"$trace"
}

@test "a trace tells what happened on the way to a token" {
  traces
  grep -qx outcome=granted "$out" || refute 'expected a token'
  expect_trace "the authorizer runs; *tls: the roots are in '$sandbox/ca.pem'; name: localhost is *127.0.0.1*; \
connect: trying *; connect: *:$port answers; tls: TLSv1.3, TLS_*, the certificate is for 'localhost*', issued by '*', verified; \
request 1 sent; reply: 200, * bytes"
  ! sed -n '/^trace/p' "$out" | grep -qE 'eyJ|["{}]' || refute 'a secret or a body is in the trace'
}

@test "a trace tells what TLS 1.2 agreed on as well" {
  further_sandbox tls12 --tls-max 1.2
  traces "url=$further_url/api/v1/auth/authorize" "api_key=$(<"$further/api-key")" "ca_file=$further/ca.pem"
  expect_trace "*; tls: TLSv1.2, ECDHE-*, the certificate is for 'localhost*', issued by '*', verified; request 1 sent; *"
}

# In microseconds, as another process sees it.
monotonic() { /usr/bin/python3 -c 'import time; print(time.monotonic_ns() // 1000)'; }

@test "a trace's times are the machine's monotonic clock, in order" {
  local before times
  before=$(monotonic)
  traces
  mapfile -t times < <(sed -n 's/^trace\[\]=\([0-9]*\) .*/\1/p' "$out")
  expect_equal "$(printf '%s\n' "${times[@]}" | sort -n)" "$(printf '%s\n' "${times[@]}")" 'the order of times'
  [ "$before" -le "${times[0]}" ] && [ "${times[-1]}" -le "$(monotonic)" ] || refute 'expected times of now'
}

@test "a trace is not given unasked" {
  authorize
  ! grep -q '^trace' "$out" || refute 'expected no trace'
  authorize trace=0
  ! grep -q '^trace' "$out" || refute 'expected no trace'
}

@test "a trace tells of failed tries and of the pauses between them" {
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

@test "a trace goes as far as the deadline let the work go" {
  anew hang=on
  traces timeout_ms=700
  expect_trace '*; request 1 sent; the time is up while waiting for the answer'
  grep -q '^what=no answer from ' "$out" || refute 'expected a time-out'
}

@test "a trace tells of connections and certificates that fail" {
  traces url=https://127.0.0.1:1/ tries=1
  expect_trace "*'$sandbox/ca.pem'; connect: trying 127.0.0.1:1; connect: 127.0.0.1:1: Connection refused; \
try 1 failed: cannot connect to '127.0.0.1:1': Connection refused"
  traces ca_file=
  expect_trace "*tls: the roots are the system's; *; try 1 failed: the certificate of '$host' was issued by *"
}

@test "a trace tells of the proxy, and not of its password" {
  serve proxy connect_proxy.py --password someone:secret-word
  local proxy=127.0.0.1:$served
  traces "proxy=http://someone:secret-word@$proxy"
  expect_trace "*; connect: $proxy answers; proxy: asked for the way to $host, with user name and password; \
proxy: the way to $host is open; tls: *; reply: 200, * bytes"
  ! grep -qE 'someone|secret-word' "$out" || refute 'the password is in the trace'
  traces "proxy=http://someone:wrong-word@$proxy"
  expect_trace "*; proxy: asked for the way to $host, with user name and password; try 1 failed: * (HTTP 407)"
  ! grep -qE 'someone|wrong-word' "$out" || refute 'the password is in the trace'
  traces "proxy=http://someone:secret-word@$proxy" no_proxy=localhost
  expect_trace "*; proxy: not for $host, says no-proxy; name: localhost is *"
}

@test "the service's own words and names are escaped in a trace" {
  anew status=403 body=message
  traces
  expect_trace '*try 1 failed: the service denied access (HTTP 403): "Forbidden"'

  authority $'\e[2J'
  certificate service localhost subjectAltName=DNS:localhost
  serve server tls_server.py "$home/service.pem"
  traces "url=https://localhost:$served/" "ca_file=$home/authority.pem"
  expect_trace "*tls: TLSv1.?, *, the certificate is for 'localhost', issued by '\\\\x1b?2J', verified; *; reply: 200, * bytes"
}
