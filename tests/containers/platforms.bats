#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The recipes as a new user would try them, each in the environment of its platform: the users, groups, modes, mounts and
# variables of a container job of GitHub, a shell runner of GitLab, Docker Compose, cron and systemd, in the file system of the
# image. Each must supply a token with one request, without a warning. Kubernetes is in kubernetes.bats.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # words for sh; bats runs each test in a subshell; variables of end_to_end.bash
load ../support/end_to_end
load ../support/hosts
load ../support/packages
load ../support/containers

setup() {
  set_up_test
  need_image
  chmod go+x "$home" "${home%/*}"
  install -m 644 "$sandbox/ca.pem" "$home/ca.pem"
  # A stand-in for curl, which the image does not have: what it reads is kept, and it fails without a token, as curl -f does.
  mkdir -m 755 "$home/bin" "$home/read"
  chmod 777 "$home/read"
  printf '#!/bin/sh\ncat >/read/header && grep -q "^Authorization: Bearer eyJ" /read/header\n' >"$home/bin/curl"
  # The program of the recipes that expect a token in the environment.
  printf '#!/bin/sh\n[ -z "${SASE_API_KEY-}" ] && printf "%%s\\n" "$SASE_ACCESS_TOKEN" >"$1"\n' >"$home/bin/sase-report"
  chmod 755 "$home/bin"/*
  # The sandbox in place of the region.
  platform=(-v "$home/bin:/usr/local/bin:ro" -v "$home/read:/read" -v "$home/ca.pem:/etc/ca.pem:ro"
    -e "SASE_URL=$url" -e SASE_CA_FILE=/etc/ca.pem)
  meant_to_hold_secrets "$home/read" "$home/files" "$home/volumes"
  mkdir "$home/files"
  chmod 755 "$home/files"
}

teardown() {
  ! mountpoint --quiet "$home/volumes" || umount "$home/volumes"
  tear_down_test
}

# The recipe has run without a message, and with one request.
expect_recipe() {
  expect_code 0
  expect_no_message
  expect_counter authorize 1
}

expect_header() {
  expect_recipe
  grep -q '^Authorization: Bearer eyJ' "$home/read/header" || refute 'the recipe has passed no token'
}

# expect_report FILE: the program has got the token.
expect_report() {
  expect_recipe
  grep -q '^eyJ' "$1" || refute 'the program has no token'
}

# directory PATH OWNER MODE: a directory in $home/files.
directory() {
  (umask 022 && mkdir -p "$home/files/$1")
  chown "$2:$2" "$home/files/$1"
  chmod "$3" "$home/files/$1"
}

# secret OWNER MODE PATH: a file in $home/files with the key.
secret() {
  printf '%s\n' "$key" >"$home/files/$3"
  chown "$1:$1" "$home/files/$3"
  chmod "$2" "$home/files/$3"
}

@test "GitHub: a container job, as root with the runner's HOME" {
  # What the runner, user 1001, mounts into a job's container.
  directory home 1001 755
  directory runner 1001 755
  directory runner/_temp 1001 755
  github=(-w -u 0:0 "${platform[@]}" -v "$home/files/home:/github/home" -v "$home/files/runner:/__w" -e HOME=/github/home
    -e CI=true -e GITHUB_ACTIONS=true -e GITHUB_WORKSPACE=/__w/project/project -e RUNNER_TEMP=/__w/_temp -e GITHUB_OUTPUT=/__w/_temp/output
    -e "SASE_API_KEY=$key")
  /usr/bin/python3 -c 'import sys, yaml
for step in yaml.safe_load(open(sys.argv[1]))["jobs"]["users"]["steps"]: print(step["run"])' \
    "$source_root/install/github-actions/container.yml" >"$home/files/runner/_temp/script"
  # Two steps, each a shell of its own.
  call in_image "${github[@]}" bash --noprofile --norc -eo pipefail /__w/_temp/script
  expect_header
  grep -q '^token=eyJ' "$home/files/runner/_temp/output" || refute 'the second step has no token'
  grep -q '^::add-mask::eyJ' "$out" || refute 'the token is not masked'
  : >"$out"
}

@test "GitLab: a shell runner, with the key in a variable of type File" {
  directory gitlab-runner 999 750
  directory gitlab-runner/builds/project 999 755
  # The directory of such files, and the file.
  directory gitlab-runner/builds/project.tmp 999 777
  secret 999 666 gitlab-runner/builds/project.tmp/SASE_KEY
  recipe gitlab-ci/README.md 2 | sed 's/^  //' >"$home/job.yml"
  /usr/bin/python3 -c 'import sys, yaml
print("\n".join(next(iter(yaml.safe_load(open(sys.argv[1])).values()))["script"]))' "$home/job.yml" >"$in"
  call in_image -w -u 999:999 "${platform[@]}" -v "$home/files/gitlab-runner:/home/gitlab-runner" -e HOME=/home/gitlab-runner \
    -e USER=gitlab-runner -e CI=true -e GITLAB_CI=true -e CI_JOB_ID=1 -e CI_PROJECT_DIR=/home/gitlab-runner/builds/project \
    -e SASE_KEY=/home/gitlab-runner/builds/project.tmp/SASE_KEY bash -eo pipefail
  expect_header
}

@test "Docker Compose: a service with the secret of its user" {
  cp "$source_root/install/container/compose.yaml" "$home/files"
  secret 1000 600 sase-api-key
  directory report 1000 755
  if command -v docker >"$home/log"; then
    # Reads the file by the schema of Compose, without a daemon.
    (cd "$home/files" && docker stack config --compose-file compose.yaml) >"$home/log" 2>&1 || refute "$(<"$home/log")"
  fi
  /usr/bin/python3 -c 'import sys, yaml
service = yaml.safe_load(open(sys.argv[1]))["services"]["report"]
print(service["user"].replace("${OWNER:-", "").rstrip("}"), service["environment"]["SASE_API_KEY_FILE"], *service["command"])' \
    "$home/files/compose.yaml" >"$home/words"
  read -ra words <"$home/words"
  call in_image -u "${words[0]}" "${platform[@]}" -v "$home/files/sase-api-key:/run/secrets/sase-api-key:ro" \
    -v "$home/files/report:/report" -e "SASE_API_KEY_FILE=${words[1]}" sase-credential "${words[@]:2}"
  expect_report "$home/files/report/users.json"
}

# as_cron HOME: the job of the recipe for a system user with that home directory, as cron runs it.
as_cron() {
  local text variables=() line
  text=$(recipe cron/README.md 4)
  while read -r line; do variables+=(-e "$line"); done < <(grep -E '^[A-Z_]+=' <<<"$text" | grep -v '^SASE_REGION=')
  line=$(sed -nE 's/^([0-9*]+ +){1}([^ ]+ +){4}report +//p' <<<"$text")
  [ -n "$line" ] || refute 'there is no job'
  call in_image -w -u 998:998 "${platform[@]}" -v "$home/files/keys:/etc/sase-credential/keys" \
    -v "$home/files/report:/var/lib/report" "${variables[@]}" -e "HOME=$1" -e LOGNAME=report -e SHELL=/bin/sh /bin/sh -c "$line"
}

@test "cron: a job of a system user with a home directory" {
  directory keys 0 755
  secret 998 400 keys/report
  directory report 998 700
  as_cron /var/lib/report
  expect_report "$home/files/report/users.json"
}

@test "cron: a job of a system user without a home directory" {
  directory keys 0 755
  secret 998 400 keys/report
  directory report 998 700
  as_cron /nonexistent
  expect_report "$home/files/report/users.json"
  as_cron /nonexistent
  expect_report "$home/files/report/users.json"
}

@test "systemd: a service with DynamicUser and a credential" {
  local unit=$home/files/report.service user=62345 command
  recipe systemd/README.md 3 >"$unit"
  if command -v systemd-analyze >"$home/log"; then
    sed -i "s|/usr/bin/sase-credential|$build/bin/sase-credential|" "$unit"
    systemd-analyze verify --man=no "$unit" 2>"$home/log" || refute "$(<"$home/log")"
    ! grep -F report.service "$home/log" || refute 'systemd complains'
    sed -i "s|$build/bin/sase-credential|/usr/bin/sase-credential|" "$unit"
  fi
  # A file system in memory for the credentials, read-only for the service, whose user owns it.
  mkdir "$home/volumes"
  mount -t tmpfs -o "mode=700,uid=$user,gid=$user" tmpfs "$home/volumes"
  printf '%s\n' "$key" >"$home/volumes/sase-api-key"
  chown "$user:$user" "$home/volumes/sase-api-key"
  chmod 400 "$home/volumes/sase-api-key"
  chmod 500 "$home/volumes"
  directory runtime "$user" 700
  directory state "$user" 755
  read -ra command < <(sed -n 's/^ExecStart=//p' "$unit" | sed 's|${STATE_DIRECTORY}|/var/lib/private/report|')
  runtime=$(sed -nE 's/^Environment=(XDG_RUNTIME_DIR=)%t([^ ]*).*/\1\/run\2/p' "$unit")
  call in_image -u "$user:$user" "${platform[@]}" -v "$home/volumes:/run/credentials/report.service:ro" \
    -v "$home/files/runtime:/run/report" -v "$home/files/state:/var/lib/private/report" -e HOME=/ -e LOGNAME=report \
    -e USER=report -e SHELL=/bin/sh -e CREDENTIALS_DIRECTORY=/run/credentials/report.service -e RUNTIME_DIRECTORY=/run/report \
    -e STATE_DIRECTORY=/var/lib/private/report -e "$runtime" "${command[@]}"
  expect_report "$home/files/state/users.json"
  # The next start of the service is another request only if its directory in /run is new.
  [ -d "$home/files/runtime/sase-credential" ] || refute 'the cache is not in the runtime directory'
}
