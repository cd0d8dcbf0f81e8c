#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A server with a certificate of a trusted authority that is not for the host of the service.

# shellcheck disable=SC2034,SC2154 # variables of support/end_to_end.bash
load ../support/end_to_end

promises=7

# serve_certificate NAME COMMON_NAME EXTENSION: a server with such a certificate; sets SASE_URL and SASE_CA_FILE for it.
serve_certificate() {
  certificate "$1" "$2" "$3"
  serve "$1" tls_server.py "$home/$1.pem"
  export SASE_URL=https://localhost:$served SASE_CA_FILE=$home/authority.pem
}

# rejects NAME MESSAGE [HINT]: neither a token nor a diagnosis sends the key to that server.
rejects() {
  about=$1
  call sase-credential token
  expect_failure 6 "${@:2}"
  call sase-credential doctor --json
  expect_code 6
  jq -e '.links[] | select(.name == "tls") | .state == "broken"' "$out" >"$home/state" || refute 'expected a failed check'
  [ ! -s "$home/$1/log" ] || refute 'the server received a request'
}

@test "does not accept the common name of a certificate as the name of the host" {
  authority
  serve_certificate common localhost basicConstraints=CA:FALSE
  rejects common "the certificate of 'localhost:$served' contains no host name, only the common name 'localhost'" '*subject alternative name*'
}

@test "does not accept the common name beside other alternative names" {
  authority
  serve_certificate address localhost subjectAltName=IP:192.0.2.1
  rejects address "the certificate that answered is for '192.0.2.1', not for 'localhost'"
  serve_certificate mail localhost subjectAltName=email:someone@example.test
  rejects mail "the certificate of 'localhost:$served' contains no host name, only the common name 'localhost'"
  serve_certificate other localhost subjectAltName=DNS:other.example.test
  rejects other "the certificate that answered is for 'other.example.test', not for 'localhost'"
}

@test "does not accept an address as a common name" {
  authority
  serve_certificate numeric 127.0.0.1 basicConstraints=CA:FALSE
  export SASE_URL=https://127.0.0.1:$served
  rejects numeric "the certificate of '127.0.0.1:$served' contains no host name, only the common name '127.0.0.1'"
}

@test "accepts a certificate with the name of the host" {
  authority
  serve_certificate good 'Some Company' subjectAltName=DNS:localhost
  call sase-credential token
  expect_output $'the.token\n'
}
