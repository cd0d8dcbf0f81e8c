#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The package on a minimal system of this machine's distribution, from installation to purge.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/packages
load ../support/containers

setup_file() {
  start_file
  find_packages "$BATS_FILE_TMPDIR/packages"
}

setup() {
  set_up_test
  find_packages "$BATS_FILE_TMPDIR/packages"
  root=$BATS_FILE_TMPDIR/root
}

# bare_system: makes $root, as small as a system with apt can be, with curl and git. `tests/run --long` makes it anew.
bare_system() {
  local kept=$source_root/build/bare-$distribution.tar
  [ -z "${SASE_LONG-}" ] || rm -f "$kept"
  make_system "$kept" --include=ca-certificates,curl,git --skip=cleanup/apt/lists || refute "$(<"$home/log")"
  mkdir "$root"
  tar x -f "$kept" -C "$root"
  echo '127.0.0.1 localhost' >"$root/etc/hosts"
  # What has come out since.
  call in_root apt-get update -q
  expect_code 0
}

# in_root COMMAND...: with /proc and /dev, in a process namespace that ends with the command.
in_root() {
  unshare --mount --pid --fork --kill-child sh -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    exec chroot "$@"' sh "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/me LC_ALL=C \
    DEBIAN_FRONTEND=noninteractive ${web_proxy:+http_proxy="$web_proxy"} "$@"
}

# system_files: what is there but for what apt, dpkg and the user have of their own.
system_files() {
  (cd "$root" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./home -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
    -o -path ./var/log -o -path ./var/cache \) -prune -o -printf '%y %p %l\n' | LC_ALL=C sort)
}

# The first steps of a user after the installation.
user_session='
  cd
  sase-sandbox --state /home/me/sandbox --port 0 >/home/me/sandbox.log 2>&1 &
  timeout 20 sh -c "until [ -s sandbox/url ]; do sleep 0.05; done"
  url=$(cat sandbox/url) host=${url#https://}
  export SASE_URL=$url SASE_CA_FILE=$HOME/sandbox/ca.pem XDG_RUNTIME_DIR=$HOME/runtime GIT_TERMINAL_PROMPT=0
  sase-credential login --stdin --url "$url" --ca-file "$SASE_CA_FILE" <sandbox/api-key >/dev/null
  printf "protocol=https\nhost=%s\n\n" "$host" | git-credential-sase get | grep -c "^password=eyJ"
  git config --global "credential.$url.helper" sase
  git config --global "http.$url.sslCAInfo" "$SASE_CA_FILE"
  git ls-remote "$url/git/demo.git" | grep -c refs/heads/main
  sase-credential token --format header | curl -sSf -H @- --cacert "$SASE_CA_FILE" "$url/api/rest/v2.3/status"
  echo
  curl -sSf --cacert "$SASE_CA_FILE" "$url/sandbox/stats" | grep -o "\"authorize\":[0-9]*"
'

@test "apt installs it on a bare system, git and curl use it, and purge leaves nothing" {
  needs_packages
  bare_system
  system_files >"$home/before"

  about 'apt-get install'
  cp "$deb" "$root/home/package.deb"
  call in_root apt-get install -y -q /home/package.deb
  expect_code 0
  expect_equal "$(in_root dpkg-query -W -f '${Status}' sase-credential)" 'install ok installed' state
  call in_root dpkg --verify sase-credential
  expect_silence
  call in_root sh -c 'gzip -t /usr/share/man/man[15]/*sase* && ls /usr/share/man/man1'
  expect_code 0

  about 'a session'
  mkdir -p "$root/home/me/runtime"
  chmod 700 "$root/home/me/runtime"
  call in_root sh -euc "$user_session"
  expect_output $'1\n1\nOk\n"authorize":1\n'

  about 'apt-get purge'
  call in_root apt-get purge -y -q --auto-remove sase-credential
  expect_code 0
  system_files >"$home/after"
  expect_equal "$(<"$home/after")" "$(<"$home/before")" 'files of the system'
  [ -s "$root/home/me/.config/sase-credential/keys/default" ] || refute "the user's key went with the package"
}
