#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The certificates, the unit and the lab of install/fleet; tests/fleet has the tests of the program with them.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  recipes=$source_root/install/fleet
}

needs_etcd() { command -v etcd >"$home/tmp/found" || skip 'needs etcd'; }

# A port with five free ones after it, as far as that can be known.
free_ports() { echo $((20000 + RANDOM % 20000)); }

made() {
  call "$recipes/sase-fleet-certificates" "$@"
  expect_silence
}

text() { openssl x509 -in "$home/fleet/$1.pem" -noout -text; }

@test "creates certificates with the purposes that etcd needs, private keys, and none with a CommonName" {
  made authority "$home/fleet"
  made member "$home/fleet" etcd1 etcd1.example.org 192.0.2.1
  made client "$home/fleet" host
  openssl verify -CAfile "$home/fleet/ca.pem" "$home/fleet/etcd1.pem" "$home/fleet/host.pem" >"$out"
  openssl verify -CAfile "$home/fleet/peer-ca.pem" "$home/fleet/etcd1-peer.pem" >"$out"
  ! openssl verify -CAfile "$home/fleet/peer-ca.pem" "$home/fleet/host.pem" >"$out" 2>&1 || refute 'a host could join the cluster'
  text etcd1 >"$out"
  grep -q 'TLS Web Server Authentication, TLS Web Client Authentication' "$out" || refute 'no clientAuth'
  grep -q 'DNS:etcd1.example.org, IP Address:192.0.2.1' "$out" || refute 'other names'
  text host >"$out"
  grep -q 'prime256v1' "$out" || refute 'not P-256'
  ! grep 'Subject:.*CN *=' "$out" || refute 'a CommonName'
  expect_equal "$(stat -c %a "$home"/fleet/*.key | sort -u)" 600 'modes of the keys'
}

@test "renews a certificate in place, and keeps the authority" {
  made authority "$home/fleet"
  made client "$home/fleet" host
  cp -r "$home/fleet" "$home/before"
  made authority "$home/fleet"
  made --days 30 client "$home/fleet" host
  cmp "$home/fleet/ca.pem" "$home/before/ca.pem"
  ! cmp -s "$home/fleet/host.pem" "$home/before/host.pem" || refute 'the same certificate'
  openssl x509 -in "$home/fleet/host.pem" -noout -checkend $((31 * 86400)) >"$out" && refute 'lives longer than 30 days'
  openssl verify -CAfile "$home/fleet/ca.pem" "$home/fleet/host.pem" >"$out"
}

@test "creates no certificate for wrong arguments" {
  local arguments
  for arguments in '' authority 'member fleet' 'member fleet etcd1' 'client fleet a b' 'client fleet ../x' '--days x client fleet a' 'other fleet'; do
    about "$arguments"
    # shellcheck disable=SC2086 # words
    cd "$home" && call "$recipes/sase-fleet-certificates" $arguments
    expect_code 2
    expect_no_output
    [ -z "$(find "$home" -name '*.pem')" ] || refute 'a certificate'
  done
  call "$recipes/sase-fleet-certificates" client "$home/fleet" host
  expect_code 1
}

@test "no certificate replaces an authority, and a failure of openssl is shown and leaves no file" {
  made authority "$home/fleet"
  cp -r "$home/fleet" "$home/before"
  local arguments
  for arguments in 'client DIRECTORY ca' 'member DIRECTORY peer-ca etcd1' 'member DIRECTORY etcd1 1:2:x'; do
    about "$arguments"
    # shellcheck disable=SC2086 # words
    call "$recipes/sase-fleet-certificates" ${arguments/DIRECTORY/$home/fleet}
    expect_code 1
    grep -q '^sase-fleet-certificates: ' "$err" || refute 'no message'
    expect_equal "$(diff -r "$home/fleet" "$home/before")" '' 'changed files'
  done
}

@test "systemd-analyze accepts the unit of a member and rates its exposure low" {
  command -v systemd-analyze >"$home/tmp/found" || skip 'needs systemd-analyze'
  needs_etcd
  call systemd-analyze verify --man=no "$recipes/sase-fleet-etcd.service"
  expect_code 0
  ! grep 'sase-fleet-etcd' "$err" || refute 'systemd complains'
  call systemd-analyze security --offline=true --threshold=20 "$recipes/sase-fleet-etcd.service"
  expect_code 0
}

@test "etcd knows each variable of the unit and of member.env" {
  needs_etcd
  local name names
  names=$(grep -ohE '\bETCD_[A-Z_0-9]+=' "$recipes/sase-fleet-etcd.service" "$recipes/member.env" | sort -u)
  for name in $names NO_SUCH_NAME=; do
    name=${name#ETCD_} name=${name%=} name=${name,,}
    call timeout 5 etcd "--${name//_/-}=true" --version
    grep -q 'flag provided but not defined' "$err" && break
  done
  # The last name shows that the check works.
  expect_equal "$name" no_such_name 'unknown to etcd'
}

# variables: those of the unit and of member.env, for one member on this machine.
variables() {
  { sed -n 's/^Environment=//p' "$recipes/sase-fleet-etcd.service" | tr ' ' '\n' && grep '^ETCD_' "$recipes/member.env"; } |
    sed "s|/etc/sase-fleet|$home/fleet|; s|%S|$home|; s|127.0.0.1:2381|127.0.0.1:$1|
      s|^\(ETCD_INITIAL_CLUSTER=[^,]*\),.*|\1|; s|etcd1.example.org|127.0.0.1|; s|0.0.0.0|127.0.0.1|; s|:2379|:$(($1 + 1))|; s|:2380|:$(($1 + 2))|"
}

is_healthy() { curl -q -s --noproxy '*' "http://127.0.0.1:$1/health" | grep -q '"health": *"true"'; }

@test "a member starts with the unit's variables, and its metrics name what the README watches" {
  needs_etcd
  local port name
  port=$(free_ports)
  made authority "$home/fleet"
  made member "$home/fleet" member 127.0.0.1
  mapfile -t settings < <(variables "$port")
  env "${settings[@]}" etcd >"$home/messages" 2>&1 3>&- 4>&- &
  servers+=($!)
  wait_until is_healthy "$port"
  curl -q -s --noproxy '*' "http://127.0.0.1:$port/metrics" >"$out"
  for name in $(grep -oE '`(etcd|process)_[a-z_]+`' "$recipes/README.md" | tr -d '`'); do
    grep -q "^$name" "$out" || refute "there is no metric $name"
  done
  # Without a certificate a client is rejected.
  ! curl -q -s --noproxy '*' --cacert "$home/fleet/ca.pem" "https://127.0.0.1:$((port + 1))/version" >"$out" || refute 'no certificate is needed'
}

@test "the lab runs a command with three members as its fleet, and leaves nothing" {
  needs_etcd
  LAB_PORT=$(free_ports) call "$recipes/lab" bash -c '
    echo "$SASE_FLEET"
    for member in ${SASE_FLEET//,/ }; do
      curl -q -sSf --noproxy "*" --cacert "$SASE_FLEET_CA_FILE" --cert "$SASE_FLEET_CLIENT_CERT" --key "$SASE_FLEET_CLIENT_KEY" \
        "$member/version"
    done
    exit 9'
  expect_code 9
  expect_equal "$(grep -o etcdserver "$out" | wc -l)" 3 'members that answer'
  expect_equal "$(ls "$TMPDIR")" found 'files left'
  printf '%s' "$(head -n 1 "$out")" | grep -qE '^https://127[0-9.:]+,https://127[0-9.:]+,https://127[0-9.:]+$' || refute 'no list of members'
}

@test "the lab prints settings for a profile, and ends with its members" {
  needs_etcd
  local pid
  LAB_PORT=$(free_ports) "$recipes/lab" >"$out" 2>"$err" 3>&- 4>&- &
  pid=$!
  wait_until grep -q 'Ctrl-C' "$err"
  expect_equal "$(sed 's/ = .*//' "$out")" $'fleet\nfleet-ca-file\nfleet-client-cert\nfleet-client-key' settings
  kill "$pid"
  wait_until is_gone "$pid"
  expect_equal "$(ls "$TMPDIR")" found 'files left'
}
