#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each system call of a command for files, descriptors and locks fails once, or kills the process. The promises hold:
# an exit code with a meaning, no secret on stderr, no token of another service, at most one request more than usual; the
# next call works, and a login is all or nothing. support/injection.py does it; SASE_LONG=yes tries all errors.

# shellcheck disable=SC2030,SC2031,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
promises='2 3 6 7'

setup() {
  set_up_test
  command -v strace >/dev/null || skip 'there is no strace'
  further_sandbox second
}

# inject SCENARIO error|kill
inject() {
  local report code=0
  report=$(ASAN_OPTIONS=detect_leaks=0 /usr/bin/python3 "$source_root/tests/support/injection.py" "$1" "$2" "$sandbox" "$further" \
    "$BATS_TEST_TMPDIR/work") || code=$?
  echo "# $1, $2: ${report%%$'\n'*}" >&3
  [ "$code" -eq 0 ] || { printf '%s\n' "$report" >&2 && return 1; }
}

@test "'get' with a cached token survives each error of a system call" { inject get error; }
@test "'token' without a cached token survives each error of a system call" { inject token error; }
@test "'token' that is killed at any system call leaves nothing locked" { inject token kill; }
@test "'watch --once' survives each error of a system call" { inject watch error; }
@test "a login is all or nothing at each error of a system call" { inject login error; }
@test "a login is all or nothing if it is killed at any system call" { inject login kill; }
@test "a logout survives each error of a system call" { inject logout error; }
@test "a logout that is killed at any system call can be repeated" { inject logout kill; }

@test "'token' survives each error of a system call in the authorizer" {
  [ "${SASE_LONG-}" = yes ] || skip 'SASE_LONG is not yes'
  inject authorizer error
}

@test "a login that verifies its key is all or nothing" {
  [ "${SASE_LONG-}" = yes ] || skip 'SASE_LONG is not yes'
  inject verified-login error
  inject verified-login kill
}
