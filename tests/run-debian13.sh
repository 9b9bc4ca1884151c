#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds and tests the checkout's HEAD on Debian 13 (trixie), in a chroot made with debootstrap.
#
# Usage: tests/run-debian13.sh [FOLDER]          as root, on Debian 12 or later
#
# FOLDER (or $RF_CHROOT) is where the chroot is made, and it is kept for the next run. Without it a new
# folder below ${TMPDIR:-/var/tmp} is used, and removed at the end. Packages come from the host's own
# mirror, or from $RF_MIRROR. Everything runs in its own mount and process namespace, so that nothing
# stays mounted or running afterwards. Output and exit status are those of tests/run.sh.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

release=trixie

die() {
  echo "$0: $*" >&2
  exit 1
}

# The first deb URI among the host's apt sources.
host_mirror() {
  local uri files=()

  mapfile -t files < <(ls /etc/apt/sources.list /etc/apt/sources.list.d/*.sources 2>/dev/null)
  ((${#files[@]} == 0)) || uri=$(awk '
    $1 == "deb" { sub(/\[[^]]*\]/, ""); uri = $2 }
    $1 == "Types:" { deb = / deb( |$)/ }
    $1 == "URIs:" && deb { uri = $2 }
    uri ~ /^https?:/ { print uri; exit }' "${files[@]}")
  echo "${uri:-http://deb.debian.org/debian}"
}

# The folder is made from scratch unless a former run has finished it, or it holds something else.
make_chroot() {
  local root=$1

  [[ ! -e $root/.ringfetch-$release ]] || return 0
  if [[ -d $root/debootstrap ]]; then
    rm -rf --one-file-system "$root"
  elif [[ -e $root && -n $(ls -A "$root") ]]; then
    die "$root is neither empty nor a chroot of this script"
  fi
  if ! command -v debootstrap >/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends debootstrap
  fi
  debootstrap --variant=minbase --include=ca-certificates "$release" "$root" \
    "${RF_MIRROR:-$(host_mirror)}"
  # That of a temporary folder is closed to all but root, and inside it is everybody's root.
  chmod 755 "$root"
  touch "$root/.ringfetch-$release"
}

# /dev gets the few nodes that programs expect, and a shared memory of its own. The root is a mount too:
# without that nobody inside could have a mount namespace.
mount_system() {
  local root=$1 node

  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s fd/0 "$root/dev/stdin"
  ln -s fd/1 "$root/dev/stdout"
  ln -s fd/2 "$root/dev/stderr"
}

# The chroot reaches the network and the mirror as the host does, and starts no services when it
# installs packages.
copy_settings() {
  local root=$1 file

  if [[ -e /etc/resolv.conf ]]; then
    cp --remove-destination --dereference /etc/resolv.conf "$root/etc/resolv.conf"
  fi
  for file in /etc/apt/apt.conf.d/*; do
    if grep -qs Acquire "$file"; then
      cp "$file" "$root/etc/apt/apt.conf.d/"
    fi
  done
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# What the namespace's first process does. A former run may have been interrupted while packages were
# installed: dpkg then has to finish its work first.
run_inside() {
  local root=$1

  make_chroot "$root"
  mount_system "$root"
  copy_settings "$root"
  rm -rf "$root/ringfetch"
  mkdir "$root/ringfetch"
  git -c safe.directory="$PWD" archive HEAD | tar -x -C "$root/ringfetch"

  unset TMPDIR RF_BUILD_ROOT
  export HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
  chroot "$root" dpkg --configure -a
  chroot "$root" /ringfetch/tests/run.sh
}

# The end of unshare is the end of every process in the namespace, a moment later.
clean_up() {
  kill -KILL "$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  [[ $temporary == yes ]] || return 0
  for _ in {1..20}; do
    rm -rf --one-file-system "$root" 2>/dev/null && break
    sleep 0.5
  done
}

if [[ ${1:-} == --inside ]]; then
  run_inside "$2"
  exit
fi

((EUID == 0)) || die "must be run as root"
git -c safe.directory="$PWD" rev-parse --verify --quiet HEAD >/dev/null ||
  die "not a git checkout with a commit"
root=${1:-${RF_CHROOT:-}}
temporary=no
if [[ -z $root ]]; then
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/ringfetch-$release.XXXXXX")
  temporary=yes
fi
root=$(realpath -m "$root")

# In the background, so that a signal is answered at once and not when the tests have ended.
child=
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
unshare --mount --pid --fork --kill-child tests/run-debian13.sh --inside "$root" &
child=$!
wait "$child"
