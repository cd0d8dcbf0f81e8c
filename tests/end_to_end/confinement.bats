#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The authorizer's lock-down: that it is on before a byte from outside is read, that a call has all it needs in it, and
# that a system that forbids a part of it gets its token all the same.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# find_authorizer FRONT: sets $authorizer to the process that asks the service for it, once it has asked.
find_authorizer() {
  local tries=0
  until [ "$(counter authorize)" -ge 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || refute 'the service was not asked'
    sleep 0.02
  done
  authorizer=$(pgrep -P "$1")
}

# read_status PROCESS NAME: a line of what the kernel says of a process.
read_status() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }

# failing SYSTEM_CALLS ERROR: runs the authorizer while these calls fail; $held is what remains of its sandbox.
failing() {
  about="$1: $2"
  anew
  ask_authorizer trace=1
  # LeakSanitizer cannot work in a process that is traced.
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 \
    call strace -f -o "$home/trace" -e "trace=$1" -e "inject=$1:error=$2" "$build/libexec/sase-credential/authorize"
  expect_code 0
  grep -qx outcome=granted "$out" || refute 'expected a token'
  held=$(sed -n 's/^trace\[\]=[0-9]* sandbox: //p' "$out")
}

@test "the process that connects to the service has one thread, which is confined" {
  local front authorizer thread
  fault hang=on
  sase-credential --timeout 20s token >"$out" 2>"$err" 3>&- 4>&- &
  front=$!
  find_authorizer "$front"
  for thread in "/proc/$authorizer/task/"*; do
    about=$thread
    expect_equal "$(read_status "$authorizer/task/${thread##*/}" NoNewPrivs)" 1 NoNewPrivs
    expect_equal "$(read_status "$authorizer/task/${thread##*/}" Seccomp)" 2 Seccomp
  done
  expect_equal "$(find "/proc/$authorizer/task" -mindepth 1 -maxdepth 1 | wc -l)" 1 threads
  expect_equal "$(read_status "$front" Seccomp)" 0 "the front's, which writes files,"
  kill "$front"
  wait "$front" || true
}

@test "it is locked down before it reads, opens or starts anything" {
  ask_authorizer
  traced "$home/trace" prctl,landlock_restrict_self,seccomp,read,clone,socket "$build/libexec/sase-credential/authorize"
  grep -qx outcome=granted "$out" || refute 'expected a token'
  # Of the libraries that the loader reads only the bytes ELF begins with are shown.
  sed -nE 's/^prctl\(PR_SET_NO_NEW_PRIVS, 1.* = 0$/no_new_privs/p; s/^landlock_restrict_self.* = 0$/landlock/p
    s/^seccomp\(SECCOMP_SET_MODE_FILTER, 0,.* = 0$/seccomp/p; s/^read\(0<.*/read/p; s/^clone\(.*/clone/p; s/^socket\(.*/socket/p' \
    "$home/trace" | uniq >"$home/order"
  [[ $(paste -sd' ' "$home/order") == 'no_new_privs '*'seccomp read '* ]] || refute "another order: $(paste -sd' ' "$home/order")"
}

@test "a trace says what holds" {
  ask_authorizer trace=1
  call "$build/libexec/sase-credential/authorize"
  grep -qE '^trace\[\]=[0-9]+ sandbox: no_new_privs, seccomp(, landlock [1-9])?$' "$out" || refute 'another confinement'
}

@test "skips a part of the sandbox that the system rejects, and delivers the token" {
  failing landlock_create_ruleset ENOSYS
  expect_equal "$held" 'no_new_privs, seccomp'
  failing landlock_create_ruleset EOPNOTSUPP
  expect_equal "$held" 'no_new_privs, seccomp'
  failing landlock_restrict_self E2BIG
  expect_equal "$held" 'no_new_privs, seccomp'
  failing seccomp,prctl EPERM
  [[ $held =~ ^(none|landlock\ [1-9])$ ]] || refute "another sandbox: $held"
  failing seccomp,prctl,landlock_create_ruleset,landlock_restrict_self EPERM
  expect_equal "$held" none
  # Where the call is missing there is still prctl.
  failing seccomp ENOSYS
  [[ $held == 'no_new_privs, seccomp'* ]] || refute "another sandbox: $held"
}

@test "the sandbox rejects nothing that a call needs" {
  local name
  serve proxy connect_proxy.py --password someone:secret-word
  for name in "proxy=http://someone:secret-word@127.0.0.1:$served" proxy= url=https://no-such-host.invalid/; do
    about=$name
    anew
    ask_authorizer "$name"
    traced "$home/trace" all "$build/libexec/sase-credential/authorize"
    expect_code 0
    # clone3 is one that the C library does without; a terminal is asked for by a sanitizer.
    ! grep -E ' = -1 (EPERM|EACCES|ENOSYS)' "$home/trace" | grep -vE '^(clone3|ioctl)\(' || refute 'a call was rejected'
  done
}

@test "through a proxy, with directories of certificates and with one of the client's own, the token comes" {
  # An authority, and of it the service's certificate and the client's.
  authority
  certificate service localhost subjectAltName=DNS:localhost
  certificate client 'the client' basicConstraints=CA:FALSE
  mkdir "$home/certificates"
  cp "$home/authority.pem" "$home/certificates/$(openssl x509 -noout -hash -in "$home/authority.pem").0"
  serve server tls_server.py "$home/service.pem" --client-ca "$home/authority.pem"
  local service=$served
  export SASE_URL=https://localhost:$service
  serve proxy connect_proxy.py --password someone:secret-word
  unset SASE_CA_FILE

  SSL_CERT_DIR=$home/certificates call sase-credential --proxy "http://someone:secret-word@127.0.0.1:$served" \
    --client-cert "$home/client.pem" token
  expect_output $'the.token\n'
  expect_equal "$(<"$home/server/log")" 'the client' 'who has asked'
  expect_equal "$(<"$home/proxy/log")" "CONNECT localhost:$service with credentials" "the proxy's log"

  about='without a certificate'
  rm -rf "$state"
  SSL_CERT_DIR=$home/certificates call sase-credential token
  # With a reason, unless the service hung up before that could be read.
  expect_failure 6 "'localhost:$service' *"
}
