# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Functions for the tests of recipes, in addition to end_to_end.bash. A recipe is read from its README below install/ and run as
# written, with the sandbox as the service. Each tool's use of its token becomes a line in the table that tests/run prints
# ($SASE_TOOLS).

# The host in every recipe.
readonly recipe_host=api.perimeter81.com

# as_here: replaces the service in the text on stdin by the sandbox.
as_here() { sed "s|https://$recipe_host|$url|g; s|$recipe_host|$host|g"; }

# recipe FILE [NUMBER]: prints the fenced block with that number (default: 1) of install/FILE, with the sandbox as service.
recipe() {
  local text
  text=$(awk -v wanted="${2:-1}" '
    /^ *```/ { if (open) { open = 0 } else { open = 1; number++ }; next }
    open && number == wanted' "$source_root/install/$1" | as_here)
  [ -n "$text" ] || refute "install/$1 has no block ${2:-1}"
  printf '%s\n' "$text"
}

# used TOOL VERSION TEXT: fails unless the sandbox has answered 200 to a request with a token since its last reset, and adds
# a line to the table.
used() {
  local answered
  answered=$(counter resource_ok)
  [ "$answered" -ge 1 ] || refute "$1 has received no answer 200"
  # One write to the end of the file, so that parallel tests do not mix their lines.
  [ -z "${SASE_TOOLS-}" ] || printf '%s\t%s\t%s\t%s\n' "$1" "$2" "200 x $answered" "$3" >>"$SASE_TOOLS"
}

# tool_table FILE: prints the table; fails if no tool has used a token.
tool_table() {
  [ -s "$1" ] || { echo 'no tool has used a token' && return 1; }
  sort -u "$1" | awk -F '\t' '
    BEGIN { printf "%-22s %-14s %-10s %s\n", "tool", "version", "sandbox", "with the token" }
    { printf "%-22s %-14s %-10s %s\n", $1, $2, $3, $4 }'
}
