#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A provider's thousand tenants: whichever way a call says which one it means, it does not read the others.

load ../support/story.bash
promises=3

# thousand_profiles: made once, since an index of files that have just been written is not kept.
thousand_profiles() {
  local directory=$XDG_CONFIG_HOME/sase-credential/profiles i
  mkdir -p "$directory"
  for ((i = 1; i < 1000; i++)); do echo "url = https://tenant-$i.example.com" >"$directory/tenant-$i.conf"; done
  # Which says the same thing twice.
  profile sandbox "url = $url" "host = $host"
  only_profiles
}

# profiles_opened: how many profile files the last traced call opened or looked at, and found.
profiles_opened() { grep -cE '(open|openat|stat|newfstatat|statx)\(.*\.conf", .*(= [0-9]+<|st_mode)' "$BATS_TEST_TMPDIR/trace" || true; }

traced_get() { traced "$BATS_TEST_TMPDIR/trace" open,openat,stat,newfstatat,statx git-credential-sase get; }

@test "a call that names its profile reads that one, of one or of a thousand" {
  thousand_profiles
  ask protocol=https "host=$host" username=sandbox
  call git-credential-sase get
  expect_password sandbox

  traced_get
  expect_password sandbox
  expect_equal "$(profiles_opened)" 1 'profiles opened'
}

@test "a call that names a host reads its owner alone, once the others are known" {
  thousand_profiles
  ask_password
  call git-credential-sase get
  expect_password sandbox
  [ ! -e "$state/profiles.index" ] || refute 'files of this very second were kept'

  sleep 1.1
  call git-credential-sase get
  expect_password sandbox
  [ "$(stat -c %a "$state/profiles.index")" = 600 ] || refute 'expected an index with mode 600'
  traced_get
  expect_password sandbox
  expect_equal "$(profiles_opened)" 2 'profiles opened, once to see that it owns the host and once to use it'

  about 'a host of nobody'
  ask protocol=https host=github.com
  call git-credential-sase get
  expect_silence

  about 'a second owner comes'
  profile other "url = $url"
  ask_password
  call git-credential-sase get
  expect_failure 4 "several profiles own '$host': other, sandbox" '*'

  about 'and goes'
  rm "$XDG_CONFIG_HOME/sase-credential/profiles/other.conf"
  call git-credential-sase get
  expect_password sandbox

  about 'the owner gives the host up'
  echo 'url = https://elsewhere.example.com' >"$XDG_CONFIG_HOME/sase-credential/profiles/sandbox.conf"
  call git-credential-sase get
  expect_silence

  about 'another one takes it, in a file that is written to where it is'
  echo "url = $url" >"$XDG_CONFIG_HOME/sase-credential/profiles/tenant-7.conf"
  call git-credential-sase get
  expect_password tenant-7
  expect_counter authorize 2
}

@test "settings of flags and variables are not answered from the index" {
  thousand_profiles
  ask_password
  call git-credential-sase get
  sleep 1.1
  call git-credential-sase get
  expect_password sandbox

  SASE_REGION=eu call git-credential-sase get
  expect_password sandbox
  call git-credential-sase --host further.example.com get
  expect_password sandbox
  ask protocol=https host=further.example.com
  call git-credential-sase --host further.example.com get
  expect_failure 4 "several profiles own 'further.example.com': sandbox, tenant-1, *and 990 more" '*'
}
