#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A provider's thousand tenants: a call that names its profile reads that one alone; a call that names a host reads all,
# so that two profiles with the same host are always noticed.

load ../support/end_to_end.bash
promises=3

thousand_profiles() {
  local directory=$XDG_CONFIG_HOME/sase-credential/profiles i
  mkdir -p "$directory"
  for ((i = 1; i < 1000; i++)); do echo "url = https://tenant-$i.example.com" >"$directory/tenant-$i.conf"; done
  # The same host twice in one profile counts once.
  profile sandbox "url = $url" "host = $host"
  only_profiles
}

# files_touched PATTERN: how many paths that end like this the traced call opened or found with stat.
files_touched() {
  { grep -E "(open|openat|stat|newfstatat|statx)\(.*$1\", .*(= [0-9]+<|st_mode)" "$BATS_TEST_TMPDIR/trace" || true; } |
    grep -oE "\"[^\"]*$1\"" | sort -u | wc -l
}

# directories_listed: how many directories of profiles the traced call opened.
directories_listed() {
  { grep -E '(open|openat)\(.*/profiles/?", .*O_DIRECTORY.*= [0-9]+<' "$BATS_TEST_TMPDIR/trace" || true; } | wc -l
}

traced_get() { traced "$BATS_TEST_TMPDIR/trace" open,openat,stat,newfstatat,statx git-credential-sase get; }

@test "a call that names its profile reads that file and lists no directory" {
  thousand_profiles
  ask protocol=https "host=$host" username=sandbox
  call git-credential-sase get
  expect_password sandbox

  traced_get
  expect_password sandbox
  expect_equal "$(files_touched '\.conf')" 1 'profile files read'
  expect_equal "$(directories_listed)" 0 'directories listed'

  about 'a call that names a host lists the one directory that exists'
  ask_password
  traced_get
  expect_password sandbox
  expect_equal "$(directories_listed)" 1 'directories listed'
}

@test "a call that names a host notices every change of its owners at once" {
  thousand_profiles
  ask_password
  call git-credential-sase get
  expect_password sandbox

  about 'a host that no profile has'
  ask protocol=https host=github.com
  call git-credential-sase get
  expect_silence

  about 'a second profile with the host'
  profile other "url = $url"
  ask_password
  call git-credential-sase get
  expect_failure 4 "several profiles own '$host': other, sandbox" '*'

  about 'the second profile is removed'
  rm "$XDG_CONFIG_HOME/sase-credential/profiles/other.conf"
  call git-credential-sase get
  expect_password sandbox

  about 'the host is removed from its profile'
  echo 'url = https://elsewhere.example.com' >"$XDG_CONFIG_HOME/sase-credential/profiles/sandbox.conf"
  call git-credential-sase get
  expect_silence

  about 'another profile gets the host, in a file that is edited in place'
  echo "url = $url" >"$XDG_CONFIG_HOME/sase-credential/profiles/tenant-7.conf"
  call git-credential-sase get
  expect_password tenant-7

  about 'a second profile gets the host, in a file that is edited in place'
  echo "url = $url" >"$XDG_CONFIG_HOME/sase-credential/profiles/tenant-8.conf"
  call git-credential-sase get
  expect_failure 4 "several profiles own '$host': tenant-7, tenant-8" '*'
  expect_counter authorize 2
}

@test "a host that a flag adds belongs to all profiles" {
  thousand_profiles
  ask_password
  call git-credential-sase get
  expect_password sandbox
  call git-credential-sase --host further.example.com get
  expect_password sandbox
  ask protocol=https host=further.example.com
  call git-credential-sase --host further.example.com get
  expect_failure 4 "several profiles own 'further.example.com': sandbox, tenant-1, *and 990 more" '*'
}
