#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The jobs for GitHub Actions and GitLab CI: their YAML is read and their lines are run as the runners would.

# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats runs each test in a subshell; variables of support/end_to_end.bash
load ../support/end_to_end
load ../support/hosts

setup() {
  set_up_test
  export CURL_CA_BUNDLE=$sandbox/ca.pem
  # The key is the project's secret, and the runner has nowhere to keep a cache.
  export PROJECT_SASE_API_KEY=$key PROJECT_CI_JOB_ID=$port-$BATS_TEST_NUMBER
  unset SASE_API_KEY XDG_RUNTIME_DIR
  mkdir "$home/runner"
}

# run_job github|gitlab: our file, with the sandbox in place of the service.
run_job() {
  local directory=$1
  [ "$1" = gitlab ] && directory=gitlab-ci || directory=github-actions
  as_here <"$source_root/install/$directory/users.yml" | sed "s|SASE_REGION: us|SASE_URL: $url|" >"$home/users.yml"
  traced "$home/trace" execve /usr/bin/python3 "$source_root/tests/support/ci_job.py" "$1" "$home/users.yml" "$home/runner"
  # Secrets in the environment that the runner passes to a step are not under test.
  sed -i 's/\], \[.*//' "$home/trace"
}

expect_no_secret_shown() {
  no_secret_in "$out"
  ! grep -qE 'eyJ[A-Za-z0-9_-]{8}' "$home/trace" || refute 'a secret in a command line'
}

@test "GitHub Actions: the workflow reads from the API with one token, which is masked" {
  run_job github
  expect_code 0
  grep -qx '57 users' "$out" || refute 'expected the users'
  grep -q 'Ok$' "$out" || refute 'expected the status'
  grep -qx '::add-mask::\*\*\*' "$out" || refute 'expected a mask'
  expect_counter authorize 1
  expect_counter resource_ok 2
  expect_no_secret_shown
  used 'GitHub Actions' - 'the steps of users.yml, run by bash as its runner does'
}

@test "GitHub Actions: the README's step is a step of a workflow" {
  { printf 'jobs:\n  one:\n    defaults: {run: {shell: bash}}\n    steps:\n' && recipe github-actions/README.md | sed 's/^/      /'; } >"$home/job.yml"
  # It has its own region, and here an URL instead.
  sed -i '/SASE_REGION/d' "$home/job.yml"
  call /usr/bin/python3 "$source_root/tests/support/ci_job.py" github "$home/job.yml" "$home/runner"
  expect_code 0
  expect_equal "$(jq .page "$out")" 1 page
}

@test "GitHub Actions: without the secret the step fails and says why" {
  PROJECT_SASE_API_KEY='' run_job github
  # The rightmost that fails is curl.
  expect_code 22
  grep -q "^sase-credential: no API key for the profile 'default'" "$err" || refute 'expected the reason'
  expect_counter resource_ok 0
}

@test "root installs a package with the expected checksum only" {
  local place=$home/package script
  mkdir "$place" "$place/bin"
  echo package >"$place/sase-credential.deb"
  for script in apt-get curl; do ln -s /bin/true "$place/bin/$script"; done
  printf '#!/bin/sh\n"$@" && echo "installed with sudo"\n' >"$place/bin/sudo"
  chmod +x "$place/bin/sudo"
  export RUNNER_TEMP=$place XDG_RUNTIME_DIR=$place PACKAGE=https://example.test/x SASE_CREDENTIAL_DEB=https://example.test/x
  for file in github-actions gitlab-ci; do
    about "$file"
    /usr/bin/python3 -c 'import sys, yaml
job = yaml.safe_load(open(sys.argv[1]))
print(job["jobs"]["users"]["steps"][0]["run"] if "jobs" in job else job["users"]["before_script"][1])' \
      "$source_root/install/$file/users.yml" >"$home/install"
    sed -i 's/command -v sase-credential/false/; s/^ *exit; fi$/:; fi/' "$home/install"
    CHECKSUM=$(printf 0%.0s $(seq 64)) SASE_CREDENTIAL_SHA256=$(printf 0%.0s $(seq 64)) \
      call env PATH="$place/bin:/usr/bin:/bin" bash -e -o pipefail "$home/install"
    expect_code 1
    ! grep -q installed "$out" || refute 'installed with a wrong checksum'
    CHECKSUM=$(sha256sum <"$place/sase-credential.deb" | cut -d' ' -f1)
    SASE_CREDENTIAL_SHA256=$CHECKSUM CHECKSUM=$CHECKSUM \
      call env PATH="$place/bin:/usr/bin:/bin" bash -e -o pipefail "$home/install"
    expect_code 0
  done
}

@test "GitLab CI: the job reads from the API, and leaves no cache" {
  run_job gitlab
  expect_code 0
  grep -qx '57 users' "$out" || refute 'expected the users'
  expect_counter authorize 1
  expect_no_secret_shown
  [ ! -e "/tmp/sase-$PROJECT_CI_JOB_ID" ] || refute 'the cache is still there'
  used 'GitLab CI' - 'the lines of users.yml, run by bash as its runner does'
}

@test "GitLab CI: the README's job is a job" {
  recipe gitlab-ci/README.md >"$home/job.yml"
  sed -i '/SASE_REGION/d; /variables:/d' "$home/job.yml"
  call /usr/bin/python3 "$source_root/tests/support/ci_job.py" gitlab "$home/job.yml" "$home/runner"
  expect_code 0
  expect_equal "$(jq .page "$out")" 1 page
}

@test "GitLab CI: without the variable the job fails and says why" {
  PROJECT_SASE_API_KEY='' run_job gitlab
  # The rightmost that fails is curl.
  expect_code 22
  grep -q "^sase-credential: no API key for the profile 'default'" "$err" || refute 'expected the reason'
  expect_counter resource_ok 0
}

@test "the images of the recipes are named by their digests, and a runner of GitLab gets a shell" {
  call /usr/bin/python3 -c 'import re, sys, yaml
image = next(iter(yaml.safe_load(sys.argv[1]).values()))["image"]
assert re.search("@sha256:[0-9a-f]{64}$", image["name"]) and image["entrypoint"] == [""]
container = yaml.safe_load(open(sys.argv[2]))["jobs"]["users"]["container"]
assert container == {"image": "${{ vars.SASE_IMAGE }}", "options": "--user root"}' \
    "$(recipe gitlab-ci/README.md 3)" "$source_root/install/github-actions/container.yml"
  expect_silence
  grep -q '@sha256:' "$source_root/install/github-actions/container.yml" || refute 'the workflow does not say so'
}
