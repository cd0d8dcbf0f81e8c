#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The image of install/container: built by buildah from a base image that mmdebstrap makes, and run by podman where this
# machine can, or else in namespaces.

# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154 # words for sh; bats runs each test in a subshell; variables of end_to_end.bash
load ../support/end_to_end
load ../support/packages
load ../support/containers

setup() {
  set_up_test
  need_image
  # Mounts keep the owner of the host: root, as for certificates of a system.
  install -m 644 "$sandbox/ca.pem" "$home/ca.pem"
  service=(-e "SASE_URL=$url" -e SASE_CA_FILE=/etc/ca.pem)
  ca=$home/ca.pem:/etc/ca.pem:ro
}

# need_podman: sets $podman to a command that runs a container in this machine's network.
need_podman() {
  command -v podman >"$home/log" || skip 'there is no podman'
  local way runtime reason=
  # Without cgroups, which a container may not create here. The second try is without the hierarchy that crun rejects beside
  # the one of version 1.
  for way in '' 'umount /sys/fs/cgroup/unified &&'; do
    for runtime in crun runc; do
      podman=(unshare --mount bash -c "$way exec \"\$@\"" bash podman --root "$image_place/storage" --runroot "$image_place/run"
        --storage-driver overlay --cgroup-manager cgroupfs --runtime "$runtime" run --rm --network host --cgroups disabled
        "${limits[@]}" --volume "$ca")
      timeout 60 "${podman[@]}" --entrypoint true "$image" >"$home/log" 2>&1 && return
      [ -n "$reason" ] || reason=$(tail -n 1 "$home/log")
    done
  done
  skip "podman cannot run a container here: $reason"
}

# The last lines of a trace that a container leaves: seccomp filters, privileges and the user's number.
confinement='grep -E "^(Uid|CapEff|NoNewPrivs|Seccomp):" /proc/self/status | tr -s "[:blank:]" " "'
two_tokens='sase-credential token && git-credential-sase capability && sase-credential token'

# Two equal tokens with one request, and no warning: the cache works.
expect_two_tokens() {
  local lines
  expect_code 0
  expect_no_message
  mapfile -t lines < <(grep '^eyJ' "$out")
  expect_equal "${#lines[@]}" 2 'number of tokens'
  expect_equal "${lines[0]}" "${lines[1]}" 'the second token'
  expect_counter authorize 1
}

@test "the image has at most 100 MB: a slim system, CA certificates, the programs and their libraries" {
  local bytes added expected='lib(ssl|poco|expat|pcre)[a-z0-9.-]*|ca-certificates|openssl|sase-credential'
  bytes=$(du --apparent-size --bytes --summarize "$image_root" | cut -f 1)
  in_image dpkg-query -W -f '${Package} ${Version}\n' >"$home/packages"
  tar xOf "$slim" ./var/lib/dpkg/status | sed -n 's/^Package: //p' | sort >"$home/slim"
  mapfile -t added < <(cut -d ' ' -f 1 "$home/packages" | sort | comm -13 "$home/slim" -)
  {
    echo "# the image of $distribution: $((bytes / 1000000)) MB, $(wc -l <"$home/packages") packages"
    echo "# beyond the slim system: ${added[*]}"
    sed 's/ /=/' "$home/packages" | paste -s -d ' ' | fold -s -w 118 | sed 's/^/# /'
  } >&3
  [ "$bytes" -le 100000000 ] || refute "the image has $bytes bytes"
  expect_equal "$(printf '%s\n' "${added[@]}" | grep -vE "^($expected)\$")" '' 'other packages'
}

@test "the image has the three programs and none of the sandbox, and its user is not root" {
  expect_equal "$(find "$image_root/usr" -xdev -name '*sase*' ! -type d -printf '%P\n' | sort)" \
    $'bin/bazel-credential-sase\nbin/git-credential-sase\nbin/sase-credential' files
  expect_equal "$(cd "$image_root/usr/libexec/sase-credential" && ls)" $'authorize\nfleet' 'what it runs'
  call storage buildah inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}' "$image"
  expect_output '65532:65532 [sase-credential]'
}

@test "podman: any user, HOME=/, a read-only root, no capabilities and podman's seccomp profile" {
  need_podman
  podman+=(--user 123456:0 --read-only --cap-drop all --security-opt no-new-privileges --env SASE_API_KEY
    "${service[@]/#-e/--env}")
  call timeout 60 "${podman[@]}" --entrypoint sh "$image" -c "$two_tokens && $confinement && echo \$HOME"
  expect_two_tokens
  expect_equal "$(tail -n 5 "$out")" $'Uid: 123456 123456 123456 123456\nCapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\n/' \
    'what confines it'
}

@test "podman: the image runs as it is, with the key as a secret of its own user" {
  need_podman
  printf '%s\n' "$key" >"$home/key"
  chown 65532 "$home/key"
  chmod 400 "$home/key"
  call timeout 60 "${podman[@]}" "${service[@]/#-e/--env}" --volume "$home/key:/run/secrets/key:ro" \
    --env SASE_API_KEY_FILE=/run/secrets/key --read-only "$image" token
  expect_token
  expect_no_message
}

@test "without a runtime: the file system of the image with any user, HOME=/, a read-only root and a tmpfs at /run" {
  call in_image -u 123456:0 -v "$ca" "${service[@]}" -e "SASE_API_KEY=$key" sh -c "$two_tokens && $confinement"
  expect_two_tokens
  expect_equal "$(grep -E '^(Uid|CapEff)' "$out")" $'Uid: 123456 123456 123456 123456\nCapEff: 0000000000000000' \
    'what confines it'
}
