# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Counts in how many situations the tests try each of the program's seven promises (the list below), and in how many the
# promise held. A situation begins with `situation`. It held if the next one begins or the test succeeds; otherwise the
# promise is broken. A skipped test does not count. Each situation is a line in the file $SASE_PROMISES, if that is set:
# number, verdict, test and situation, separated by tabs.
#
# `promises=1` at the head of a file (or in its setup) makes each of its tests a situation, or each `about` in them;
# `tries 2 6` does so for one test, and `tries` without arguments for none.

promise_names=(
  [1]='one authorization'
  [2]='never a stale token'
  [3]='never a wrong token'
  [4]='no secret stored in the clear'
  [5]='few requests to the service'
  [6]='a broken part never breaks the host'
  [7]='the key goes to one place'
)

promises=''
# `no`, `test` (the whole test is a situation) or `yes`.
situation_is_open=no
situation_promises='' situation_text=''

# situation PROMISES TEXT...: begins a situation; the text is in $about, too.
situation() {
  [ "$situation_is_open" != yes ] || settle_situation held
  about=${*:2}
  situation_promises=$1 situation_text=$about situation_is_open=yes
}

# about TEXT...: sets $about, and begins a situation of the promises that this test tries.
about() {
  about=$*
  [ -z "$promises" ] || situation "$promises" "$*"
}

# tries [PROMISE...]: the promises that this test tries, if they differ from those of its file.
tries() {
  promises=$*
  begin_situations
}

# A test without a named situation is one situation.
begin_situations() {
  situation_is_open=no situation_promises=$promises situation_text=''
  [ -z "$promises" ] || situation_is_open='test'
}

end_situations() {
  [ -z "${BATS_TEST_SKIPPED-}" ] || situation_is_open=no
  if [ "${BATS_TEST_COMPLETED-}" = 1 ]; then settle_situation held; else settle_situation broken; fi
}

settle_situation() {
  local promise lines=''
  if [ "$situation_is_open" != no ] && [ -n "${SASE_PROMISES-}" ]; then
    for promise in $situation_promises; do
      lines+="$promise"$'\t'"$1"$'\t'"${BATS_TEST_FILENAME##*/}: $BATS_TEST_DESCRIPTION"$'\t'"$situation_text"$'\n'
    done
    # One write to the end of the file, so that parallel tests do not mix their lines.
    printf '%s' "$lines" >>"$SASE_PROMISES"
  fi
  situation_is_open=no
}

# promise_table FILE [all]: prints for each promise how many situations were tried and in how many it held, then the broken
# ones. A situation that is tried with several builds, or several times under one name, counts once. Fails if a promise is
# broken or, with `all`, was not tried.
promise_table() {
  awk -F '\t' -v wanted="${2-}" -v names="$(IFS=/ && echo "${promise_names[*]}")" '
    { situation = $1 FS $3 FS $4 }
    !(situation in tried) { tried[situation]; all[$1]++ }
    $2 != "held" && !(situation in broken) {
      broken[situation]
      failed[$1]++
      list = list sprintf("broken: promise %s in \"%s\"%s\n", $1, $3, $4 == "" ? "" : ", " $4)
    }
    END {
      printf "%-43s%6s%6s\n", "promise", "tried", "held"
      for (number = 1; number <= split(names, name, "/"); number++) {
        printf "%d  %-40s%6d%6d\n", number, name[number], all[number], all[number] - failed[number]
        if (failed[number] || (wanted == "all" && !all[number])) verdict = 1
      }
      printf "%s", list
      exit verdict
    }' "$1"
}
