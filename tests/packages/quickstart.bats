#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The arguments of install/quickstart, and what it rejects before the build.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

# A copy of its own, so that nothing which was really installed goes away.
setup() {
  set_up_test
  mkdir -p "$home/clone/install"
  cp "$source_root"/install/{quickstart,uninstall.cmake} "$home/clone/install"
  quickstart=$home/clone/install/quickstart
}

@test "shows its usage" {
  call "$quickstart" --help
  expect_code 0
  expect_no_message
  [[ $(<"$out") = 'usage: install/quickstart [--install [PREFIX] |'* ]] || refute 'expected the usage'
}

@test "rejects invalid arguments" {
  local words
  for words in --instal install '--install --uninstall' '--install /tmp more' '--uninstall /tmp more'; do
    about "$words"
    # shellcheck disable=SC2086 # a list of words
    call "$quickstart" $words
    expect_code 2
    expect_no_output
    grep -q '^usage: ' "$err" || refute 'expected the usage'
  done
}

@test "reports that nothing is installed" {
  call "$quickstart" --uninstall
  expect_code 1
  [[ $(<"$err") = "install/quickstart: nothing to uninstall: "* ]] || refute 'expected a message'
}

@test "uninstalls from the given directory only" {
  mkdir -p "$home/clone/build/quickstart" "$home/a/bin"
  echo program >"$home/a/bin/sase-credential"
  printf '%s' "$home/a/bin/sase-credential" >"$home/clone/build/quickstart/installed"
  call "$quickstart" --uninstall "$home/b"
  expect_code 1
  grep -q "is not below" "$err" || refute 'expected a failure'
  [ -e "$home/a/bin/sase-credential" ] || refute 'it is gone'
  # One of them elsewhere is enough.
  printf ';%s' "$home/a/../b" >>"$home/clone/build/quickstart/installed"
  echo other >"$home/b"
  call "$quickstart" --uninstall "$home/a"
  expect_code 1
  [ -e "$home/a/bin/sase-credential" ] && [ -e "$home/b" ] || refute 'something is gone'
  printf '%s' "$home/a/bin/sase-credential" >"$home/clone/build/quickstart/installed"
  call "$quickstart" --uninstall "$home/a"
  expect_code 0
  [ ! -e "$home/a/bin/sase-credential" ] || refute 'it is still there'
}

@test "rejects a directory of another user for root" {
  needs_root
  mkdir "$home/other"
  chown 65534 "$home/other"
  ln -s other "$home/link"
  local way
  for way in other link; do
    call "$quickstart" --install "$home/$way/.local"
    expect_code 1
    expect_no_output
    expect_equal "$(<"$err")" "install/quickstart: '$home/$way' does not belong to root: run as its owner" message
  done
}

@test "rejects a read-only directory before the build" {
  needs_root
  # As a text, since this directory is closed to others.
  call setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$(<"$quickstart")" /usr/quickstart --install /usr/local
  expect_code 1
  expect_no_output
  expect_equal "$(<"$err")" "install/quickstart: cannot write to '/usr/local': run as root, or select another PREFIX" message
}

@test "rejects a directory that a CMake list would split before the build" {
  local name
  for name in 'a;b' 'a[b' 'a]b' 'a\b'; do
    call "$quickstart" --install "$home/$name"
    expect_code 1
    expect_no_output
    expect_equal "$(<"$err")" "install/quickstart: invalid PREFIX '$home/$name': contains ';', '\\' or brackets" message
  done
}
