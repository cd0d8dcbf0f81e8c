#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The dialects of other hosts: Bazel's `get`, kubectl's ExecCredential, the query of Terraform's data source `external`.
# Each receives a complete reply or none; a request is valid to the letter or rejected.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'
b64='[A-Za-z0-9._~+/-]+=*'

# Bazel's reply to the byte. Sets $token.
expect_headers() {
  take_output
  [[ $code = 0 && $text =~ ^'{"headers":{"Authorization":["Bearer '($b64)'"]},"expires":"'($time)$'"}\n'$ ]] ||
    refute 'expected the headers of a reply for Bazel'
  token=${BASH_REMATCH[1]}
  expect_lifetime "$(date -d "${BASH_REMATCH[2]}" +%s)" 3600
  expect_no_message
}

# expect_exec_credential VERSION
expect_exec_credential() {
  take_output
  local head="{\"apiVersion\":\"client.authentication.k8s.io/$1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\""
  [[ $code = 0 && $text =~ ^"$head"($b64)'","expirationTimestamp":"'($time)$'"}}\n'$ ]] ||
    refute "expected an ExecCredential of $1"
  token=${BASH_REMATCH[1]}
  expect_lifetime "$(date -d "${BASH_REMATCH[2]}" +%s)" 3600
  expect_no_message
}

# expect_strings [PROFILE]: the flat object.
expect_strings() {
  expect_code 0
  expect_no_message
  expect_equal "$(jq -c '[keys_unsorted, (map(type) | unique)]' "$out")" \
    '[["access_token","token_type","expires_in","expires_at","profile","api_url"],["string"]]'
  expect_equal "$(jq -r .profile "$out")" "${1:-default}" profile
}

repeat() { head -c "$1" /dev/zero | tr '\0' "$2"; }

# exec_info VERSION [SERVER]
exec_info() {
  local cluster=${2:+\"cluster\":{\"server\":\"$2\"\},}
  export KUBERNETES_EXEC_INFO="{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/$1\",\"spec\":{$cluster\"interactive\":false}}"
}

@test "Bazel gets its headers, and one token serves git as well" {
  tries 1
  ask_bytes '{"uri":"%s/v1/x?y"}' "$url"
  call bazel-credential-sase get
  expect_headers
  local first=$token
  call sase-credential get --dialect=bazel
  expect_headers
  ask_bytes '{"method":"GET","uri":"HTTPS://%s/","x":[{}]}' "${host^^}"
  call git-credential-sase --dialect bazel get
  expect_headers
  ask_password
  call git-credential-sase get
  expect_password
  expect_equal "$token" "$first" token
  expect_counter authorize 1
}

@test "Bazel's reply is accepted by the API" {
  ask_bytes '{"uri":"%s/api/rest/v1/users"}' "$url"
  call bazel-credential-sase get
  jq -r '.headers | to_entries[] | .key + ": " + .value[]' "$out" |
    curl -q -sSf --cacert "$sandbox/ca.pem" -H @- -o "$home/users" "$url/api/rest/v1/users"
  expect_counter resource_ok 1
}

# rejects TEXT...: in printf's notation. Bazel's request is malformed.
rejects() {
  local text
  for text; do
    about "$text"
    # shellcheck disable=SC2059 # escapes are the point
    printf "$text" >"$in"
    call bazel-credential-sase get
    expect_failure 3 'the request on standard input is not understood: ?*' 'write {"uri":"https://..."}, then the end of the input'
  done
}

@test "rejects malformed requests of Bazel" {
  tries 3
  rejects '' '\n' '{' '[]' 'null' '"x"' '{}' '{"URI":"x"}' '{"uri":null}' '{"uri":1}' '{"uri":["https://h"]}' '{"uri":{}}'
  rejects "{'uri':'$url'}" "{\"uri\":\"$url\",}" "{\"uri\":\"$url\"}{}" "{\"uri\":\"$url\"}x" "{\"uri\":\"$url\"}\\0"
  rejects "\\xef\\xbb\\xbf{\"uri\":\"$url\"}" "\\xff\\xfe{\\0" "{\"uri\":\"$url\\xff\"}" "{\"uri\":\"$url\\n\"}"
  rejects "{\"uri\":\"$url\",\"uri\":\"$url\"}" "{\"uri\":\"https://evil\",\"\\\\u0075ri\":\"$url\"}" "{\"uri\":\"$url\",\"x\":{\"y\":1,\"y\":1}}"
  rejects "protocol=https\\nhost=$host\\n\\n" "{\"uri\":\"$host\"}" '{"uri":"https://"}' "{\"uri\":\" $url\"}" "{\"uri\":\"$url/\\\\u0000\"}"
  rejects "{\"uri\":\"https://u@$host\"}" "{\"uri\":\"https://u:p@$host\"}" "{\"uri\":\"https://evil\\\\\\\\@$host\"}" "{\"uri\":\"https://$host%%2f\"}"
  expect_counter authorize 0
}

@test "a URI that matches no profile is an error for Bazel" {
  local uri
  tries 3
  for uri in https://evil.test/ "http://$host/" "grpcs://$host/a.Service/Method" https://localhost/ https://localhost:1/ \
    "https://localhost.evil.test:$port/" "https://evil.test/$host" "https://evil.test?@$host" "https://evil.test#@$host" "file://$host/"; do
    about "$uri"
    ask_bytes '{"uri":"%s"}' "$uri"
    call bazel-credential-sase get
    expect_failure 4 'cannot send a token to the URI: ?*'
    call sase-credential --profile default get --dialect=bazel
    expect_failure 4 'cannot send a token to the URI: ?*'
  done
  expect_counter authorize 0
}

@test "rejects a huge, deep or endless request of Bazel with bounded memory" {
  { printf '{"x":"' && repeat 65536 a && printf '","uri":"%s"}' "$url"; } >"$in"
  call bazel-credential-sase get
  expect_failure 3 '*more than 65536 bytes'
  { printf '{"x":"' && repeat 60000 a && printf '","uri":"%s"}' "$url"; } >"$in"
  call bazel-credential-sase get
  expect_headers
  { printf '{"x":' && repeat 60000 '['; } >"$in"
  call bazel-credential-sase get
  expect_failure 3 '*deeper than 16 levels'

  # What is beyond the bound is not kept, and its writer is not hindered.
  repeat 67108864 '[' >"$in"
  call /usr/bin/python3 -c '
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.exit(code if used < 60000 else "%d KiB of memory" % used)' bazel-credential-sase get
  expect_failure 3 '*more than 65536 bytes'
  code=$(repeat 300000 '[' | bazel-credential-sase get 2>"$err" || echo "${PIPESTATUS[*]}")
  expect_equal "$code" '0 3' 'exit codes of writer and reader'
}

@test "standard input that is closed, or a directory, is no request of Bazel's" {
  code=0
  bazel-credential-sase get <&- >"$out" 2>"$err" || code=$?
  expect_failure 3 '*cannot be read: Bad file descriptor'
  code=0
  bazel-credential-sase get <"$home" >"$out" 2>"$err" || code=$?
  expect_failure 3 '*cannot be read: Is a directory'
}

@test "without a token Bazel gets nothing but words and a code" {
  ask_bytes '{"uri":"%s"}' "$url"
  SASE_API_KEY=unknown-key call bazel-credential-sase get
  expect_failure 5 '*HTTP 401*'
  SASE_API_KEY='' call bazel-credential-sase get
  expect_failure 4 '?*'
  call bazel-credential-sase get --no-prompt
  expect_failure 2 '?*'
  call sase-credential get --no-prompt --dialect=bazel --garbage
  expect_failure 2 '?*'
  for operation in store erase capability list; do
    call bazel-credential-sase "$operation"
    expect_failure 2 '?*'
  done
  call bazel-credential-sase
  expect_failure 2 '?*'
}

@test "Bazel kills after 10 seconds, so its calls end after 9 unless told otherwise" {
  local tree=$home/tree
  mkdir -p "$tree/bin" "$tree/libexec/sase-credential"
  cp "$build/bin/sase-credential" "$tree/bin/bazel-credential-sase"
  cp "$build/bin/sase-credential" "$tree/bin/"
  # An authorizer that tells how much time it is given.
  printf '#!/bin/sh\nsed -n s/^timeout_ms=//p >%s\nprintf "requests=1\\noutcome=rejected\\nwhat=no\\nhint=\\n\\n"\n' "$home/time" \
    >"$tree/libexec/sase-credential/authorize"
  chmod +x "$tree/libexec/sase-credential/authorize"
  # given SECONDS COMMAND...
  given() {
    local time_left
    anew
    call "${@:2}"
    expect_no_output
    time_left=$(<"$home/time")
    [ "$time_left" -le "$(($1 * 1000))" ] && [ "$time_left" -gt "$(($1 * 1000 - 2000))" ] ||
      refute "expected a little less than $1 s, got $time_left ms"
  }
  ask_bytes '{"uri":"%s"}' "$url"
  given 9 "$tree/bin/bazel-credential-sase" get
  given 9 "$tree/bin/sase-credential" get --dialect=bazel
  given 30 "$tree/bin/bazel-credential-sase" get --timeout 30s
  SASE_TIMEOUT=20s given 20 "$tree/bin/bazel-credential-sase" get
  ask_password
  given 10 "$tree/bin/sase-credential" get
}

@test "an ExecCredential is of the version that kubectl asks for" {
  tries 1
  call sase-credential token --format exec-credential
  expect_exec_credential v1
  KUBERNETES_EXEC_INFO='' call sase-credential token --format exec-credential
  expect_exec_credential v1
  exec_info v1beta1
  call sase-credential token --format exec-credential
  expect_exec_credential v1beta1
  exec_info v1 "$url"
  call sase-credential token --format exec-credential
  expect_exec_credential v1
  # A variable that holds certificates may be as long as Linux allows.
  KUBERNETES_EXEC_INFO=${KUBERNETES_EXEC_INFO/'"server"'/"\"certificate-authority-data\":\"$(repeat 130000 A)\",\"server\""}
  call sase-credential token --format exec-credential
  expect_exec_credential v1
  expect_counter authorize 1
}

@test "an ExecCredential is for our cluster alone" {
  local server
  tries 3
  for server in https://evil.test "http://$host" "https://localhost.evil.test:$port" https://localhost:1 "https://evil.test/?@$host"; do
    about "$server"
    exec_info v1 "$server"
    call sase-credential token --format exec-credential
    expect_failure 4 "cannot send a token to the cluster's server: ?*"
  done
  expect_counter authorize 0
}

@test "rejects what kubectl does not write" {
  local info
  tries 3
  for info in x '{}' '[]' '{"kind":"ExecCredential"}' '{"kind":"Pod","apiVersion":"client.authentication.k8s.io/v1"}' \
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1alpha1"}' \
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"} x' \
    $'\xef\xbb\xbf{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}' \
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":[]}' \
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{}}}' \
    '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":1}}}' \
    "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{\"cluster\":{\"server\":\"https://evil\",\"server\":\"$url\"}}}" \
    "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{\"cluster\":{\"server\":\"https://u@$host\"}}}" \
    "{\"a\":$(repeat 100000 '[')"; do
    about "${info:0:200}"
    KUBERNETES_EXEC_INFO=$info call sase-credential token --format exec-credential
    expect_failure 3 'KUBERNETES_EXEC_INFO is not understood: ?*' '?*'
  done
  # Other formats ignore it.
  KUBERNETES_EXEC_INFO=x call sase-credential token
  expect_token
}

@test "a cluster's host chooses the profile, and the one that is named must own it" {
  only_profiles
  profile work "url = $url"
  profile other 'url = https://other.test'
  exec_info v1 "$url"
  call sase-credential token --format exec-credential
  expect_exec_credential v1
  call sase-credential --profile work token --format exec-credential
  expect_exec_credential v1
  call sase-credential --profile other token --format exec-credential
  expect_failure 4 "cannot send a token to the cluster's server: the profile does not have the host ?*"
  SASE_PROFILE=other call sase-credential token --format exec-credential
  expect_failure 4 "cannot send a token to the cluster's server: the profile does not have the host ?*"
  exec_info v1
  call sase-credential token --format exec-credential
  expect_failure 4 'no profile is named*'
}

@test "'external' answers with strings, whatever of a query there is" {
  local query
  for query in '' ' ' '{}' '{"profile":"default"}' "{\"host\":\"$host\"}" '{"profile":null,"host":null}'; do
    about "$query"
    printf '%s' "$query" >"$in"
    call sase-credential token --format external
    expect_strings
  done
  expect_equal "$(jq -r .access_token "$out")" "$(sase-credential token)" token
  expect_lifetime "$(date -d "$(jq -r .expires_at "$out")" +%s)" 3600
  code=0
  sase-credential token --format external <&- >"$out" 2>"$err" || code=$?
  expect_failure 3 '*cannot be read: Bad file descriptor'
  expect_counter authorize 1
}

@test "'external' does not wait for a query at a terminal" {
  # The terminal's own line ends.
  call timeout 10 script -qec 'sase-credential token --format external' /dev/null
  expect_code 0
  expect_equal "$(tr -d '\r' <"$out" | jq -r .profile)" default
}

@test "a query chooses the profile" {
  only_profiles
  profile work "url = $url" 'api = v3'
  profile other 'url = https://other.test'
  echo '{"profile":"work"}' >"$in"
  SASE_PROFILE=other call sase-credential token --format external
  expect_strings work
  call sase-credential token --format external --profile work
  expect_strings work
  printf '{"host":"%s"}' "$host" >"$in"
  call sase-credential token --format external
  expect_strings work
  printf '{"host":"%s","profile":"work"}' "$host" >"$in"
  call sase-credential token --format external
  expect_strings work
}

@test "a query for a host without a profile is an error" {
  tries 3
  only_profiles
  profile work "url = $url"
  profile other 'url = https://other.test'
  # query CODE MESSAGE QUERY [FLAG...]
  query() {
    about "$3"
    printf '%s' "$3" >"$in"
    call sase-credential token --format external "${@:4}"
    expect_failure "$1" "$2"
  }
  query 4 "cannot send a token to the query's host: no profile has the host 'evil.test'" '{"host":"evil.test"}'
  query 4 "cannot send a token to the query's host: the profile does not have the host ?*" "{\"host\":\"$host\",\"profile\":\"other\"}"
  query 4 "the query: there is no profile 'absent'" '{"profile":"absent"}'
  query 4 "the query: '../x' cannot name a profile" '{"profile":"../x"}'
  query 3 '*name different profiles' '{"profile":"other"}' --profile work
  expect_counter authorize 0
}

@test "a query that is not understood is an error" {
  local query
  for query in x [] 1 null '{}{}' '{"profile":1}' '{"profile":["default"]}' '{"profile":"a","profile":"a"}' '{"host":"https://h"}' \
    '{"host":"h/"}' $'\xef\xbb\xbf{}' $'{"profile":"\xff"}' "{\"host\":$(repeat 40 '[')"; do
    about "$query"
    printf '%s' "$query" >"$in"
    call sase-credential token --format external
    expect_failure 3 'the request on standard input is not understood: ?*' '?*'
  done
  echo '{"profil":"default"}' >"$in"
  call sase-credential token --format external
  expect_failure 3 "*unknown member 'profil'" "did you mean 'profile'?"
  repeat 70000 ' ' >"$in"
  call sase-credential token --format external
  expect_failure 3 '*more than 65536 bytes' '?*'
}
