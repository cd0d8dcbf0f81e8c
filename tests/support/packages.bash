# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The packages that tests look at: those in $SASE_PACKAGES, or else new ones of $SASE_BUILD.
# shellcheck disable=SC2034 # tests read what this sets

# pack BUILD DIRECTORY: a package of each format out of what is built there. (rpm makes a data base in whatever is its HOME.)
pack() {
  rm -rf "$2"
  mkdir -p "$2"
  (cd "$1" && HOME=$2 cpack -G 'DEB;RPM;TGZ' -B "$2") >"$2.log" 2>&1 || { cat "$2.log" >&2 && return 1; }
}

# find_packages DIRECTORY: sets $deb, $rpm and $tgz; what is packed anew goes into the directory.
find_packages() {
  local directory=${SASE_PACKAGES:-$1}
  [ -d "$directory" ] || pack "${build:?}" "$directory"
  deb=$(echo "$directory"/*.deb) rpm=$(echo "$directory"/*.rpm) tgz=$(echo "$directory"/*.tar.gz)
}

# These list what a package holds but for directories: type and mode, owner and group, path below the prefix, and what a link
# points to. The directories that it brings along are not the same: RPM's has none that others use.
files_of_deb() { dpkg-deb --fsys-tarfile "$1" | tar tv | listing '\./usr/' | grep -v 'share/lintian/overrides/'; }
files_of_tgz() { tar tvzf "$1" | listing '[^/]*/'; }
files_of_rpm() {
  rpm --query --package --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} 0 day time %{FILENAMES}|%{FILELINKTOS}\n]' "$1" |
    sed 's/|$//; s/|/ -> /' | listing /usr/
}
# listing PREFIX: of tar's lines, or such, on stdin.
listing() { grep -v '^d' | awk -v prefix="^$1" '{ sub(prefix, "", $6); print $1, $2, $6, $7, $8 }' | LC_ALL=C sort -k 3; }
