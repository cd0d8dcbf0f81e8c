#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each fault of the service without a cached token, with a fresh one, with one due for refresh and with one below min-ttl:
# what the caller gets and when, and the number of requests. The end-to-end tests of the service check the messages.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/faults

# Each fault of the sandbox: faults | timeout | exit code | requests | ends within seconds | message
each_fault() {
  cat <<'END'
  status=400                      | 5s | 5 | 1 | 3 | the service did not accept the request (HTTP 400)*
  status=401                      | 5s | 5 | 1 | 3 | the service rejected the API key (HTTP 401)*
  status=403                      | 5s | 5 | 1 | 3 | the service denied access (HTTP 403)*
  status=204                      | 5s | 5 | 1 | 3 | *
  status=429                      | 5s | 6 | 3 | 5 | * (HTTP 429)*
  status=503                      | 5s | 6 | 3 | 5 | * (HTTP 503)*
  status=200 body=html            | 5s | 5 | 1 | 3 | a web page answered instead of the service*
  status=200 body=empty           | 5s | 5 | 1 | 3 | the service's response is empty
  status=200 body=not-json        | 5s | 5 | 1 | 3 | the service's response is not JSON
  status=400 body=echo-key        | 5s | 5 | 1 | 3 | * (HTTP 400)
  retry-after=60                  | 5s | 6 | 1 | 3 | * (HTTP 429)*
  retry-after=60 status=503       | 5s | 6 | 1 | 3 | * (HTTP 503)*
  delay=20s                       | 1s | 6 | 1 | 2 | no answer from '*' within *
  drip=200ms                      | 1s | 6 | 1 | 2 | no answer from '*' within *
  hang=on                         | 1s | 6 | 1 | 2 | no answer from '*' within *
  reset=accept                    | 5s | 6 | 0 | 5 | *
  reset=headers                   | 5s | 6 | 3 | 5 | *
  reset=body                      | 5s | 6 | 3 | 5 | *
  truncate=on                     | 5s | 5 | 1 | 3 | the service's response is shorter than it says
  redirect=https://evil.example/  | 5s | 5 | 1 | 3 | the service answered with a redirect, which is never followed (HTTP 302)*
  expiry=past                     | 5s | 5 | 1 | 3 | *expired
  token=newline                   | 5s | 5 | 1 | 3 | the service's response *
  token=65537                     | 5s | 5 | 1 | 3 | *longer than 64 KiB
  token-type=mac                  | 5s | 5 | 1 | 3 | *another type than bearer
  big-body=262145                 | 5s | 5 | 1 | 3 | the service's response is larger than 256 KiB
  many-headers=10000              | 5s | 5 | 1 | 3 | *header*
  envelope=missing                | 5s | 5 | 1 | 3 | *
END
}

# Further values of the same faults, for which a cold cache will do.
more_faults() {
  cat <<'END'
  status=402                      | 5s | 5 | 1 | 3 | the account's plan does not cover the API (HTTP 402)*
  status=404                      | 5s | 5 | 1 | 3 | the URL was not found on the service (HTTP 404)*
  status=405                      | 5s | 5 | 1 | 3 | the URL was not found on the service (HTTP 405)*
  status=422                      | 5s | 5 | 1 | 3 | the service did not accept the request (HTTP 422)*
  status=408                      | 5s | 6 | 3 | 5 | * (HTTP 408)*
  status=425                      | 5s | 6 | 3 | 5 | * (HTTP 425)*
  status=500                      | 5s | 6 | 3 | 5 | the service is failing (HTTP 500)*
  status=502                      | 5s | 6 | 3 | 5 | the service is failing (HTTP 502)*
  status=504                      | 5s | 6 | 3 | 5 | * (HTTP 504)*
  status=403 body=message         | 5s | 5 | 1 | 3 | the service denied access (HTTP 403)*
  status=403 body=id-message      | 5s | 5 | 1 | 3 | the service denied access (HTTP 403)*
  status=403 body=gum             | 5s | 5 | 1 | 3 | the service denied access (HTTP 403)*
  status=403 body=html            | 5s | 5 | 1 | 3 | a web page answered instead of the service*
  status=502 body=html            | 5s | 6 | 3 | 5 | the service is failing (HTTP 502)
  status=500 body=echo-key        | 5s | 6 | 3 | 5 | * (HTTP 500)
  retry-after=date+60             | 5s | 6 | 1 | 3 | * (HTTP 429)*
  retry-after=invalid            | 5s | 6 | 3 | 5 | * (HTTP 429)*
  status=503 delay=600ms          | 1s | 6 | 1-2 | 2 | *
  expiry=now                      | 5s | 5 | 1 | 3 | *expired
  expiry=negative                 | 5s | 5 | 1 | 3 | *expired
  token=escape                    | 5s | 5 | 1 | 3 | the service's response *
  token=space                     | 5s | 5 | 1 | 3 | the service's response *
  token=empty                     | 5s | 5 | 1 | 3 | the service's response *
  token=missing                   | 5s | 5 | 1 | 3 | the service's response *
  token=number                    | 5s | 5 | 1 | 3 | the service's response *
  token=null                      | 5s | 5 | 1 | 3 | the service's response *
  big-body=67108864               | 5s | 5 | 1 | 3 | the service's response is larger than 256 KiB
  envelope=array                  | 5s | 5 | 1 | 3 | *
  envelope=deep                   | 5s | 5 | 1 | 3 | *
END
}

# Faults that a call lives through: faults | requests
harmless_faults() {
  cat <<'END'
  status=503 times=1              | 2
  status=500 times=2              | 3
  reset=headers times=2           | 3
  retry-after=1 times=1           | 2
  retry-after=date+2 times=1      | 2
  delay=300ms                     | 1
  drip=1ms token=200              | 1
  status=201                      | 1
  token-type=missing              | 1
  token=1                         | 1
  token=65536                     | 1
  big-body=262144                 | 1
  many-headers=90                 | 1
  date=missing                    | 1
  date=invalid                   | 1
  date=+1d                        | 1
  date=-1d                        | 1
  expiry=missing                  | 1
  expiry=text                     | 1
  expiry=object                   | 1
  expiry=huge                     | 1
  expiry=rfc3339-fraction         | 1
  single-session=on               | 1
END
}

# fails TIMEOUT CODE REQUESTS WITHIN MESSAGE [FLAG...]: one call, and then another one, which asks the service nothing.
fails() {
  local start
  start=$(now_ms)
  call sase-credential --timeout "$1" "${@:6}" token
  expect_within $(($4 * 1000)) "$start"
  expect_failure "$2" "$5"
  expect_requests "$3"
  local sent
  sent=$(counter authorize)
  call sase-credential --timeout "$1" "${@:6}" token
  expect_failure "$2" '*'
  expect_counter authorize "$sent"
}

cold() {
  situation '1 5' "$1, cold"
  # shellcheck disable=SC2086 # words
  anew $1
  fails "${@:2}"
}

@test "without a cached token: exits with the right code in time, and the next call shares the failure" {
  table cold < <(each_fault && more_faults)
}

cold_and_fine() {
  situation 6 "$1, cold"
  # shellcheck disable=SC2086 # words
  anew $1
  call sase-credential token
  expect_token
  expect_no_message
  expect_requests "$2"
}

@test "without a cached token: does not report a failure that a retry resolves" {
  table cold_and_fine < <(harmless_faults)
}

fresh() {
  situation 6 "$1, with a fresh token"
  # shellcheck disable=SC2086 # words
  fault $1
  call sase-credential --timeout "$2" token
  [[ $1 != reset=accept ]] || clear_faults
  expect_output "$kept"$'\n'
}

@test "with a fresh token: sends no request under any fault" {
  keep_token 60m
  local kept=$token
  table fresh < <(each_fault && more_faults)
  expect_counter authorize 1
}

due_for_refresh() {
  # No caller waits for a refresh, so it is tried once.
  local start requests=$4
  [ "$4" = 0 ] || requests=1
  situation '5 6' "$1, with a token due for refresh"
  # shellcheck disable=SC2086 # words
  have_token $1
  start=$(now_ms)
  call sase-credential --timeout "$2" token
  expect_within 700 "$start"
  expect_output "$kept"$'\n'
  wait_for_renewal
  expect_requests "$requests"
  # The next one gets it as well, and does not try again so soon.
  call sase-credential --timeout "$2" token
  expect_output "$kept"$'\n'
  wait_for_renewal
  expect_requests "$requests"
  expect_unlocked
}

@test "with a token due for refresh: returns it at once, and the background refresh fails in silence" {
  keep_token 10m
  local kept=$token
  table due_for_refresh < <(each_fault)
}

too_little() {
  situation '2 6' "$1, with a token that is below min-ttl"
  # shellcheck disable=SC2086 # words
  have_token $1
  fails "${@:2}" --min-ttl 20m
  # It is still there for those to whom it is good enough.
  call sase-credential --timeout "$2" token
  expect_output "$kept"$'\n'
}

@test "with a token below min-ttl: fails as without one, and keeps the cached token" {
  keep_token 10m
  local kept=$token
  table too_little < <(each_fault)
}
