#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A connection that ends before the response is complete, as an attacker between the service and this machine can cause.

# shellcheck disable=SC2034,SC2154 # variables of support/end_to_end.bash
load ../support/end_to_end

promises=7

readonly token_response='{"data":{"accessToken":"the.token"}}'

setup() {
  set_up_test
  authority
  certificate service localhost subjectAltName=DNS:localhost
  reply=$home/reply
  serve server tls_server.py "$home/service.pem" --reply "$reply"
  export SASE_URL=https://localhost:$served SASE_CA_FILE=$home/authority.pem
}

# reply_with HEADER BODY_FORMAT [ARGUMENT...]: the next responses; the body as printf formats it.
reply_with() {
  # shellcheck disable=SC2059 # the format is the point
  { printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%s\r\n\r\n' "$1" && printf "${@:2}"; } >"$reply"
  rm -rf "$state"
}

# rejects NAME HEADER MESSAGE BODY_FORMAT [ARGUMENT...]
rejects() {
  about=$1
  reply_with "$2" "${@:4}"
  call sase-credential token
  expect_failure 5 "$3"
}

accepts() {
  about=$1
  reply_with "${@:2}"
  call sase-credential token
  expect_output $'the.token\n'
}

@test "rejects a chunked body that ends before its last chunk" {
  local shorter="the service's response is shorter than it says" size
  size=$(printf '%x' "${#token_response}")
  rejects 'no last chunk' 'Transfer-Encoding: chunked' "$shorter" '%s\r\n%s\r\n' "$size" "$token_response"
  rejects 'no line end' 'Transfer-Encoding: chunked' "$shorter" '%s\r\n%s' "$size" "$token_response"
  rejects 'half of the last size' 'Transfer-Encoding: chunked' "$shorter" '%s\r\n%s\r\n0' "$size" "$token_response"
  rejects 'half of a chunk' 'Transfer-Encoding: chunked' "$shorter" '%s\r\n%s' 1000 "$token_response"
  rejects 'no size' 'Transfer-Encoding: chunked' "$shorter" ''
  rejects 'cut in two chunks' 'Transfer-Encoding: chunked' "$shorter" '1\r\n{\r\n%x\r\n%s\r\n' "$((${#token_response} - 1))" "${token_response#?}"
}

@test "rejects an invalid chunk" {
  local invalid="the service's response has an invalid chunk" size
  size=$(printf '%x' "${#token_response}")
  rejects 'no number' 'Transfer-Encoding: chunked' "$invalid" '%s\r\n%s\r\nzz\r\n\r\n' "$size" "$token_response"
  rejects 'a negative number' 'Transfer-Encoding: chunked' "$invalid" '%s\r\n%s\r\n-1\r\n\r\n' "$size" "$token_response"
  rejects 'a number of 17 digits' 'Transfer-Encoding: chunked' "$invalid" '%s\r\n%s\r\n10000000000000000\r\n' "$size" "$token_response"
  rejects 'an empty line' 'Transfer-Encoding: chunked' "$invalid" '%s\r\n%s\r\n\r\n0\r\n\r\n' "$size" "$token_response"
  rejects 'more than its size' 'Transfer-Encoding: chunked' "$invalid" '%s\r\n%s \r\n0\r\n\r\n' "$size" "$token_response"
  rejects 'another encoding' 'Transfer-Encoding: gzip, chunked' '*unknown transfer encoding' '%s\r\n%s\r\n0\r\n\r\n' "$size" "$token_response"
}

@test "rejects a chunked body of more than 256 KiB" {
  rejects 'one chunk' 'Transfer-Encoding: chunked' '*larger than 256 KiB' '40001\r\n{'
  rejects 'a huge chunk' 'Transfer-Encoding: chunked' '*larger than 256 KiB' 'ffffffffffffffff\r\n{'
}

@test "rejects a body that is shorter than its Content-Length" {
  rejects 'one byte' "Content-Length: $((${#token_response} + 1))" "the service's response is shorter than it says" '%s' "$token_response"
  rejects 'half of it' "Content-Length: ${#token_response}" "the service's response is shorter than it says" '%s' "${token_response:0:20}"
  rejects 'nothing' "Content-Length: ${#token_response}" "the service's response is shorter than it says" ''
}

@test "accepts complete bodies" {
  accepts 'one chunk' 'Transfer-Encoding: chunked' '%x\r\n%s\r\n0\r\n\r\n' "${#token_response}" "$token_response"
  accepts 'chunks, an extension and a trailer' 'Transfer-Encoding: chunked' '1;a=b\r\n{\r\n%x\r\n%s\r\n000\r\nServer: x\r\n\r\n' "$((${#token_response} - 1))" "${token_response#?}"
  accepts 'a length' "Content-Length: ${#token_response}" '%s' "$token_response"
  accepts 'more than the length' "Content-Length: ${#token_response}" '%s<html>' "$token_response"
  accepts 'up to the end of the connection' 'Connection: close' '%s' "$token_response"
}
