#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The benchmark command of RingFetch: installs the peers and what else is missing, makes a release
# build, and measures. docs/performance.md tells what, and what the figures mean.
#
# Usage: tests/bench/run.sh [--build FOLDER] [--out FOLDER] [--scenario NAME]… [--turns N] [--quick]
#
# The build goes to build-bench/ below the checkout, or is FOLDER, as it is. The results go to
# build-bench/results/, or to FOLDER. All scenarios take about 40 minutes.

set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")

# What measures is in the tests' part of the build.
make_build() {
  [[ -e $1/build.ninja ]] ||
    meson setup "$1" "$root" --buildtype=release -Dintrospection=disabled
  meson compile -C "$1" gstringfetch rf-test-server rf-bench-pipeline rf-bench-recv rf-bench-tool
}

arguments=(--out "$root/build-bench/results")
build=
while (($# > 0)); do
  case $1 in
    --build)
      build=$2
      shift
      ;;
    *) arguments+=("$1") ;;
  esac
  shift
done

"$root/tests/support/install-packages.sh" build stream peers measure
if [[ -z $build ]]; then
  build=$root/build-bench
  make_build "$build"
fi
exec python3 "$root/tests/bench/bench.py" --build "$build" "${arguments[@]}"
