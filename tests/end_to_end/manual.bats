# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages are well-formed for mandoc and groff.

pages=("$BATS_TEST_DIRNAME/../../install/man/"*.[15])

@test "mandoc accepts the manual pages" {
  local page said
  for page in "${pages[@]}"; do
    # Which other pages are installed is this machine's affair.
    said=$(mandoc -T lint "$page" 2>/dev/null | grep -v 'STYLE: referenced manual not found' || true)
    [ -z "$said" ] || { echo "$said" >&2 && false; }
  done
}

@test "groff accepts the manual pages" {
  local page said
  for page in "${pages[@]}"; do
    said=$(groff -mdoc -Tutf8 -ww "$page" 2>&1 >/dev/null)
    [ -z "$said" ] || { echo "$said" >&2 && false; }
  done
}

@test "the manual pages refer to one another" {
  grep -q '^\.Xr sase-credential-profile 5' "$BATS_TEST_DIRNAME/../../install/man/sase-credential.1"
  grep -q '^\.Xr sase-credential 1' "$BATS_TEST_DIRNAME/../../install/man/sase-credential-profile.5"
}

@test "the manual page of the sandbox documents exactly its options" {
  local build=${SASE_BUILD:-$BATS_TEST_DIRNAME/../../build/gcc}
  diff <("$build/bin/sase-sandbox" --help | sed -n 's/^  --\([a-z-]*\).*/\1/p') \
    <(sed -n 's/^\.It Fl Fl \([a-z-]*\).*/\1/p' "$BATS_TEST_DIRNAME/../../install/man/sase-sandbox.1")
}
