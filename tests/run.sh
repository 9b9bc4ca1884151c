#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The test command of RingFetch: installs the packages that are missing, builds the project with gcc,
# with clang and with sanitizers, runs the tests, and searches for inputs that break the parsers.
#
# Usage: tests/run.sh          on Debian 12 or 13, as root or as a user with sudo
#
# Builds go to build-tests/ below the checkout, or to $RF_BUILD_ROOT. The last line of the output is
# "N passed, N failed" (and ", N skipped" if any were); the exit status is zero if nothing failed.
# Each meson test of each run counts once, and so does the format check; a build that fails, or a run
# without any test, is one failure.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build_root=$(realpath -m "${RF_BUILD_ROOT:-build-tests}")
passed=0
failed=0
skipped=0

heading() {
  printf '\n== %s\n' "$*"
}

fail() {
  echo "FAILED: $*" >&2
  failed=$((failed + 1))
}

# Some kernels randomise addresses more than the fixed memory layout of some sanitizers can bear. Sets
# `wrapper` to the command that a sanitized program must then be started with, otherwise to nothing.
probe_address_layout() {
  local sanitizer=$1 probe=$build_root/probe-${1%%,*} output

  wrapper=()
  "${CC:-gcc}" -fsanitize="$sanitizer" -x c -o "$probe" - <<<'int main (void) { return 0; }' ||
    return 0

  for _ in {1..10}; do
    output=$(timeout -k 1 10 "$probe" 2>&1) && continue
    if [[ $output =~ 'unexpected memory mapping'|'Shadow memory range'|'DEADLYSIGNAL' ]]; then
      echo "Address space randomisation is switched off for -fsanitize=$sanitizer."
      wrapper=(setarch "$(uname -m)" -R)
    fi
    break
  done
}

# build NAME MESON-OPTION...: false when configuring or compiling failed. An old build folder is used
# again if meson can still make something of it. Introspection runs the library while it is built,
# where leaks do not matter.
build() {
  local name=$1 dir=$build_root/$1
  shift

  if ! { [[ -e $dir/build.ninja ]] && "${wrapper[@]}" meson setup --reconfigure "$dir" "$@"; }; then
    rm -rf "$dir"
    "${wrapper[@]}" meson setup "$dir" "$@" || { fail "$name: meson setup"; return 1; }
  fi
  ASAN_OPTIONS=detect_leaks=0 "${wrapper[@]}" meson compile -C "$dir" ||
    { fail "$name: meson compile"; return 1; }
}

# run_tests NAME MESON-TEST-OPTION...
run_tests() {
  local name=$1 dir=$build_root/$1 status=0 ok bad skip
  shift

  rm -f "$dir/meson-logs/testlog.json"
  GST_REGISTRY=$dir/gst-registry.bin GST_REGISTRY_FORK=no \
    "${wrapper[@]}" meson test -C "$dir" --no-rebuild --print-errorlogs "$@" || status=$?

  read -r ok bad skip < <(count_results "$dir/meson-logs/testlog.json") || true
  ((passed += ok, failed += bad, skipped += skip)) || true
  if ((ok + bad + skip == 0)); then
    fail "$name: no test was run"
  elif ((status != 0 && bad == 0)); then
    fail "$name: meson test exited with status $status"
  fi
}

# Prints how many tests of a testlog.json passed, failed and were skipped.
count_results() {
  python3 - "$1" <<'EOF'
import json, os, sys

results = []
if os.path.exists(sys.argv[1]):
    with open(sys.argv[1], encoding="utf-8") as log:
        results = [json.loads(line)["result"] for line in log if line.strip()]
ok = sum(result in ("OK", "EXPECTEDFAIL") for result in results)
skip = results.count("SKIP")
print(ok, len(results) - ok - skip, skip)
EOF
}

# Formatters differ between versions: clang-format 14, of Debian 12, is the one that counts.
check_format() {
  local files=()

  mapfile -t files < <(git -c safe.directory="$PWD" ls-files \
    'lib/*.[ch]' 'gst/*.[ch]' 'tests/*.[ch]' 'tests/support/*.[ch]' 'tests/fuzz/*.[ch]' \
    'tests/bench/*.[ch]' 2>/dev/null)
  if ((${#files[@]} == 0)); then
    echo "Not a git checkout: not checked."
  elif [[ $(clang-format --version) != *' version 14.'* ]]; then
    echo "Not clang-format 14: not checked."
  elif clang-format --dry-run -Werror "${files[@]}"; then
    passed=$((passed + 1))
  else
    fail "format"
  fi
}

suppressions() {
  [[ ! -e tests/support/$1 ]] || echo ":suppressions=$PWD/tests/support/$1"
}

tests/support/install-packages.sh build stream peers test
mkdir -p "$build_root"
wrapper=()

# GLib before 2.76 has slices, through which leaked objects are reachable, and memory goes from thread to
# thread unseen.
export G_SLICE=always-malloc

# GLib has no frame pointers: only the slow unwinder finds out who called g_malloc().
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS=detect_leaks=1:halt_on_error=1:fast_unwind_on_malloc=0
LSAN_OPTIONS=print_suppressions=0$(suppressions lsan.supp)
TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1$(suppressions tsan.supp)
export LSAN_OPTIONS TSAN_OPTIONS

heading "format"
check_format

heading "gcc: warnings are errors, all tests"
if CC=gcc build gcc --buildtype=debugoptimized -Dwarning_level=2 -Dwerror=true; then
  run_tests gcc
fi

heading "clang: warnings are errors, build only"
CC=clang build clang --buildtype=debugoptimized -Dwarning_level=2 -Dwerror=true || true

heading "address and undefined behaviour sanitizers, all tests"
probe_address_layout address,undefined
if CC=gcc build asan --buildtype=debugoptimized -Db_sanitize=address,undefined; then
  run_tests asan --timeout-multiplier 3
fi

heading "thread sanitizer, suite threads"
probe_address_layout thread
if CC=gcc build tsan --buildtype=debugoptimized -Db_sanitize=thread; then
  run_tests tsan --suite threads --timeout-multiplier 5
fi

heading "fuzzing, a fixed number of inputs for each target"
CC=clang probe_address_layout address,undefined
if CC=clang build fuzz --buildtype=debugoptimized -Db_sanitize=address,undefined \
  -Db_lundef=false -Dfuzz=true -Dintrospection=disabled; then
  # The slow unwinder gets a tenth as far. What leaks shows its stack when it is run again with it.
  ASAN_OPTIONS=$ASAN_OPTIONS:fast_unwind_on_malloc=1 \
    run_tests fuzz --suite fuzz --num-processes 2
fi

heading "sum"
summary="$passed passed, $failed failed"
((skipped == 0)) || summary+=", $skipped skipped"
echo "$summary"
((failed == 0))
