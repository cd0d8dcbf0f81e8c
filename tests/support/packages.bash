# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The packages under test: those in $SASE_PACKAGES, or else new ones from $SASE_BUILD.
# shellcheck disable=SC2034 # tests read what this sets

# pack BUILD DIRECTORY: creates a package of each format from a build. (rpm creates a database in its HOME.)
pack() {
  rm -rf "$2"
  mkdir -p "$2"
  (cd "$1" && HOME=$2 cpack -G 'DEB;RPM;TGZ' -B "$2") >"$2.log" 2>&1 || { cat "$2.log" >&2 && return 1; }
}

# find_packages DIRECTORY: sets $deb, $rpm and $tgz; new packages are written to DIRECTORY.
find_packages() {
  local directory=${SASE_PACKAGES:-$1}
  [ -d "$directory" ] || pack "${build:?}" "$directory"
  deb=$(echo "$directory"/*.deb) rpm=$(echo "$directory"/*.rpm) tgz=$(echo "$directory"/*.tar.gz)
}

# These list the files of a package without directories: type and mode, owner and group, path below the prefix, and the
# target of a link. The directories differ: the package for RPM owns none that other packages use.
files_of_deb() { dpkg-deb --fsys-tarfile "$1" | tar tv | listing '\./usr/' | grep -v 'share/lintian/overrides/'; }
files_of_tgz() { tar tvzf "$1" | listing '[^/]*/'; }
files_of_rpm() {
  rpm --query --package --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} 0 day time %{FILENAMES}|%{FILELINKTOS}\n]' "$1" |
    sed 's/|$//; s/|/ -> /' | listing /usr/
}
# listing PREFIX: converts lines in the format of tar on stdin.
listing() { grep -v '^d' | awk -v prefix="^$1" '{ sub(prefix, "", $6); print $1, $2, $6, $7, $8 }' | LC_ALL=C sort -k 3; }
