#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Through a CONNECT proxy, past one, and what is said of one that does not let us through (CONTRACT section 5).

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

works() {
  call sase-credential "$@" token
  expect_token
  expect_no_message
}

expect_log() { expect_equal "$(<"$log")" "$1" "the proxy's log"; }

@test "the request goes through the proxy, as setting and as HTTPS_PROXY" {
  start_proxy plain
  works --proxy "http://$proxy"
  expect_log "CONNECT $host without credentials"
  for variable in HTTPS_PROXY https_proxy SASE_PROXY; do
    anew
    : >"$log"
    export "$variable=http://$proxy"
    works
    expect_log "CONNECT $host without credentials"
    unset "$variable"
  done
}

@test "without scheme, and with a slash behind, a proxy is one as well" {
  start_proxy plain
  works --proxy "$proxy"
  anew
  works --proxy "http://$proxy/"
  expect_log "CONNECT $host without credentials"$'\n'"CONNECT $host without credentials"
}

@test "HTTP_PROXY is for other protocols" {
  HTTP_PROXY=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 works
}

@test "ALL_PROXY names the proxy if HTTPS_PROXY does not" {
  start_proxy plain
  for variable in ALL_PROXY all_proxy; do
    anew
    : >"$log"
    export "$variable=http://$proxy"
    works
    expect_log "CONNECT $host without credentials"
    unset "$variable"
  done
  anew
  : >"$log"
  ALL_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://$proxy works
  expect_log "CONNECT $host without credentials"
}

@test "ALL_PROXY of SOCKS is ignored, with one warning where a request is sent" {
  for variable in ALL_PROXY all_proxy; do
    anew
    export "$variable=socks5h://127.0.0.1:1"
    call sase-credential token
    expect_warning "$variable is ignored: only http:// proxies are supported"
    works
    unset "$variable"
  done
  anew
  start_proxy plain
  ALL_PROXY=socks5://127.0.0.1:1 HTTPS_PROXY=http://$proxy works
}

@test "user name and password, plain and percent-encoded" {
  start_proxy password --password 'someone:p@ss:w%rd'
  works --proxy "http://someone:p%40ss:w%25rd@$proxy"
  expect_log "CONNECT $host with credentials"
}

@test "a proxy that asks for a password: exit 4, and the password is not shown" {
  start_proxy password --password someone:secret-word
  call sase-credential --proxy "http://$proxy" token
  expect_failure 4 "the proxy '$proxy' asks for a user name and password (HTTP 407)" '?*'
  anew
  HTTPS_PROXY=http://someone:wrong-word@$proxy call sase-credential token
  expect_failure 4 "the proxy '$proxy' does not accept the user name and password (HTTP 407)" '?*'
  ! grep -qE 'wrong-word|secret-word|someone' "$err" || refute 'the password is in the message'
  expect_counter authorize 0
}

@test "a proxy that does not offer Basic: its schemes, and a local proxy as the workaround" {
  local offers names user
  while IFS='|' read -r offers names; do
    about "$offers"
    # shellcheck disable=SC2086 # one option for each field
    start_proxy "schemes${names// /-}" --status 407 $offers
    for user in '' someone:secret-word@; do
      anew
      call sase-credential --proxy "http://$user$proxy" token
      expect_failure 4 "the proxy '$proxy' offers only $names, and Basic is the only scheme supported (HTTP 407)" \
        'run a local proxy that logs in to that one, such as px or cntlm, and set proxy to it, such as http://127.0.0.1:3128'
    done
  done <<'END'
--offer Negotiate|Negotiate
--offer NTLM|NTLM
--offer Negotiate --offer NTLM|Negotiate and NTLM
--offer Kerberos,Negotiate,NTLM|Kerberos and Negotiate and NTLM
--offer Digest|Digest
END
  expect_counter authorize 0
}

@test "a proxy that offers Basic among other schemes" {
  start_proxy several --password someone:secret-word --offer Negotiate --offer NTLM --offer 'Basic realm="a, b"'
  works --proxy "http://someone:secret-word@$proxy"
  anew
  call sase-credential --proxy "http://$proxy" token
  expect_failure 4 "the proxy '$proxy' asks for a user name and password (HTTP 407)" '?*'
}

@test "the password of a proxy is in no command line" {
  start_proxy password --password someone:secret-word
  profile default "proxy = http://someone:secret-word@$proxy"
  traced "$home/trace" execve sase-credential token
  expect_token
  ! grep -qF secret-word "$home/trace" || refute 'the password is in a command line or an environment'
}

@test "a proxy that rejects the connection: exit 6, and the message names the target" {
  start_proxy rejecting --status 403
  call sase-credential --proxy "http://$proxy" token
  expect_failure 6 "the proxy '$proxy' does not allow connections to '$host' (HTTP 403)" '*no-proxy*'
  start_proxy confused --status 405
  anew
  call sase-credential --proxy "http://$proxy" token
  expect_failure 6 "the proxy '$proxy' did not open a connection to '$host' (HTTP 405)" '?*'
  start_proxy failing --status 503
  anew
  call sase-credential --proxy "http://$proxy" token
  expect_failure 6 "the proxy '$proxy' cannot reach '$host' (HTTP 503)" '?*'
  expect_counter authorize 0
}

@test "a proxy that cannot reach the service: exit 6" {
  start_proxy plain
  SASE_URL=https://localhost:1 call sase-credential --proxy "http://$proxy" token
  expect_failure 6 "the proxy '$proxy' cannot reach 'localhost:1' (HTTP 502)" '?*'
}

@test "no listener at the proxy: exit 6 with its name" {
  call sase-credential --proxy http://127.0.0.1:1 token
  expect_failure 6 "cannot connect to the proxy '127.0.0.1:1': Connection refused" '*proxy*'
  expect_counter authorize 0
}

@test "a proxy that does not exist: exit 6 with its name" {
  call sase-credential --timeout 3s --proxy http://no-such-proxy.invalid:3128 token
  expect_failure 6 "*no-such-proxy.invalid*"
}

@test "a proxy that hangs: exit 6 within the timeout" {
  tries 1
  start_proxy hanging --misbehave hang
  local start
  start=$(now_ms)
  call sase-credential --timeout 1s --proxy "http://$proxy" token
  expect_failure 6 '*within *proxy*'
  expect_within 2000 "$start"
}

@test "a proxy that hangs up, talks garbage or without end: a failure, bounded, with nothing of it shown" {
  local how
  for how in close garbage flood; do
    about "$how"
    start_proxy "$how" --misbehave "$how"
    anew
    call sase-credential --timeout 3s --proxy "http://$proxy" token
    [[ $code = [56] ]] || refute 'expected exit code 5 or 6'
    expect_failure "$code" '*'
    ! grep -qi -e 'no HTTP' -e flood "$err" || refute "the proxy's words are in the message"
  done
  expect_counter authorize 0
}

@test "NO_PROXY and no-proxy lead past the proxy" {
  export HTTPS_PROXY=http://127.0.0.1:1
  local list
  for list in localhost '*' "$host" 'elsewhere.test,localhost' 'elsewhere.test, localhost' LOCALHOST \
    $'elsewhere.test\nlocalhost' $'elsewhere.test,\r\nlocalhost\r\n'; do
    about "$list"
    anew
    NO_PROXY=$list works
    anew
    no_proxy=$list works
    anew
    works --no-proxy "$list"
  done
  for list in elsewhere.test ocalhost localhost:1; do
    about "$list"
    anew
    NO_PROXY=$list call sase-credential --timeout 1s token
    expect_failure 6 "*the proxy '127.0.0.1:1'*"
  done
}

@test "NO_PROXY by address and network" {
  export HTTPS_PROXY=http://127.0.0.1:1 SASE_URL=https://127.0.0.1:$port
  for list in 127.0.0.1 127.0.0.0/8 "127.0.0.1:$port"; do
    about "$list"
    anew
    NO_PROXY=$list works
  done
  NO_PROXY=10.0.0.0/8 call sase-credential --timeout 1s --min-ttl 50m --cache none token
  expect_failure 6 "*the proxy '127.0.0.1:1'*"
}

@test "what the proxy sees is encrypted: a certificate of another name is noticed behind it" {
  tries 7
  further_sandbox wrong --certificate wrong-name
  start_proxy plain
  SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem call sase-credential --proxy "http://$proxy" token
  expect_failure 6 "*not for 'localhost'"
}

@test "the cache answers without the proxy" {
  tries 6
  start_proxy plain
  works --proxy "http://$proxy"
  kill "${servers[0]}"
  works --proxy "http://$proxy"
  expect_counter authorize 1
}
