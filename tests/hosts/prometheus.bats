#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Prometheus reads the file of `watch` for each request.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # words for eval; bats runs each test in a subshell; variables of end_to_end.bash
load ../support/watching
load ../support/hosts

# Debian's package would start a service on this machine, so it is only unpacked, and kept below build/.
unpacked=$source_root/build/prometheus

setup_file() {
  start_file
  find_prometheus || true
}

find_prometheus() {
  [ ! -x "$unpacked/usr/bin/promtool" ] || return 0
  mkdir -p "$unpacked" && cd "$unpacked" && unpack prometheus || return
  # Since Debian 13, promtool is in a package of its own.
  [ -x usr/bin/promtool ] || unpack promtool
}
unpack() { apt-get download "$1" && dpkg-deb -x "$1"_*.deb . && rm "$1"_*.deb; }

setup() {
  set_up_test
  mkdir "$home/run"
  file=$home/run/token
  meant_to_hold_secrets "$file"
}

@test "the file beside the recipe is what the recipe shows" {
  expect_equal "$(grep -v '^#' "$source_root/install/prometheus/prometheus.yml" | as_here)" "$(recipe prometheus/README.md 2)"
}

@test "Prometheus uses the file, and the next token without a reload" {
  PATH=$unpacked/usr/bin:$PATH
  command -v prometheus promtool >"$home/tmp/found" || skip "Debian's package of prometheus is not to be had"
  recipe prometheus/README.md 2 | sed "s|/run/sase-credential-watch/default|$home/run|
    s|^    scheme: https|&\n    scrape_interval: 200ms\n    scrape_timeout: 200ms\n    tls_config: {ca_file: $sandbox/ca.pem}|" >"$home/prometheus.yml"
  start_watch "$file"
  until_true test -s "$file"
  promtool check config "$home/prometheus.yml" >"$home/messages" 2>&1 || refute "$(<"$home/messages")"
  prometheus --config.file="$home/prometheus.yml" --storage.tsdb.path="$home/data" --web.listen-address=127.0.0.1:0 \
    >"$home/messages" 2>&1 3>&- 4>&- &
  servers+=($!)
  until_true eval '[ "$(counter resource_ok)" -ge 2 ]'
  rm -rf "$state"
  rm "$file"
  kill -HUP "$watcher"
  until_true test -s "$file"
  local before
  before=$(counter resource_ok)
  until_true eval '[ "$(counter resource_ok)" -gt "$before" ]'
  expect_counter authorize 2
  ! grep -rqaE 'eyJ[A-Za-z0-9_-]{8}' "$home/data" "$home/messages" || refute 'a token lies in the data'
  used prometheus "$(prometheus --version 2>&1 | awk 'NR == 1 { print $3 }')" 'scrapes, the token by authorization.credentials_file'
  expect_stop
}
