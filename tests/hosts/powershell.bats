#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# PowerShell. Debian has no package of it: where it is not installed, the tests send the bytes that it would send.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # for sed; bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

needs_powershell() { command -v pwsh >"$home/log" || skip 'pwsh is not here'; }

@test "PowerShell reads from the API" {
  needs_powershell
  export SSL_CERT_FILE=$sandbox/ca.pem
  call pwsh -NoProfile -NonInteractive -Command "$(recipe powershell/README.md 1) | ConvertTo-Json -Depth 5"
  expect_code 0
  expect_equal "$(jq .page "$out")" 1 page
  used powershell "$(pwsh -Version | cut -d ' ' -f 2)" 'Invoke-RestMethod -Authentication Bearer'
}

@test "PowerShell's request for a host" {
  needs_powershell
  call pwsh -NoProfile -NonInteractive -Command "$(recipe powershell/README.md 2); \$token.Length -gt 20"
  expect_output $'True\n'
}

# request: what the README's second block sends, with `n for a line end.
request() {
  local text
  text=$(recipe powershell/README.md 2 | sed -n 's/^\$reply = "\(.*\)" | git-credential-sase get$/\1/p')
  [ -n "$text" ] || refute 'the README has another request'
  printf '%s' "${text//\`n/$1}"
}

@test "its request, with the line ends of Linux and of Windows, and the one that a pipe adds" {
  local end
  for end in $'\n' $'\r\n'; do
    { request "$end" && printf '%s' "$end"; } >"$in"
    call git-credential-sase get
    expect_password
  done
  # The line that takes the token from the reply leaves `=` and `\` alone.
  expect_equal "$(grep -c '^password=' "$out")" 1 'lines with a password'
}

@test "rejects a byte order mark and names it" {
  { printf '\xef\xbb\xbf' && request $'\r\n'; } >"$in"
  call git-credential-sase get
  expect_failure 3 '*'
}

@test "a token is one line, and a failure has an exit code" {
  call sase-credential token
  expect_token
  expect_equal "$(wc -l <"$out")" 1 lines
  SASE_API_KEY='' call sase-credential token
  expect_failure 4 'no API key for the profile *'
}
