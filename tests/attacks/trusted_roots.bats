#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Another user who can change a file that decides which server receives the key, or read this client's private key.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/users

promises=7

# A server with a certificate of an authority in $home/authority.pem, and $home/hashed, a hashed directory with it.
setup() {
  set_up_test
  authority
  certificate service localhost subjectAltName=DNS:localhost
  serve server tls_server.py "$home/service.pem"
  export SASE_URL=https://localhost:$served SASE_CA_FILE=$home/authority.pem
  hashed=$(openssl x509 -noout -hash -in "$home/authority.pem").0
  mkdir -m 700 "$home/hashed" "$home/elsewhere"
  cp "$home/authority.pem" "$home/elsewhere/root.pem"
  ln -s "$home/elsewhere/root.pem" "$home/hashed/$hashed"
}

# rejects WHAT COMMAND...: exit 4 with a message that matches the pattern WHAT, and no request.
rejects() {
  about=$1
  rm -rf "$state"
  call "${@:2}"
  expect_failure 4 "$1" '?*'
  [ ! -s "$home/server/log" ] || refute 'the server received a request'
}

accepts() {
  rm -rf "$state"
  call "$@"
  expect_output $'the.token\n'
  : >"$home/server/log"
}

# follow_hint: runs the command of the last hint, as a user would.
follow_hint() {
  local command
  command=$(sed -n 's/^sase-credential: hint: //p' "$err")
  sh -euc "$command" || refute 'the hint cannot be followed'
}

@test "a CA file that others can write is rejected, and the hint repairs it" {
  chmod 666 "$home/authority.pem"
  rejects "*'$home/authority.pem' (owner *, mode 0666) can be written by other users" sase-credential token
  follow_hint
  accepts sase-credential token
  mkdir -m 777 "$home/open"
  chmod 777 "$home/open"
  cp "$home/authority.pem" "$home/open/ca.pem"
  rejects "*'$home/open' (owner *, mode 0777) can be written by other users" sase-credential --ca-file "$home/open/ca.pem" token
  follow_hint
  accepts sase-credential --ca-file "$home/open/ca.pem" token
}

@test "a path that only begins like that of an open file is checked" {
  mkdir -m 777 "$home/open"
  chmod 777 "$home/open"
  cp "$home/authority.pem" "$home/open/1"
  local prefix
  for prefix in /dev/fd/../../.. /proc/self/fd/../../..; do
    rejects "*'$home/open' (owner *, mode 0777) can be written by other users" sase-credential --ca-file "$prefix$home/open/1" token
  done
}

@test "SSL_CERT_FILE obeys the same rule" {
  unset SASE_CA_FILE
  export SSL_CERT_FILE=$home/authority.pem
  accepts sase-credential token
  chmod 666 "$home/authority.pem"
  rejects "*'$home/authority.pem' (owner *, mode 0666) can be written by other users" sase-credential token
}

@test "a CA file that is not a regular file is rejected" {
  mkfifo "$home/fifo"
  rejects "*'$home/fifo' (owner *, mode *) is not a regular file" timeout 20 sase-credential --ca-file "$home/fifo" token
  rejects "*'$home/elsewhere' (owner *, mode *) is not a regular file" sase-credential --ca-file "$home/elsewhere" token
}

@test "a hashed directory, its files and the targets of its links obey the rule" {
  unset SASE_CA_FILE
  export SSL_CERT_DIR=/nonexistent:$home/hashed
  accepts sase-credential token
  chmod 666 "$home/elsewhere/root.pem"
  rejects "*'$home/hashed/$hashed' (owner *, mode 0666) can be written by other users" sase-credential token
  chmod 600 "$home/elsewhere/root.pem"
  chmod 777 "$home/elsewhere"
  rejects "*'$home/elsewhere' (owner *, mode 0777) can be written by other users" sase-credential token
  chmod 700 "$home/elsewhere"
  chmod 777 "$home/hashed"
  rejects "*'$home/hashed' (owner *, mode 0777) can be written by other users" sase-credential token
}

@test "the roots of a hashed directory are found through an intermediate certificate" {
  unset SASE_CA_FILE
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=between -keyout "$home/between.key" \
    -out "$home/between.csr" 2>"$home/messages"
  openssl x509 -req -in "$home/between.csr" -CA "$home/authority.pem" -CAkey "$home/authority.key" -CAcreateserial -days 2 \
    -extfile <(echo basicConstraints=critical,CA:TRUE) -out "$home/between.pem" 2>"$home/messages"
  openssl x509 -req -in "$home/service.csr" -CA "$home/between.pem" -CAkey "$home/between.key" -CAcreateserial -days 2 \
    -extfile <(echo subjectAltName=DNS:localhost) -out "$home/leaf.crt" 2>"$home/messages"
  cat "$home/leaf.crt" "$home/between.pem" "$home/service.key" >"$home/chain.pem"
  serve sent tls_server.py "$home/chain.pem"
  SASE_URL=https://localhost:$served SSL_CERT_DIR=$home/hashed accepts sase-credential token
  # The server does not send the intermediate certificate, but this machine has it.
  cat "$home/leaf.crt" "$home/service.key" >"$home/short.pem"
  cp "$home/between.pem" "$home/hashed/$(openssl x509 -noout -hash -in "$home/between.pem").0"
  serve unsent tls_server.py "$home/short.pem"
  SASE_URL=https://localhost:$served SSL_CERT_DIR=$home/hashed accepts sase-credential token
}

@test "the client's certificate and key obey the rule; only this user can read the key" {
  certificate client 'the client' basicConstraints=CA:FALSE
  meant_to_hold_secrets "$home/client.key"  # its base64 may look like one
  serve mutual tls_server.py "$home/service.pem" --client-ca "$home/authority.pem"
  export SASE_URL=https://localhost:$served
  chmod 644 "$home/client.crt"
  accepts sase-credential --client-cert "$home/client.crt" --client-key "$home/client.key" token
  accepts sase-credential --client-cert "$home/client.pem" token
  chmod 644 "$home/client.key" "$home/client.pem"
  rejects "*'$home/client.key' (owner *, mode 0644) can be read by other users" \
    sase-credential --client-cert "$home/client.crt" --client-key "$home/client.key" token
  rejects "*'$home/client.pem' (owner *, mode 0644) can be read by other users" sase-credential --client-cert "$home/client.pem" token
  chmod 666 "$home/client.crt"
  chmod 600 "$home/client.key"
  rejects "*'$home/client.crt' (owner *, mode 0666) can be written by other users" \
    sase-credential --client-cert "$home/client.crt" --client-key "$home/client.key" token
}

@test "each of these files is opened once" {
  certificate client 'the client' basicConstraints=CA:FALSE
  meant_to_hold_secrets "$home/client.key"  # its base64 may look like one
  ask "url=$SASE_URL/api/v1/auth/authorize" api_key=k timeout_ms=5000 "ca_file=$home/authority.pem" \
    "client_cert=$home/client.crt" "client_key=$home/client.key"
  traced "$home/trace" open,openat "$build/libexec/sase-credential/authorize"
  grep -qx outcome=granted "$out" || refute 'expected a token'
  for file in authority.pem client.crt client.key; do
    expect_equal "$(grep -cF "\"$home/$file\"" "$home/trace")" 1 "how often $file is opened"
  done
}

@test "files of another user are rejected, also by root" {
  need_users
  cp "$home/authority.pem" "$BATS_TEST_TMPDIR/foreign.pem"
  cp -r "$home/hashed" "$BATS_TEST_TMPDIR/foreign"
  rm "$BATS_TEST_TMPDIR/foreign/$hashed"
  cp "$home/authority.pem" "$BATS_TEST_TMPDIR/foreign/$hashed"
  chown -R sase-mallory "$BATS_TEST_TMPDIR/foreign" "$BATS_TEST_TMPDIR/foreign.pem"
  rejects "*'$BATS_TEST_TMPDIR/foreign.pem' (owner *, mode *) belongs to another user" \
    sase-credential --ca-file "$BATS_TEST_TMPDIR/foreign.pem" token
  unset SASE_CA_FILE
  SSL_CERT_DIR=$BATS_TEST_TMPDIR/foreign rejects "*'$BATS_TEST_TMPDIR/foreign' (owner *, mode *) belongs to another user*" \
    sase-credential token
}
