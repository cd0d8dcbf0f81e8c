# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Which promises of the contract (CONTRACT section 7) a test tries, and whether they held. What is counted are
# situations: one is tried from `situation` on; it has held when the next one begins or the test ends well, and is
# broken otherwise. A test that is skipped tries nothing from there on. Each goes as a line into the file
# $SASE_PROMISES, where that is set: number, verdict, test, situation, with tabs between them.
#
# `promises=1` at the head of a file (or in its setup) makes one situation of each of its tests, or of each `about`
# that names one;
# `tries 2 6` does so for one test, and `tries` alone for none.

promise_names=(
  [1]='one authorization'
  [2]='never a stale token'
  [3]='never a wrong token'
  [4]='nothing at rest for a thief'
  [5]='the service is spared'
  [6]='a broken part never breaks the host'
  [7]='the key goes to one place'
)

promises=''
# `no`, 'test' while it is the test as a whole that tries something, or `yes`.
situation_is_open=no
situation_promises='' situation_words=''

# situation PROMISES WORDS...: the words are in $about, too.
situation() {
  [ "$situation_is_open" != yes ] || settle_situation held
  about=${*:2}
  situation_promises=$1 situation_words=$about situation_is_open=yes
}

# about WORDS...: names what is tried in $about, and is a situation of the promises that this test tries.
about() {
  about=$*
  [ -z "$promises" ] || situation "$promises" "$*"
}

# tries [PROMISE...]: what this test tries, if not what its file does.
tries() {
  promises=$*
  begin_situations
}

# A test that names none is one.
begin_situations() {
  situation_is_open=no situation_promises=$promises situation_words=''
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
      lines+="$promise"$'\t'"$1"$'\t'"${BATS_TEST_FILENAME##*/}: $BATS_TEST_DESCRIPTION"$'\t'"$situation_words"$'\n'
    done
    # One write to the end of the file, so that tests side by side do not mix their lines.
    printf '%s' "$lines" >>"$SASE_PROMISES"
  fi
  situation_is_open=no
}

# promise_table FILE [all]: for each promise how many situations were tried and how many held, then those that did not.
# What is tried with several builds, or several times under one name, is one situation. Fails when one is broken and,
# with `all`, when a promise was not tried at all.
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
