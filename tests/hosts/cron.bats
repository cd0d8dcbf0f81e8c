#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Jobs of install/cron, run as cron runs them: by /bin/sh, in an environment of HOME, LOGNAME, SHELL and PATH, without input.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  mkdir -p "$home/.config/sase-credential/profiles" "$home/.config/sase-credential/keys" "$home/bin"
  printf '%s\n' "url = $url" "ca-file = $sandbox/ca.pem" >"$home/.config/sase-credential/profiles/default.conf"
  printf '%s\n' "$key" "url = $url/api/v1/auth/authorize" >"$home/.config/sase-credential/keys/default"
  meant_to_hold_secrets "$home/.config/sase-credential/keys"
  as_here <"$source_root/install/cron/sase-report" >"$home/bin/sase-report"
  chmod +x "$home/bin/sase-report"
  # In the place of an installation in a directory of PATH.
  ln -s "$build/bin/sase-credential" "$home/bin/sase-credential"
  echo "cacert = $sandbox/ca.pem" >"$home/.curlrc"
}

# as_cron NUMBER: the job of that block of the recipe.
as_cron() {
  local text path job
  text=$(recipe cron/README.md "$1")
  path=$(sed -n 's/^PATH=//p' <<<"$text")
  job=$(sed -nE 's/^([0-9*]+ +){5} *//p; s/^([^ ]+ ){4}[^ ]+  +//p' <<<"$text" | head -n 1)
  [ -n "$path" ] && [ -n "$job" ] || refute 'there is no job'
  # The system does not trust the sandbox's authority.
  call env -i HOME="$home" LOGNAME=me SHELL=/bin/sh PATH="$home/bin:$path" CURL_CA_BUNDLE="$sandbox/ca.pem" /bin/sh -c "$job"
}

@test "a job that pipes the token, and one that has it in its environment, share one" {
  for block in 1 2; do
    rm -f "$home/users.json"
    as_cron "$block"
    expect_silence
    expect_equal "$(jq .page "$home/users.json")" 1 page
  done
  expect_counter authorize 1
  used cron "$(dpkg-query -W -f '${Version}' cron 2>/dev/null | grep . || echo 'sh alone')" 'jobs, in the environment that cron gives'
}

@test "without a key a job says so in two lines, and leaves the old result" {
  rm "$home/.config/sase-credential/keys/default"
  echo old >"$home/users.json"
  as_cron 2
  expect_failure 4 'no API key for the profile *' '?*'
  expect_equal "$(<"$home/users.json")" old result
}
