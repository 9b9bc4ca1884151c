#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Which Debian packages are needed for what, on Debian 12 and 13. Installs those that are missing; fails,
# and names them, where that is not allowed.
#
# Usage: install-packages.sh GROUP...        as root, or as a user with sudo

set -euo pipefail

# The library and the plugin.
build=(
  build-essential
  meson
  ninja-build
  pkg-config
  python3
  libglib2.0-dev
  libgstreamer1.0-dev
  libgstreamer-plugins-base1.0-dev
  libcurl4-openssl-dev
  libhttp-parser-dev
)

# A pipeline from a server of one's own.
stream=(
  gstreamer1.0-tools
  gstreamer1.0-plugins-base
  gstreamer1.0-plugins-good
  curl
  nginx-light
)

# The tests' part of the build, which has the benchmarks, and the peers that they measure.
peers=(
  git
  libssl-dev
  openssl
  libsoup-3.0-0
  aria2
  axel
  gnuplot-nox
)

# One peer more, curlhttpsrc. The tests do without: it brings a hundred packages.
measure=(
  gstreamer1.0-plugins-bad
)

# Compilers, introspection, servers, proxies and networks for the tests.
test=(
  clang
  clang-format
  llvm
  gobject-introspection
  libgirepository1.0-dev
  apache2-bin
  tinyproxy-bin
  iproute2
  nftables
)

# The name of the package with clang's sanitizers holds clang's major version. While clang is not
# installed, the package without a version brings the one that fits.
clang_rt_package() {
  local major
  major=$(dpkg-query -W -f '${Depends}' clang 2>/dev/null |
    sed -nE 's/.*\bclang-([0-9]+)\b.*/\1/p') || true
  echo "libclang-rt${major:+-$major}-dev"
}

usage() {
  echo "Usage: $0 GROUP..., of these: build stream peers measure test" >&2
  exit 1
}

(($# > 0)) || usage
packages=()
for group; do
  case $group in
    build) packages+=("${build[@]}") ;;
    stream) packages+=("${stream[@]}") ;;
    peers) packages+=("${peers[@]}") ;;
    measure) packages+=("${measure[@]}") ;;
    test) packages+=("${test[@]}" "$(clang_rt_package)") ;;
    *) usage ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
    missing+=("$package")
done
((${#missing[@]})) || exit 0

echo "Missing packages: ${missing[*]}"
sudo=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "Neither root nor sudo is there to install them. As root, run:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends "${missing[@]}"
