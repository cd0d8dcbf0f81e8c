#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `doctor` with faults in each part: the first failed check, its remedy, the exit code.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

chain='settings key files name tcp proxy tls clock authorize read fleet'

# Reads the report as JSON into $links (NAME=STATE of each check), $broken (the first failed check), its $what and $remedy.
# Each report has all checks in order and no secret, and stderr is empty.
diagnose() {
  call sase-credential "$@" doctor --json
  expect_no_message
  printable_lines_in "$out"
  no_secret_in "$out"
  {
    IFS= read -r links
    IFS= read -r broken
    IFS= read -r what
    IFS= read -r remedy
    IFS= read -r shape
  } < <(jq -r '(.links | map(select(.state == "broken")) | first) as $first
    | ([.links[] | "\(.name)=\(.state)"] | join(" ")), $first.name // "", $first.what // "", $first.remedy // "",
      ([.version == 1, .ok == (.exit_code == 0), (.ok == ($first == null)),
        ([.links[].name] | join(" ")), (.links | all(.what != ""))] | map(tostring) | join(" "))' "$out")
  expect_equal "$shape" "true true true $chain true" 'the shape of the report'
  expect_equal "$(jq .exit_code "$out")" "$code" 'the exit code in the report'
}

# expect_broken CHECK CODE WHAT REMEDY: WHAT and REMEDY are patterns.
expect_broken() {
  expect_equal "$broken" "$1" 'the first broken link'
  expect_code "$2"
  # shellcheck disable=SC2053 # patterns are wanted
  [[ $what == $3 ]] || refute "expected the words '$3', got: $what"
  # shellcheck disable=SC2053 # patterns are wanted
  [[ $remedy == $4 ]] || refute "expected the remedy '$4', got: $remedy"
}

# expect_untried_behind CHECK
expect_untried_behind() {
  local behind=${links#*"$1=broken"}
  [[ ! $behind =~ =(ok|warning|broken) ]] || refute "expected nothing to be tried behind '$1', got:$behind"
}

# broken_at CHECK CODE WHAT REMEDY [FLAG...]: the same, and the checks after it were not run.
broken_at() {
  about=${about:-$1}
  diagnose "${@:5}"
  expect_broken "${@:1:4}"
  expect_untried_behind "$1"
  about=''
}

# jwt PAYLOAD: prints a key with these claims.
jwt() { printf 'eyJhbGciOiJIUzI1NiJ9.%s.c2lnbmF0dXJl' "$(printf %s "$1" | base64 -w0 | tr '+/' '-_' | tr -d =)"; }

@test "without faults all checks pass, and one request is sent and its token cached" {
  diagnose
  expect_code 0
  [[ $links != *broken* && $links != *untried* && $links != *warning* ]] || refute "expected all checks to pass, got: $links"
  expect_counter authorize 1
  expect_equal "$(control stats | jq '.routes."GET /api/rest/v2.3/status"')" 1 'read calls'
  call sase-credential token
  expect_token
  expect_counter authorize 1
}

@test "the read request of v3 uses its own path" {
  diagnose --api v3
  expect_code 0
  expect_equal "$(control stats | jq '.routes."GET /v3/status"')" 1 'read calls'
}

@test "settings: a misspelled setting, an unknown region, two key sources, an unknown profile" {
  local file=$XDG_CONFIG_HOME/sase-credential/profiles/default.conf
  profile default 'min-ttl = 5m' 'regoin = eu'
  broken_at settings 4 "$file:2: unknown setting 'regoin'" "did you mean 'region'?"
  profile default 'region = ue'
  SASE_URL='' broken_at settings 4 "$file:1: unknown region 'ue'" "did you mean 'eu'?"
  profile default $'api-key-env = A\x01KEY'
  broken_at settings 4 "$file:1: *control character*" 'correct or remove that setting'
  profile default "api-key-file = $home/key" 'api-key-env = A_KEY'
  broken_at settings 4 "$file:2: *" '*'
  rm "$file"
  broken_at settings 2 "--region: unknown region 'ue'" "did you mean 'eu'?" --region ue
  broken_at settings 2 "--profile: there is no profile 'prod'" '*' --profile prod
  expect_counter authorize 0
}

@test "shows each setting with its origin and without secrets" {
  profile default 'region = eu' 'min-ttl = 5m' 'proxy = http://someone:secret-word@127.0.0.1:1'
  HTTPS_PROXY=http://else.test diagnose --timeout 1s
  local file=$XDG_CONFIG_HOME/sase-credential/profiles/default.conf
  expect_equal "$(jq -r '.settings[] | select(.from != "default") | "\(.name) \(.value) \(.from)"' "$out")" \
    "url $url SASE_URL
min-ttl 5m $file:2
timeout 1s --timeout
ca-file $SASE_CA_FILE SASE_CA_FILE
proxy http://***@127.0.0.1:1 $file:3"
  expect_broken tcp 6 "cannot connect to the proxy '127.0.0.1:1': Connection refused" '*proxy*'
  call sase-credential --timeout 1s doctor
  expect_code 6
  ! grep -rqE 'secret-word|someone' "$out" "$err" || refute 'the password of the proxy is shown'
}

@test "key: none, a file that others can read, unused variables" {
  unset SASE_API_KEY
  broken_at key 4 "no API key for the profile 'default'" '*SASE_API_KEY*'
  printf '%s\n' "$key" >"$home/key"
  chmod 644 "$home/key"
  broken_at key 4 "*'$home/key' (owner *, mode 0644) can be read by other users" "chmod 600 $home/key" --api-key-file "$home/key"
  chmod 600 "$home/key"
  PERIMETER81_API_KEY=other diagnose --api-key-file "$home/key"
  expect_code 0
  jq -e --arg file "$home/key" '.links[1].what | test("from the file .\($file)., changed .* ago, mode 600; PERIMETER81_API_KEY is set but not used")' "$out" ||
    refute 'expected the text about the key'
}

# warns_of_key WHAT REMEDY [FLAG...]: the key's check is a warning; the exit code is that of the rejected key.
warns_of_key() {
  diagnose "${@:3}"
  expect_broken authorize 5 '*HTTP 401*' '*'
  [[ $links == *key=warning* ]] || refute 'expected a warning about the key'
  # shellcheck disable=SC2053 # patterns are wanted
  [[ $(jq -r '.links[1].what' "$out") == $1 && $(jq -r '.links[1].remedy' "$out") == $2 ]] ||
    refute "expected the warning '$1' with the remedy '$2', got: $(jq -c '.links[1]' "$out")"
}

@test "key: warns of a JWT that has expired or expires soon" {
  export SASE_API_KEY
  SASE_API_KEY=$(jwt '{"exp":1500000000}')
  warns_of_key '*its claims say that it expired on 2017-07-14T02:40:00Z; this*clock*' 'create a new key in the console*'
  SASE_API_KEY=$(jwt "{\"exp\":$((EPOCHSECONDS + 90000))}")
  warns_of_key '*it expires on * left)*' 'create a new key in the console*'
  expect_counter authorize 2
}

@test "key: warns of one that looks odd" {
  local odd
  for odd in 'the-key\' ZXlKhbGciOiJIUzI1NiJ9; do
    about=$odd
    SASE_API_KEY=$odd warns_of_key 'from SASE_API_KEY; it *' 'copy it from the console*'
  done
}

@test "a proxy in ALL_PROXY that is ignored is mentioned" {
  ALL_PROXY=socks5://127.0.0.1:1 call sase-credential doctor --json
  expect_warning 'ALL_PROXY is ignored: *'
  expect_equal "$(jq -r '.links[5].what' "$out")" 'none is set; ALL_PROXY is ignored: only http:// proxies are supported'
}

@test "files: a directory that others can read, a symbolic link, a file instead of a directory" {
  mkdir "$state"
  chmod 755 "$state"
  broken_at files 7 "*'$state' is open to other users*" "chmod go-rwx $state"
  rmdir "$state"
  ln -s "$home/tmp" "$state"
  broken_at files 7 "*'$state' is a link*" "rm -r $state"
  rm "$state"
  : >"$state"
  broken_at files 7 "*'$state' is not a directory*" "rm -r $state"
  expect_counter authorize 0
}

@test "files: a directory of another user, and an unwritable one" {
  needs_root
  mkdir -m 700 "$state"
  chown 65534 "$state"
  broken_at files 7 "*'$state' belongs to another user" "*sudo rm -r $state"
  chown 0 "$state"
  unshare --mount true 2>/dev/null || skip 'needs mount namespaces'
  about='read-only'
  # shellcheck disable=SC2016 # for the inner shell
  call unshare --mount sh -c 'mount -t tmpfs -o ro,mode=700 none "$0" && exec sase-credential doctor' "$state"
  expect_code 7
  grep -q "^FAIL  files .*Read-only file system" "$out" || refute 'expected the directory that cannot be written'
  grep -q -- "-> make '$state' writable" "$out" || refute 'expected the remedy'
}

@test "files: a token file that others can read" {
  call sase-credential token
  chmod 644 "$state"/*.token
  broken_at files 7 '*is open to other users*' "chmod go-rwx $state/default@*.token"
}

@test "name, tcp: an unknown name, a closed port" {
  SASE_URL=https://no-such-host.invalid broken_at name 6 "cannot look up 'no-such-host.invalid': *" '*DNS*' --timeout 3s
  SASE_URL=https://localhost:1 broken_at tcp 6 "cannot connect to 'localhost:1': Connection refused" 'check url*'
}

@test "proxy: rejects, requires a password, does not respond, is not a proxy" {
  start_proxy password --password someone:secret-word
  broken_at proxy 4 "the proxy '$proxy' asks for a user name and password (HTTP 407)" '*http://user:password@host:port*' \
    --proxy "http://$proxy"
  start_proxy rejecting --status 403
  broken_at proxy 6 "the proxy '$proxy' does not allow connections to '$host' (HTTP 403)" '*no-proxy*' --proxy "http://$proxy"
  broken_at tcp 6 "cannot connect to the proxy '127.0.0.1:1': Connection refused" '*proxy*' --proxy http://127.0.0.1:1
  HTTPS_PROXY=socks5://127.0.0.1:1 broken_at proxy 4 '*SOCKS*' '*'
  expect_counter authorize 0
}

@test "proxy: shows whether it is used and why" {
  start_proxy plain
  diagnose --proxy "http://$proxy"
  expect_code 0
  expect_equal "$(jq -r '.links[5].what' "$out")" "tunnel through '$proxy' established to '$host'"
  diagnose --proxy "http://$proxy" --no-proxy localhost
  expect_equal "$(jq -r '.links[5].what' "$out")" "not used for '$host' because of no-proxy"
}

# Options of the sandbox | what | remedy
bad_tls() {
  cat <<'END'
  --certificate expired     | *has expired*; presented: TLS*ended * ago) | *clock*
  --certificate wrong-name  | *not for 'localhost'; presented: *         | check region and url*
  --certificate self-signed | *is self-signed*                         | *ca-file*
  --tls-max 1.1             | *neither TLS 1.2 nor a newer version*               | *TLS 1.2*
END
}

with_bad_tls() {
  # shellcheck disable=SC2086 # words
  further_sandbox "tls$((++started))" $1
  about=$1
  SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem broken_at tls 6 "$2" "$3"
}

@test "tls: invalid certificates, and TLS 1.1" {
  local started=0
  table with_bad_tls < <(bad_tls)
}

@test "tls: an unknown CA, as of an inspecting proxy; a missing ca-file" {
  further_sandbox other
  SASE_URL=$further_url broken_at tls 6 "*was issued by 'sase-sandbox CA *', which is not trusted; presented: *" '*ca-file*'
  SASE_CA_FILE=$home/none.pem broken_at tls 4 "*'$home/none.pem'*" '*ca-file*'
}

@test "fleet: its store is examined although the service cannot be reached, or may not be asked" {
  export SASE_FLEET=https://127.0.0.1:1
  SASE_URL=https://127.0.0.1:1 diagnose
  expect_broken tcp 6 '*Connection refused*' '?*'
  [[ $links == *tcp=broken*read=untried\ fleet=warning ]] || refute "expected a warning of the fleet, got: $links"
  anew status=429
  diagnose
  [[ $links == *authorize=broken*\ fleet=warning ]] || refute "expected a warning of the fleet, got: $links"
}

@test "tls: warns of a certificate that expires soon" {
  authority
  certificate soon localhost 'subjectAltName=DNS:localhost'
  serve soon tls_server.py "$home/soon.pem"
  SASE_URL=https://localhost:$served SASE_CA_FILE=$home/authority.pem diagnose --timeout 1s
  [[ $links == *tls=warning* ]] || refute "expected a warning, got: $links"
  jq -e '.links[6].remedy | test("must renew")' "$out" || refute 'expected its remedy'
}

@test "clock: off by an hour; the later checks are still run" {
  local shift
  for shift in +1h -1h; do
    about=$shift
    anew "date=$shift"
    diagnose
    expect_broken clock 7 "this machine's clock is * the service's*" 'set this machine*'
    [[ $links == *authorize=ok*read=ok\ fleet=ok ]] || refute "expected a token all the same, got: $links"
  done
  anew date=+50s
  diagnose
  expect_code 0
}

@test "authorize: a rejected key causes one request and is remembered" {
  export SASE_API_KEY=wrong-key-unknown-to-all
  diagnose
  expect_broken authorize 5 "the service rejected the API key (HTTP 401)*; the request used api v1, at '$url/api/v1/auth/authorize'" \
    '*has not expired*set api accordingly'
  expect_untried_behind authorize
  diagnose
  expect_broken authorize 5 'not tried: the service rejected the API key (HTTP 401)*ago; the service is asked again in *' '*'
  [[ $links == *tls=ok* ]] || refute "expected the connection to be tried, got: $links"
  expect_counter authorize 1
  ! grep -q unknown-to "$out" || refute 'the key is in the report'
}

@test "authorize: a v1 key used with v3, and the reverse" {
  anew keys=v1
  broken_at authorize 5 '*HTTP 401*api v3*' '*remove api or set it to v1*' --api v3
  anew keys=v3
  broken_at authorize 5 '*HTTP 401*api v1*' '*if it is for v3, set api accordingly'
}

# The fault | exit code | what | remedy
bad_answers() {
  cat <<'END'
  status=200 body=html                | 5 | a web page answered*                          | *captive portal*
  redirect=http://portal.test/login   | 5 | *redirect*'http://portal.test'                | log in to this network in a browser*
  retry-after=120                     | 6 | the service limits the rate*(HTTP 429)*       | *
  status=503                          | 6 | the service is failing (HTTP 503)*            | try again later*
  status=403                          | 5 | the service denied access (HTTP 403)*         | *permissions*
  status=404                          | 5 | the URL was not found on the service (HTTP 404)* | check region, api and url*
END
}

with_bad_answer() {
  # shellcheck disable=SC2086 # words
  anew $1
  about=$1
  broken_at authorize "$2" "$3" "$4"
  expect_counter authorize 1
}

@test "authorize: a captive portal, 429, 5xx and other responses, each after one request" {
  table with_bad_answer < <(bad_answers)
}

@test "authorize: a service that does not respond; Retry-After is honored" {
  anew hang=on
  broken_at authorize 6 '*no answer*within *' '*raise timeout*' --timeout 1s
  anew retry-after=100
  diagnose
  diagnose
  expect_broken authorize 6 'not tried: *' 'try again in *'
  expect_counter authorize 1
}

@test "authorize: sends no request beyond the rate limit" {
  local i
  for i in 1 2 3 4 5; do diagnose && expect_code 0; done
  diagnose
  expect_broken authorize 6 'not tried: 5 requests*' 'try again in *'
  expect_counter authorize 5
}

@test "read: rejected, or no response; the token is cached nevertheless" {
  anew status=403 route=resource
  broken_at read 5 'the service denies access with this token (HTTP 403)' '*permissions*'
  anew reject-tokens=on
  broken_at read 5 '*rejects the token that it has just issued (HTTP 401)' '*v1 and v3*'
  anew hang=on route=resource
  broken_at read 6 '*no answer*' '*' --timeout 1s
  call sase-credential token
  expect_token
  expect_counter authorize 1
}

# Settings | request | remedy
regions() {
  cat <<'END'
                       | the region 'us', the default, api v1, at 'https://api.perimeter81.com/*'      | set region to the tenant's*
  --region us          | the region 'us', api v1, at 'https://api.perimeter81.com/*'                      | *console of the region 'us'*
  --region us --api v3 | the region 'us', api v3, at 'https://public-apigw.us.sase.checkpoint.com/v3/*'   | *remove api or set it to v1*
END
}

in_region() {
  rm -rf "$state"
  about="flags: $1"
  # shellcheck disable=SC2086 # words
  broken_at authorize 5 "*HTTP 401*; the request used $2" "$3" $1
}

@test "the read request goes only to the host that issued the token" {
  ask_authorizer probe=all "read_url=https://127.0.0.1:$port/api/rest/v2.3/status"
  call "$build/libexec/sase-credential/authorize"
  expect_code 0
  grep -q "^check\[\]=read misconfigured .*'127.0.0.1:$port' is not the host that issued the token" "$out" ||
    refute 'expected the other host to be rejected'
  grep -q '^outcome=granted' "$out" || refute 'expected the token all the same'
  expect_equal "$(control stats | jq '.routes."GET /api/rest/v2.3/status"')" null 'read calls'
}

@test "cache = keyring if the kernel forbids it" {
  command -v strace >/dev/null || skip 'needs strace'
  injected add_key,keyctl,request_key error=EPERM sase-credential --cache keyring doctor --json
  expect_code 7
  expect_equal "$(jq -r '.links[2].remedy' "$out")" 'set cache to file: this kernel or container forbids the keyring'
}

@test "--trace 1 writes the trace to stderr and repeats no warning of the report" {
  call sase-credential doctor --trace 1
  expect_code 0
  grep -q '^sase-credential: trace: +[0-9.]* ms the authorizer starts$' "$err" || refute 'expected a trace'
  ! grep -v '^sase-credential: trace: ' "$err" || refute 'expected traces alone'
  chmod 755 "$state"
  call sase-credential doctor --trace 1
  expect_code 7
  ! grep -v '^sase-credential: trace: ' "$err" || refute 'expected no warning beside the report'
}

@test "a key of another region: shows the request and the most likely remedy" {
  further_sandbox region --name api.perimeter81.com --name public-apigw.us.sase.checkpoint.com
  start_proxy way --to "${further_url##*:}"
  unset SASE_URL
  export HTTPS_PROXY=http://$proxy SASE_CA_FILE=$further/ca.pem SASE_API_KEY=a-key-of-elsewhere
  table in_region < <(regions)
}

@test "the text is aligned; it has colors on a terminal unless NO_COLOR or TERM forbids it" {
  call sase-credential doctor
  expect_code 0
  expect_no_message
  printable_lines_in "$out"
  expect_equal "$(grep -cE '^(ok  |warn|FAIL|--  )  (settings|key|files|name|tcp|proxy|tls|clock|authorize|read) +[^ ]' "$out")" 10 'links'
  expect_equal "$(tail -1 "$out")" 'all checks passed'

  local escape=$'\e'
  on_terminal xterm 'stty cols 70; exec sase-credential doctor'
  grep -q "$escape\[32mok$escape\[0m" "$out" || refute 'expected colours on a terminal'
  expect_equal "$(sed "s/$escape\[[0-9;]*m//g; s/\r//" "$out" | awk 'length > 70' | grep -c ' tls\|issued' || true)" 0 'long lines'
  on_terminal dumb 'exec sase-credential doctor'
  ! grep -q "$escape" "$out" || refute 'colours on a dumb terminal'
  NO_COLOR=1 on_terminal xterm 'exec sase-credential doctor'
  ! grep -q "$escape" "$out" || refute 'colours in spite of NO_COLOR'
}

# on_terminal KIND COMMAND: with a terminal of its own, whose output is $out.
on_terminal() {
  forgive
  TERM=$1 script --quiet --return --command "$2" "$home/typescript" </dev/null >"$out"
  rm -f "$home/typescript"
}

@test "an output that cannot be written: exit 7; an invalid flag is reported on stderr" {
  code=0
  sase-credential doctor >/dev/full 2>"$err" || code=$?
  expect_code 7
  expect_complaint 'cannot write*'
  call sase-credential doctor --jsn
  expect_failure 2 "unknown flag '--jsn'" "did you mean '--json'?"
}

@test "does not show the key command and runs it once" {
  unset SASE_API_KEY
  printf '%s\n' "$key" >"$home/key"
  diagnose --api-key-command "echo x >>'$home/runs'; cat '$home/key'"
  expect_code 0
  ! grep -q 'runs' "$out" || refute 'the command is shown'
  expect_equal "$(wc -l <"$home/runs")" 1 'runs of the command'
}
