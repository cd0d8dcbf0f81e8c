#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manifests of install/kubernetes: kubectl accepts them, and the commands of their containers are run in the image, with
# volumes that have the owners, modes and links that Kubernetes gives them.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # words for sh; bats runs each test in a subshell; variables of end_to_end.bash
load ../support/watching
load ../support/hosts
load ../support/packages
load ../support/containers

setup() {
  set_up_test
  manifests=$source_root/install/kubernetes volumes=$home/volumes
}

teardown() {
  stop_servers
  ! mountpoint --quiet "$home/volumes" || umount "$home/volumes"
  tear_down_test
}

# volume NAME GROUP MODE: an emptyDir of that group, which everyone can write. One in memory (`medium: Memory`) is sticky,
# because kubelet leaves this bit of a tmpfs as it is; one on disk is not.
volume() {
  mkdir -p "$volumes/$1"
  chown "0:$2" "$volumes/$1"
  chmod "$3" "$volumes/$1"
}

# secret_volume NAME FILE GROUP: a volume with the content of stdin, as kubelet's writer makes it: the file is root's and
# belongs to the group, in a directory that a link names, which is replaced as a whole.
secret_volume() {
  local directory=$volumes/$1 data=..2026_01_01_00_00_00.000000001
  mkdir -p "$directory/$data"
  cat >"$directory/$data/$2"
  ln -s "$data" "$directory/..data"
  ln -s "..data/$2" "$directory/$2"
  chown -Rh "0:$3" "$directory"
  chmod 3777 "$directory"
  chmod 2755 "$directory/$data"
  chmod 440 "$directory/$data/$2"
}

# need_volumes: on a file system in memory, as the volumes of secrets and those with `medium: Memory` are.
need_volumes() {
  need_image
  mkdir -m 755 "$volumes"
  mount -t tmpfs -o mode=755 tmpfs "$volumes"
  chmod go+x "$home" "${home%/*}"
  printf '%s\n' "$key" | secret_volume api-key api-key 65532
  install -m 644 "$sandbox/ca.pem" "$home/ca.pem"
  volume token 65532 3777
  volume report 65532 2777
  mkdir -m 1777 "$volumes/shm"
  meant_to_hold_secrets "$volumes"
}

# container FILE NAME [OPTION...]: sets $container to the command that runs this container, with the sandbox as the service.
container() {
  local words
  mapfile -d '' -t words < <(/usr/bin/python3 "$source_root/tests/support/pod.py" "$manifests/$1" "$2" "$volumes" \
    SASE_REGION= "SASE_URL=$url" SASE_CA_FILE=/ca.pem)
  [ ${#words[@]} -gt 0 ] || refute "cannot read the container '$2'"
  container=(in_image "${@:3}" -v "$home/ca.pem:/ca.pem:ro" -v "$volumes/shm:/dev/shm" "${words[@]}")
}

@test "kubectl knows every field of the manifests, with the types of its API" {
  command -v kubectl >"$home/log" || skip 'there is no kubectl'
  local file
  for file in "$manifests"/*.yaml; do
    about "${file##*/}"
    # Reads the objects by the API's types, without a server. What it does not know is lost.
    call kubectl set image --local --filename "$file" '*=example' --output json
    if grep -q 'no kind "CronJob" is registered for version "batch/v1"' "$err"; then
      echo "# this kubectl is older than Kubernetes 1.21, and knows no ${file##*/}" >&3
      continue
    fi
    expect_code 0
    expect_no_message
    call /usr/bin/python3 - "$file" "$out" <<'PYTHON'
import json, sys, yaml
def check(written, read, path):
    if isinstance(written, dict):
        for key, value in written.items():
            assert isinstance(read, dict) and (key in read or value in ({}, [])), f"{path}: unknown field {key}"
            check(value, read.get(key), f"{path}.{key}")
    elif isinstance(written, list):
        for number, value in enumerate(written): check(value, read[number], f"{path}[{number}]")
    elif not path.endswith(".image"):
        assert written == read, f"{path}: {written} became {read}"
check(yaml.safe_load(open(sys.argv[1])), json.load(open(sys.argv[2])), "")
PYTHON
    expect_silence
  done
}

@test "the README's command makes the secret that the manifests mount" {
  command -v kubectl >"$home/log" || skip 'there is no kubectl'
  printf '%s\n' "$key" >"$in"
  call sh -euc "$(recipe kubernetes/README.md) --dry-run=client --output=json"
  expect_code 0
  expect_equal "$(jq -r '.metadata.name, (.data | keys[]), (.data["api-key"] | @base64d)' "$out")" $'sase-api-key\napi-key\n'"$key"
  for file in sidecar cronjob; do
    grep -q 'secretName: sase-api-key' "$manifests/$file.yaml" || refute "$file.yaml mounts another"
    grep -q 'value: /etc/sase/api-key}' "$manifests/$file.yaml" || refute "$file.yaml names another file"
  done
  : >"$out"
}

@test "the init container waits for the first token, and the sidecar keeps it and tells the reader" {
  need_volumes
  container sidecar.yaml first-token
  call "${container[@]}"
  expect_silence
  expect_equal "$(stat -c '%u:%g %a' "$volumes/token/sase/token")" '65532:65532 640' 'owner and mode'

  # The reader: answers the request to reload, and is another container of the pod.
  /usr/bin/python3 -c '
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print("port", server.getsockname()[1], flush=True)
while True:
    caller, _ = server.accept()
    print(caller.makefile().readline().strip(), flush=True)
    caller.close()' >"$home/reloads" 2>&1 3>&- 4>&- &
  servers+=($!)
  wait_until grep -q ^port "$home/reloads"
  container sidecar.yaml sase-credential
  container=("${container[@]/localhost\/8080/localhost\/$(sed -n 's/^port //p' "$home/reloads")}")
  "${container[@]}" >"$out" 2>"$err" 3>&- 4>&- &
  servers+=($!)
  wait_until grep -q 'POST /-/reload' "$home/reloads"
  expect_no_message
  expect_equal "$(stat -c '%u:%g %a' "$volumes/token/sase/token")" '65532:65532 640' 'owner and mode'
  in_image -u 65533:65533,65532 -v "$volumes/token:/token:ro" cat /token/sase/token >"$home/tmp/read"
  meant_to_hold_secrets "$home/tmp/read"
  grep -q ^eyJ "$home/tmp/read" || refute 'another container of the group cannot read the token'
  # The containers of a pod share /dev/shm, and so the cache.
  expect_counter authorize 1
}

@test "a new version of the secret is read through its link" {
  need_volumes
  container sidecar.yaml first-token
  mkdir -m 755 "$volumes/api-key/..new"
  cp "$volumes/api-key/..data/api-key" "$volumes/api-key/..new/api-key"
  echo the-key-of-before >"$volumes/api-key/..data/api-key"
  chown -R 0:65532 "$volumes/api-key/..new"
  chmod 440 "$volumes/api-key/..new/api-key"
  ln -s ..new "$volumes/api-key/..data_tmp"
  mv -T "$volumes/api-key/..data_tmp" "$volumes/api-key/..data"
  call "${container[@]}"
  expect_silence
}

@test "the cron job's program gets the token, and has no key" {
  need_volumes
  printf '#!/bin/sh\nset -u; env | grep -c API_KEY=; printf "%%s\\n" "$SASE_ACCESS_TOKEN" >"$1"\n' >"$home/sase-report"
  chmod 755 "$home/sase-report"
  container cronjob.yaml sase-report -v "$home/sase-report:/usr/local/bin/sase-report:ro"
  call "${container[@]}"
  expect_no_message
  # grep counts none.
  expect_output $'0\n'
  grep -q ^eyJ "$volumes/report/users.json" || refute 'the program had no token'
}
