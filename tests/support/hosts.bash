# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the tests of recipes stand on, beside story.bash: the recipe itself is read from its README below install/ and run
# as it is written there, but for the host, which is the sandbox's; and what a tool did with its token goes into the
# summary that tests/run ends with ($SASE_TOOLS names its file).

# The host of which every recipe speaks.
readonly recipe_host=api.perimeter81.com

# as_here: a text of install/ on stdin, with the sandbox in place of the service.
as_here() { sed "s|https://$recipe_host|$url|g; s|$recipe_host|$host|g"; }

# recipe FILE [NUMBER]: the fenced block of that number, 1 if none is given, in install/FILE, as_here.
recipe() {
  local text
  text=$(awk -v wanted="${2:-1}" '
    /^ *```/ { if (open) { open = 0 } else { open = 1; number++ }; next }
    open && number == wanted' "$story_root/install/$1" | as_here)
  [ -n "$text" ] || refute "install/$1 has no block ${2:-1}"
  printf '%s\n' "$text"
}

# used TOOL VERSION WHAT: the sandbox has answered 200 to a request with a token since it was last reset; a line of the
# summary says which tool did what with it.
used() {
  local answered
  answered=$(counter resource_ok)
  [ "$answered" -ge 1 ] || refute "$1 has got no answer 200"
  # One write to the end of the file, so that tests side by side do not mix their lines.
  [ -z "${SASE_TOOLS-}" ] || printf '%s\t%s\t%s\t%s\n' "$1" "$2" "200 x $answered" "$3" >>"$SASE_TOOLS"
}

# tool_table FILE: the summary; it fails where no tool has used a token.
tool_table() {
  [ -s "$1" ] || { echo 'no tool has used a token' && return 1; }
  sort -u "$1" | awk -F '\t' '
    BEGIN { printf "%-22s %-14s %-10s %s\n", "tool", "version", "sandbox", "with the token" }
    { printf "%-22s %-14s %-10s %s\n", $1, $2, $3, $4 }'
}
