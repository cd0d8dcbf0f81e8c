#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Two recipes of .github/CONTRIBUTING.md: a region is one row, and a format is one row and its function. The
# test adds one of each to a copy of the sources, builds the front and uses both.

# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell; variables of the file that is loaded
load ../support/end_to_end

# Builds the changed copy; $changed is its program, which uses the authorizer of $SASE_BUILD.
setup_file() {
  start_file
  local source=$BATS_FILE_TMPDIR/source formats
  mkdir "$source"
  (cd "$source_root" && git ls-files -coz --exclude-standard -- CMakeLists.txt helper protocol install tests/sandbox README.md LICENSE |
    xargs -0 cp --parents -t "$source" 2>/dev/null) || true
  cd "$source" || return
  # One row: a copy of the row of "us" with another name and other hosts.
  sed -i '/^ *Region{"us"/{p; s/"us"/"test"/; s,https://[^"]*,https://api.test.example,g}' helper/config/region.hpp
  # One row, and the function that writes the format with its declaration.
  formats=$(grep -rl --include='*.hpp' 'TokenFormat{"header"' protocol)
  sed -i 's/^ *TokenFormat{"header"/TokenFormat{"brackets", "the token in brackets", write_brackets},\n&/
    s/^.*Secret write_header(.*$/Secret write_brackets(const BearerToken\& token, const TokenDetails\& details);\n&/' "$formats"
  sed -i 's/^Secret write_header(.*$/Secret write_brackets(const BearerToken\& token, const TokenDetails\& \/*details*\/) {\
  return Secret::join({"<", token.reveal(), ">\\n"});\n}\n\n&/' "${formats%.hpp}.cpp"
  # The fastest build: not optimized, several files as one.
  {
    cmake -S . -B "$BATS_FILE_TMPDIR/build" -G Ninja -DSASE_TESTS=OFF -DCMAKE_UNITY_BUILD=ON -DCMAKE_BUILD_TYPE=Debug \
      -DCMAKE_CXX_FLAGS_DEBUG='-O0 -U_FORTIFY_SOURCE' &&
      cmake --build "$BATS_FILE_TMPDIR/build" --target sase-credential
  } >"$BATS_FILE_TMPDIR/log" 2>&1 || { tail -n 40 "$BATS_FILE_TMPDIR/log" >&2 && return 1; }
  mkdir -p "$BATS_FILE_TMPDIR/build/libexec"
  rm -rf "$BATS_FILE_TMPDIR/build/libexec/sase-credential"
  ln -s "$build/libexec/sase-credential" "$BATS_FILE_TMPDIR/build/libexec/sase-credential"
}

setup() {
  set_up_test
  changed=$BATS_FILE_TMPDIR/build/bin/sase-credential
}

@test "a new region is accepted, documented and used" {
  unset SASE_URL
  call "$changed" help settings
  grep -q ': us, test, eu' "$out" || refute 'help does not name the region'
  call "$changed" --region test status
  grep -qE '^\* default +test +v1 +api\.test\.example ' "$out" || refute 'the region has no effect'
  call "$changed" --region tset status
  grep -qF "did you mean 'test'" "$out" || refute 'the message about a misspelled region does not name it'
}

@test "a new format is accepted, documented and used" {
  call "$changed" help token
  grep -q 'token, brackets, header' "$out" || refute 'help does not name the format'
  call "$changed" token
  expect_token
  call "$changed" --format brackets token
  expect_output "<$token>"$'\n'
}
