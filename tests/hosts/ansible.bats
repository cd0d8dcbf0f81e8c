#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Ansible: the collection of install/ansible, built and installed as in its README, and the lookup `pipe`.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

readonly lookup=sase_credential.checkpoint.checkpoint_sase_token

# The collection is built and installed once, by the README's own lines.
setup_file() {
  start_file
  export HOME=$BATS_FILE_TMPDIR/controller
  mkdir "$HOME"
  ansible_settings
  # The installed copy, whose galaxy.yml has the version.
  cd "$build/share/doc/sase-credential/recipes/ansible" || return
  bash -eu <(recipe ansible/README.md 2 | grep ansible-galaxy) >"$HOME/log"
}

ansible_settings() {
  # Ansible wants UTF-8.
  export LC_ALL=C.UTF-8 ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=0 ANSIBLE_INVENTORY_UNPARSED_WARNING=0
}

setup() {
  set_up_test
  ansible_settings
  export SSL_CERT_FILE=$sandbox/ca.pem ANSIBLE_COLLECTIONS_PATH=$BATS_FILE_TMPDIR/controller/.ansible/collections
  cd "$home" || return
}

# play HOSTS [KEYWORD...]: a play for these, whose tasks are on stdin.
play() {
  printf -- '- hosts: %s\n  gather_facts: false\n' "$1"
  [ $# -eq 1 ] || printf '  %s\n' "${@:2}"
  printf '  tasks:\n'
  sed 's/^/    /'
}

# expect_said TEXT: in what Ansible wrote, line ends and all its quoting aside.
expect_said() { grep -qF -e "$1" "$out" "$err" || refute "expected Ansible to say: $1"; }

@test "the collection shows its documentation, and its play reads from the API" {
  call bash -euc "$(recipe ansible/README.md 2 | grep ansible-doc)"
  expect_code 0
  grep -q 'min_ttl' "$out" || refute 'expected the options'

  # The play of the collection, with the sandbox in place of the service.
  as_here <"$source_root/install/ansible/playbooks/users.yml" >users.yml
  traced "$home/trace" execve ansible-playbook -vvv users.yml
  expect_code 0
  expect_said '57 users'
  expect_counter authorize 1
  no_secret_in "$out"
  token=$(sase-credential token)
  ! grep -qF -e "$token" "$home/trace" || refute 'the token is in a command line or an environment'
  used ansible-core "$(ansible --version | sed -n '1s/.*core \(.*\)]/\1/p')" "uri, lookup('$lookup')"
}

@test "the README's tasks, with the lookup and with 'pipe'" {
  { recipe ansible/README.md 1 && recipe ansible/README.md 3; } | play localhost >play.yml
  call ansible-playbook -vvv play.yml
  expect_code 0
  expect_counter resource_ok 2
  expect_counter authorize 1
  no_secret_in "$out"
}

@test "200 hosts in 20 forks: each asks for the token and reads from the API, and the service is asked for one" {
  printf '%s\n' host{1..200} >hosts
  play all 'connection: local' >play.yml <<TASKS
- ansible.builtin.assert:
    that: answer == 'Ok'
    quiet: true
  vars:
    bearer: "{{ lookup('$lookup', header=true) }}"
    answer: "{{ lookup('ansible.builtin.url', '$url/api/rest/v2.3/status', headers={'Authorization': bearer}) }}"
  no_log: true
TASKS
  ANSIBLE_FORKS=20 call ansible-playbook -i hosts play.yml
  expect_code 0
  expect_equal "$(grep -c '^host.* ok=1 .* failed=0' "$out")" 200 hosts
  expect_counter authorize 1
  expect_counter resource_ok 200
}

@test "without a token the task fails and shows the reason in spite of no_log" {
  as_here <"$source_root/install/ansible/playbooks/users.yml" >users.yml
  SASE_API_KEY=eyJunknown call ansible-playbook -vvv users.yml
  expect_code 2
  expect_said 'checkpoint_sase_token: the service rejected the API key (HTTP 401)'
  no_secret_in "$out"
  expect_counter resource_ok 0
}

@test "does not repeat the output of a key command" {
  profile default "api-key-command = echo ey''Jsecret >&2; exit 1"
  unset SASE_API_KEY
  call ansible localhost -m debug -a "msg={{ lookup('$lookup') }}"
  expect_code 2
  expect_said 'checkpoint_sase_token: '
  expect_said '(exit code 4)'
  no_secret_in "$out"
}

@test "options select profile, host and time to live; an invalid one is reported" {
  profile default
  profile work
  play localhost >play.yml <<TASKS
- ansible.builtin.assert:
    that:
      - lookup('$lookup', profile='work') != lookup('$lookup')
      - lookup('$lookup', host='$host') == lookup('$lookup')
      - lookup('$lookup', host='$host', profile='work', header=true) == 'Bearer ' + lookup('$lookup', profile='work')
    quiet: true
  no_log: true
- ansible.builtin.assert:
    that: lookup('$lookup') == lookup('$lookup', profile='work')
    quiet: true
  vars: {checkpoint_sase_profile: work}
  no_log: true
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup', host='evil.test') }}"}, ignore_errors: true}
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup', host='evil.test\nhost=$host') }}"}, ignore_errors: true}
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup', 'work') }}"}, ignore_errors: true}
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup', min_ttl='long') }}"}, ignore_errors: true}
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup', executable='$home/none') }}"}, ignore_errors: true}
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup', executable='/bin/echo') }}"}, ignore_errors: true}
TASKS
  call ansible-playbook play.yml
  expect_code 0
  expect_said "no profile has the host 'evil.test'"
  expect_said "invalid host 'evil.test\\nhost=$host'"
  expect_said "terms are not supported: use options such as profile='work'"
  expect_said "--min-ttl: unusable duration 'long'"
  expect_said "cannot run '$home/none': No such file or directory"
  expect_said "no JSON with a token from '/bin/echo'"
  no_secret_in "$out"
  expect_counter authorize 2
}

@test "a managed host that returns our variables as facts gets no token and selects no program" {
  profile default
  profile work
  mkdir library
  local facts
  for facts in '"checkpoint_sase_profile": "work"' "\"checkpoint_sase_executable\": \"$home/program\", \"ansible_facts\": {}"; do
    about "$facts"
    printf '#!/bin/sh\ntouch %q\n' "$home/ran" >program
    printf '#!/bin/sh\n# WANT_JSON\ncat <<FACTS\n{"ansible_facts": {%s}}\nFACTS\n' "$facts" >library/hostile
    chmod +x program library/hostile
    play localhost >play.yml <<TASKS
- hostile:
- {ansible.builtin.debug: {msg: "{{ lookup('$lookup') }}"}, no_log: true}
TASKS
    call ansible-playbook play.yml
    expect_code 2
    expect_said ' is a fact, which may be '
    [ ! -e ran ] || refute "the host's program was run"
  done
  expect_counter authorize 0
}
