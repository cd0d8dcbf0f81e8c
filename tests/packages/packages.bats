#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The packages for Debian and RPM and the tar file: one list of files, in accordance with Debian's policy, and reproducible.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/packages

setup_file() {
  start_file
  find_packages "$BATS_FILE_TMPDIR/packages"
}

setup() {
  set_up_test
  find_packages "$BATS_FILE_TMPDIR/packages"
  meant_to_hold_secrets "$home/unpacked" "$home/again" "$home/source"
}

version() { "$build/bin/sase-credential" --version | cut -d ' ' -f 2; }

@test "all packages have the same files, owned by root, readable by all and writable by root only" {
  files_of_deb "$deb" >"$home/deb"
  files_of_rpm "$rpm" >"$home/rpm"
  files_of_tgz "$tgz" >"$home/tgz"
  expect_equal "$(<"$home/rpm")" "$(<"$home/deb")" 'files of the package for RPM'
  expect_equal "$(<"$home/tgz")" "$(<"$home/deb")" 'files of the tar file'
  expect_equal "$(grep -vE '^(-rwxr-xr-x|-rw-r--r--|lrwxrwxrwx) root/root ' "$home/deb")" '' 'files with other modes or owners'
  expect_equal "$(grep -c '^-rwx.* \(bin\|libexec\|.*/recipes\)/' "$home/deb")" "$(grep -c '^-rwx' "$home/deb")" 'programs elsewhere'
  expect_equal "$(dpkg-deb -c "$deb" | grep ^d | grep -v '^drwxr-xr-x root/root')" '' 'directories with other modes or owners'
}

@test "the packages contain every installed file" {
  DESTDIR=$home/unpacked cmake --install "$build" --prefix /usr >"$home/log"
  expect_equal "$(files_of_deb "$deb" | awk '{ print $3 }')" \
    "$(cd "$home/unpacked/usr" && find . ! -type d -printf '%P\n' | LC_ALL=C sort)" files
}

@test "the package for RPM owns no directory that others use" {
  expect_equal "$(rpm --query --package --queryformat '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm" | grep ^d | grep -v sase-credential)" \
    '' directories
}

@test "lintian finds neither errors nor warnings" {
  # Debian 12's lintian does not know the field Static-Built-Using, which its dpkg does.
  call lintian --allow-root --fail-on error,warning --suppress-tags unknown-field "$deb"
  expect_silence
}

@test "name, version, dependencies and sums of the package for Debian" {
  expect_equal "$(dpkg-deb -f "$deb" Package)-$(dpkg-deb -f "$deb" Version)" "sase-credential-$(version)" 'name and version'
  expect_equal "$(dpkg-deb -f "$deb" Architecture)" "$(dpkg --print-architecture)" architecture
  local depends
  depends=$(dpkg-deb -f "$deb" Depends)
  [[ $depends = *ca-certificates* && $depends = *libpoconetssl* && $depends = *'libc6 (>='* ]] || refute "it depends on $depends"
  expect_equal "$(dpkg-deb -f "$deb" Recommends)" git 'what it recommends'
  for library in glibc libsodium keyutils boost; do
    dpkg-deb -f "$deb" Static-Built-Using | grep -qE "(^|, )$library[0-9.]* \(= [^)]+\)" || refute "Static-Built-Using lacks $library"
  done
  expect_equal "$(dpkg-deb --ctrl-tarfile "$deb" | tar t | LC_ALL=C sort | tr -s '\n' ' ')" './ ./control ./md5sums ' 'control files'
  dpkg-deb -R "$deb" "$home/unpacked"
  (cd "$home/unpacked" && md5sum --quiet --check DEBIAN/md5sums)
  expect_equal "$(zcat "$home/unpacked/usr/share/doc/sase-credential/changelog.gz" | dpkg-parsechangelog -l- -SVersion)" "$(version)" \
    'version in the changelog'
}

@test "name, version and dependencies of the package for RPM" {
  expect_equal "$(rpm --query --package --queryformat '%{NAME} %{VERSION} %{LICENSE}' "$rpm")" "sase-credential $(version) Apache-2.0" \
    'name, version and licence'
  rpm --query --package --requires "$rpm" >"$home/requires"
  grep -q '^ca-certificates' "$home/requires" && grep -q '^libPocoNetSSL' "$home/requires" || refute 'dependencies are missing'
  expect_equal "$(rpm --query --package --recommends "$rpm")" git 'what it recommends'
  expect_equal "$(rpm --query --package --scripts "$rpm")" '' scripts
}

@test "the tar file works where it is unpacked" {
  mkdir "$home/unpacked"
  tar xzf "$tgz" -C "$home/unpacked" --strip-components 1
  ask_password
  PATH=$home/unpacked/bin:/usr/bin:/bin call git-credential-sase get
  expect_password
  expect_equal "$("$home/unpacked/bin/sase-credential" --version)" "sase-credential $(version)" version
}

@test "programs are stripped and do not contain the build directory" {
  mkdir "$home/unpacked"
  tar xzf "$tgz" -C "$home/unpacked" --strip-components 1
  local program
  for program in bin/sase-credential bin/sase-sandbox libexec/sase-credential/authorize libexec/sase-credential/fleet; do
    about "$program"
    ! readelf --section-headers "$home/unpacked/$program" | grep -qE ' \.(symtab|debug_)' || refute 'it is not stripped'
    # With debug information.
    ! grep -qaF -e "$source_root" -e "$build" "$build/$program" || refute 'it names the directory it was built in'
  done
}

@test "packages are identical for another user and another time" {
  umask 077
  TZ=Asia/Tokyo pack "$build" "$home/again"
  cmp "$deb" "$home/again/${deb##*/}"
  cmp "$rpm" "$home/again/${rpm##*/}"
  cmp "$tgz" "$home/again/${tgz##*/}"
  [ ! -e /nonexistent ] && [ ! -e "$home/.rpmdb" ] || refute 'something was left in a home'
}

# again TARGET: builds it of a copy of the sources, in another directory and as $build was.
again() {
  local options
  mkdir "$home/source"
  (cd "$source_root" && git ls-files -co --exclude-standard -z | tar c --null --files-from - | tar x -C "$home/source")
  mapfile -t options < <(grep -E '^(CMAKE_BUILD_TYPE|CMAKE_CXX_COMPILER|CMAKE_UNITY_BUILD|SASE_WERROR):' "$build/CMakeCache.txt" |
    sed 's/^/-D/')
  cmake -S "$home/source" -B "$home/source/out" -G Ninja -DSASE_TESTS=OFF "${options[@]}" >"$home/log" 2>&1 ||
    refute "$(tail -n 20 "$home/log")"
  cmake --build "$home/source/out" --target "$1" >>"$home/log" 2>&1 || refute "$(tail -n 20 "$home/log")"
}

# The library that compiles fastest, with its debug information, which could name the directory of the build. The compiler
# rejects the other possible difference, the time (-Wdate-time).
@test "a library that is built in another directory is the same, byte for byte" {
  [ -z "${SASE_LONG-}" ] || skip 'all of it is built'
  again sase_os
  cmp "$home/source/out/helper/libsase_os.a" "$build/helper/libsase_os.a"
}

@test "packages of what is built in another directory are the same, byte for byte" {
  [ -n "${SASE_LONG-}" ] || skip 'compiles everything: tests/run --long'
  again all
  pack "$home/source/out" "$home/again"
  cmp "$deb" "$home/again/${deb##*/}"
  cmp "$rpm" "$home/again/${rpm##*/}"
  cmp "$tgz" "$home/again/${tgz##*/}"
}

@test "the packages contain every recipe, readable by all" {
  local recipe
  files_of_deb "$deb" >"$home/deb"
  for recipe in "$source_root"/install/*/README.md; do
    recipe=${recipe%/README.md}
    grep -qxF -- "-rw-r--r-- root/root share/doc/sase-credential/recipes/${recipe##*/}/README.md" <(sed 's/ *$//' "$home/deb") ||
      refute "install/CMakeLists.txt does not have '${recipe##*/}'"
  done
  # What may be run in the sources, and nothing else.
  expect_equal "$(sed -nE 's|^-rwxr-xr-x [^ ]* share/doc/sase-credential/recipes/([^ ]*).*|\1|p' "$home/deb" | sort)" \
    "$(cd "$source_root/install" && find ./*/README.md -printf '%h\n' | xargs -I {} find {} -type f -executable -printf '%P {}\n' |
      sed 's|\(.*\) ./\(.*\)|\2/\1|' | sort)" 'scripts that can be run'
}

@test "links in packaged documents point to packaged files" {
  local document link
  dpkg-deb -x "$deb" "$home/unpacked"
  cd "$home/unpacked/usr/share/doc/sase-credential" || return
  grep -q '(recipes/curl/README.md)' README.md || refute 'expected links to recipes'
  for document in README.md recipes/*/README.md; do
    about "$document"
    for link in $(grep -oE '\]\([^)]+\)' "$document" | sed 's/^](//; s/)$//' | grep -v '^https:'); do
      if [ "${link#\#}" != "$link" ]; then
        grep -qiE "^##+ ${link#\#}\$" "$document" || refute "no heading is '$link'"
      else
        [ -e "${document%README.md}$link" ] || refute "there is no '$link'"
      fi
    done
    # Nor do its lines name directories that only a clone has.
    [ "$document" = README.md ] || ! grep -n 'install/' "$document" || refute 'it names a directory of the sources'
  done
}

@test "the collection for Ansible has the version of the packages" {
  dpkg-deb -x "$deb" "$home/tree"
  expect_equal "$(sed -n 's/^version: //p' "$home/tree/usr/share/doc/sase-credential/recipes/ansible/galaxy.yml")" "$(version)" version
}

@test "the version is stated in one place" {
  local files number
  number=$(version)
  # Not a part of an address, such as 192.0.2.0.
  files=$(cd "$source_root" && git grep -lE "(^|[^0-9.])${number//./\\.}([^0-9]|\$)" -- . ':!tests/fuzz/seeds')
  expect_equal "$files" install/CHANGES 'files that state the version'
}
