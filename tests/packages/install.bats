#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: the installed tree can be moved, is usable by every user, and is removed completely.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end

setup() {
  set_up_test
  tree=$home/tree
  meant_to_hold_secrets "$home/moved"
}

# install_tree PREFIX: below the empty directory $tree. Sets $prefix to where that is.
install_tree() {
  prefix=$tree$1
  DESTDIR=$tree cmake --install "$build" --prefix "$1" --strip >"$home/log" || refute "$(<"$home/log")"
}

@test "configures without Catch2, and without tests if they are switched off" {
  local option
  for option in CMAKE_DISABLE_FIND_PACKAGE_Catch2=ON BUILD_TESTING=OFF SASE_TESTS=OFF; do
    about "$option"
    rm -rf "$home/tree"
    call cmake -S "$source_root" -B "$home/tree" -G Ninja "-D$option"
    expect_code 0
    [ ! -e "$home/tree/tests/CTestTestfile.cmake" ] || refute 'the tests are configured'
    ! grep -q 'not used' "$err" || refute 'CMake does not know the option'
    [[ $option != *Catch2* ]] || grep -q '^-- Catch2 was not found: the tests are not built$' "$out" || refute 'expected the reason'
  done
}

@test "a moved tree returns a token under the name that git uses" {
  install_tree /opt/sase
  mv "$prefix" "$home/moved"
  rm -rf "$tree"
  ask_password
  PATH=$home/moved/bin:/usr/bin:/bin call git-credential-sase get
  expect_password
  GIT_CONFIG_NOSYSTEM=1 PATH=$home/moved/bin:/usr/bin:/bin call git -c "credential.$url.helper=sase" credential fill
  expect_code 0
  grep -qxF "password=$token" "$out" || refute 'git has another token, or none'
}

@test "the sandbox of a tree works too" {
  install_tree /opt/sase
  PATH=$prefix/bin:/usr/bin:/bin
  further_sandbox other
  SASE_API_KEY=$(head -n 1 "$further/api-key") SASE_URL=$further_url SASE_CA_FILE=$further/ca.pem call sase-credential token
  expect_token
}

@test "installs readable files that only the owner can write, with any umask" {
  umask 077
  install_tree /opt/sase
  expect_equal "$(find "$tree" -type d ! -perm 755)" '' 'directories that are not open to all'
  expect_equal "$(find "$prefix/bin" "$prefix/libexec" -type f ! -perm 755)" '' 'programs that are not open to all'
  expect_equal "$(find "$prefix" -type f ! -perm 755 ! -perm 644)" '' 'files that are not open to all'
  umask 000
  rm -rf "$tree"
  install_tree /opt/sase
  expect_equal "$(find "$tree" ! -type l -perm /022)" '' 'files that others may write'
}

@test "keeps the mode of an existing directory" {
  mkdir -p "$tree/usr/local/bin"
  chmod 2775 "$tree/usr/local/bin"
  install_tree /usr/local
  expect_equal "$(stat -c %a "$prefix/bin")" 2775 'mode of bin'
}

@test "uninstall removes the installed files and directories and no others" {
  mkdir -p "$tree/opt/sase/share/man/man1"
  echo other >"$tree/opt/sase/share/man/man1/other.1"
  install_tree /opt/sase
  echo note >"$prefix/bin/mine"
  DESTDIR=$tree call cmake --build "$build" --target uninstall
  expect_code 0
  expect_equal "$(cd "$prefix" && find . ! -type d | sort)" $'./bin/mine\n./share/man/man1/other.1' 'files'
  expect_equal "$(find "$tree" -name '*sase-credential*')" '' 'remaining files'
  call cmake --build "$build" --target uninstall
  [ "$code" != 0 ] || refute 'nothing was left to uninstall'
  grep -q 'nothing to uninstall' "$out" "$err" || refute 'expected a message'
}

@test "uninstall keeps files that users have added to its directories" {
  tree="$home/[work] *"
  install_tree /sase-credential
  mkdir "$prefix/notes"
  echo mine >"$prefix/notes/mine"
  DESTDIR=$tree call cmake --build "$build" --target uninstall
  expect_code 0
  expect_equal "$(cd "$tree" && find .)" $'.\n./sase-credential\n./sase-credential/notes\n./sase-credential/notes/mine' 'what is left'
}

@test "rejects a prefix that a CMake list would split" {
  local name
  for name in 'a;b' 'a[b' 'a]b' 'a\b'; do
    about "$name"
    DESTDIR=$tree call cmake --install "$build" --prefix "/$name"
    [ "$code" != 0 ] || refute 'expected a failure'
    grep -q 'invalid prefix' "$err" || refute 'expected the reason'
    [ ! -e "$tree" ] || refute 'something was installed'
  done
}

@test "uninstall with a prefix removes nothing outside it" {
  install_tree /opt/sase
  call cmake -D INSTALLED="$build/installed" -D PREFIX=/usr/local -P "$source_root/install/uninstall.cmake"
  [ "$code" != 0 ] || refute 'expected a failure'
  [ -x "$prefix/bin/sase-credential" ] || refute 'something went'
}

@test "git, man and the shells find their files" {
  install_tree /usr
  local found
  for found in man1/git-credential-sase man1/bazel-credential-sase man1/sase-credential man1/sase-sandbox \
    man5/sase-credential-profile; do
    mandoc -T ascii "$prefix/share/man/$found".[15].gz >"$home/page" || refute "no page $found"
  done
  PATH=$prefix/bin:$PATH call env MANPATH="$prefix/share/man" git help --man credential-sase
  expect_code 0
  grep -q '^SASE-CREDENTIAL(1)' "$out" || refute 'git does not find the page'
  # The shell reads the file of the program's name at the first TAB behind it.
  call bash --norc -c "source $prefix/share/bash-completion/completions/git-credential-sase; complete -p git-credential-sase"
  expect_code 0
  grep -q _sase_credential "$out" || refute 'bash does not find the completion'
  [ "$(readlink -f "$prefix/share/zsh/vendor-completions/_sase-credential")" = \
    "$(readlink -f "$prefix/share/zsh/site-functions/_sase-credential")" ] || refute 'zsh does not find the completion'
  call fish --no-config -c "set fish_complete_path $prefix/share/fish/vendor_completions.d
    complete -C 'git-credential-sase erase --reg'"
  grep -q -- --region "$out" || refute 'fish does not find the completion'
}
