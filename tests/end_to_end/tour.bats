#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The tour of README at a terminal (tmux), in a shell that keeps a history. The output equals that in README.

load ../support/end_to_end.bash
promises=7

setup() {
  set_up_test
  only_profiles
  unset SASE_API_KEY SASE_CA_FILE XDG_CONFIG_HOME
  cp "$sandbox/ca.pem" "$home/ca.pem"
  meant_to_hold_secrets "$home/.config/sase-credential/keys"
  tmux_socket=$home/tmux
}

teardown() {
  tmux -S "$tmux_socket" kill-server 2>/dev/null || true
  tear_down_test
}

# open_terminal: opens a wide terminal, so that it breaks no lines.
open_terminal() {
  HISTFILE=$home/history PS1='$ ' tmux -S "$tmux_socket" -f /dev/null new-session -d -x 250 -y 100 bash --norc --noediting -i
  wait_for_prompt 1
}

screen() { tmux -S "$tmux_socket" capture-pane -p | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }

tmux_has_ended() { ! tmux -S "$tmux_socket" has-session 2>/dev/null; }

# wait_for_screen COUNT PATTERN: waits until so many lines of the screen match.
wait_for_screen() {
  local tries=0
  until [ "$(screen | grep -cE -- "$2")" -ge "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { screen >&2 && echo "not on the screen: $2" >&2 && return 1; }
    sleep 0.05
  done
}
wait_for_prompt() { wait_for_screen "$1" '^\$($| )'; }

enter() {
  tmux -S "$tmux_socket" send-keys -l -- "$1"
  tmux -S "$tmux_socket" send-keys Enter
}

# tour_of_readme: prints README's first console block with a login.
tour_of_readme() {
  awk '/^```console/ { block = ""; inside = 1; next }
       /^```/ && inside { inside = 0; if (block ~ /sase-credential login/) { printf "%s", block; exit } next }
       inside { block = block $0 "\n" }' "$source_root/README.md"
}

# as_in_readme: replaces what differs between machines and days by the text of README. Line breaks depend on the length of
# a path.
as_in_readme() {
  sed -E -e "s|$home/runtime|/run/user/1000|g; s|$home|/home/me|g" -e "s|localhost:$port|localhost:8443|g; s|127.0.0.1:$port|127.0.0.1:8443|g" \
    -e "s/sase-sandbox CA [A-Za-z0-9_-]+/sase-sandbox CA/; s/ \([0-9.]+ ms\)//" \
    -e 's/changed [0-9]+s ago/changed 2s ago/; s/valid until [0-9TZ:-]+ \([0-9]+ days left\)/valid until 2027-12-26T15:33:41Z (396 days left)/' \
    -e 's/resolves to ::1, /resolves to /; s/(1h|59m) left/59m left/' | tr -s ' \n' ' '
}

@test "login, status, doctor, token and logout at a terminal print what README shows, and never the key" {
  local line commands=0
  open_terminal
  while IFS= read -r line; do
    line=${line#$ }
    line=${line//https:\/\/localhost:8443/$url}
    enter "${line//\/home\/me/$home}"
    commands=$((commands + 1))
    if [[ $line = *login* ]]; then
      wait_for_screen 1 '^API key for'
      enter "$key"
    fi
    wait_for_prompt $((commands + 1))
  done < <(tour_of_readme | grep '^\$ ')
  expect_equal "$commands" 5 'the commands of the tour'
  screen | sed '$d' >"$out"
  diff <(tour_of_readme | as_in_readme | fold -s -w 100) <(as_in_readme <"$out" | fold -s -w 100) >&2 ||
    refute 'the tour is not as README shows it'

  enter exit
  wait_until tmux_has_ended
  grep -q 'sase-credential login' "$home/history" || refute 'the shell kept no history'
  ! grep -q "$key" "$out" || refute 'the key is on the screen'
  # After each test, all files below the home directory, history included, are searched for parts of the key.
  rm -f "$tmux_socket"
}
