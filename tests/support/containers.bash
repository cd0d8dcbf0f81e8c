# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Functions for tests in containers, in addition to end_to_end.bash and packages.bash: the image of install/container, and
# processes in its file system.
# shellcheck disable=SC2034,SC2154 # variables of and for the tests

# The network may need these variables, which end_to_end.bash unsets.
web_proxy=${http_proxy-}

# shellcheck disable=SC1091 # a file of the system
distribution=$(. /etc/os-release && echo "$VERSION_CODENAME")
# All files of one run share the image. Its storage is its own, so that images of this machine are not touched.
# Lower than what the tools choose, which root may not be able to set here.
limits=(--ulimit nofile=1024:1024 --ulimit nproc=16384:16384)
image=localhost/sase-credential-test image_place=${BATS_RUN_TMPDIR-}/image

# mirror: where this machine has its own packages from.
mirror() {
  # shellcheck disable=SC2016 # names of apt
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v wanted="$distribution" '$2 == wanted && $3 == "main" { print $1; exit }'
}

# needs_packages: skips the test if this machine cannot get packages of its own distribution. Sets $from.
needs_packages() {
  needs_root
  unshare --mount --pid --fork true 2>/dev/null || skip 'needs namespaces'
  from=$(mirror)
  [ -n "$from" ] || skip "apt has no source of $distribution"
  http_proxy=$web_proxy curl -q -sSf --max-time 20 -o "$home/release" "${from%/}/dists/$distribution/InRelease" 2>"$home/log" ||
    skip "the packages of $distribution are out of reach"
}

# make_system FILE OPTION...: writes the file system of a system with apt to FILE; apt's settings are this machine's. Takes
# half a minute, and is kept for a day. Prints why it failed.
make_system() {
  local kept=$1 made=${1%.tar}.new.tar
  [ -z "$(find "$kept" -mtime -1 2>/dev/null)" ] || return 0
  mkdir -p "${kept%/*}"
  apt-config dump | grep -E '^Acquire::https?::Proxy' >"$home/apt.conf" || true
  # Without the descriptors of bats: mmdebstrap names its own to dash, which knows none above 9.
  mmdebstrap --mode=root --variant=apt --aptopt="$home/apt.conf" "${@:2}" "$distribution" "$made" "$from" >"$home/log" 2>&1 \
    3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- 10>&- 11>&- 12>&- || { tail -n 20 "$home/log" && return 1; }
  mv "$made" "$kept"
}

# slim_system: makes $slim, the file system of a slim image of this distribution: without the documents. Before Debian 13,
# mmdebstrap alone would install a package that needs all of perl.
slim_system() {
  make_system "$slim" --include=usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright'
}

storage() { "$1" --root "$image_place/storage" --runroot "$image_place/run" --storage-driver overlay "${@:2}"; }

# need_image: builds the image, once for all files of a run. $image_root is its file system.
need_image() {
  local work
  image_root=$image_place/root slim=$source_root/build/slim-$distribution.tar
  needs_packages
  command -v buildah >"$home/log" || skip 'there is no buildah'
  mkdir -p "$image_place"
  # Files of tests that run in parallel need the same image.
  exec 7>"$image_place/lock"
  flock 7
  if [ ! -e "$image_place/built" ]; then
    echo failed >"$image_place/built"
    find_packages "$image_place/packages" && mkdir -p "$image_place/context" && cp "$deb" "$image_place/context" &&
      slim_system && work=$(storage buildah from scratch) && storage buildah add --quiet "$work" "$slim" / &&
      storage buildah commit --quiet --rm "$work" localhost/slim &&
      storage buildah build --isolation chroot --network host "${limits[@]}" ${web_proxy:+--build-arg http_proxy="$web_proxy"} \
        --build-arg BASE=localhost/slim --tag "$image" --file "$source_root/install/container/Containerfile" \
        "$image_place/context" &&
      work=$(storage buildah from "$image") && mkdir "$image_root" &&
      cp -a "$(storage buildah mount "$work")/." "$image_root" && storage buildah rm "$work" &&
      echo '127.0.0.1 localhost' >"$image_place/hosts" && chmod 644 "$image_place/hosts" && echo complete >"$image_place/built"
  fi >"$image_place/log" 2>&1 || true
  exec 7>&-
  [ "$(<"$image_place/built")" = complete ] || refute "no image: $(tail -n 20 "$image_place/log")"
}

# in_image [OPTION...] COMMAND...: runs it in the image's file system as container runtimes do: in namespaces of its own, as
# another user without privileges, with a read-only root and HOME=/.
#   -u UID:GID[,GROUP...]   the user and its groups          -e NAME=VALUE   a variable
#   -v SOURCE:TARGET[:ro]   a bind mount                     -w              a root that can be written
in_image() {
  local user=65532:65532 root_mode=ro mounts=("$image_place/hosts:/etc/hosts:ro") variables=(HOME=/
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  while [[ $1 = -* ]]; do
    case $1 in
      -u) user=$2 && shift ;;
      -e) variables+=("$2") && shift ;;
      -v) mounts+=("$2") && shift ;;
      -w) root_mode=rw ;;
    esac
    shift
  done
  # shellcheck disable=SC2016 # for the inner shell
  unshare --mount --pid --ipc --uts --fork --kill-child --propagation private bash -euc '
    umask 022
    root=$1 mode=$2 user=$3 count=$4
    shift 4
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    mkdir "$root/dev/shm"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    for device in null zero full random urandom; do
      touch "$root/dev/$device"
      mount --bind "/dev/$device" "$root/dev/$device"
    done
    ln -s /proc/self/fd "$root/dev/fd"
    # A runtime makes the places of mounts before it makes the root read-only.
    for ((; count > 0; count--)); do
      IFS=: read -r source target access <<<"$1"
      shift
      mkdir -p "$root${target%/*}"
      if [ -d "$source" ]; then mkdir -p "$root$target"; else touch "$root$target"; fi
      mount --bind "$source" "$root$target"
      [ -z "$access" ] || mount -o remount,bind,ro "$root$target"
    done
    mount -o "remount,bind,$mode" "$root"
    groups=${user#*:}
    setpriv=(setpriv --reuid "${user%%:*}" --regid "${groups%%,*}" --inh-caps=-all)
    # What root keeps in a container of Docker, as far as files are concerned.
    [[ $user = 0:* ]] && setpriv+=(--bounding-set=-all,+chown,+dac_override,+fowner,+setuid,+setgid) ||
      setpriv+=(--no-new-privs --bounding-set=-all)
    [[ $groups != *,* ]] && setpriv+=(--clear-groups) || setpriv+=(--groups "${groups#*,}")
    exec chroot "$root" "${setpriv[@]}" env -i "$@"' bash "$image_root" "$root_mode" "$user" "${#mounts[@]}" ${mounts[@]+"${mounts[@]}"} \
    "${variables[@]}" "$@"
}
