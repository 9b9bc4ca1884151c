#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Compares what the library exports with the list of its public symbols.
#
# Usage: test-exports.sh LIBRARY LIST

set -euo pipefail

diff -u "$2" <(nm --dynamic --defined-only --extern-only --format=posix "$1" | cut -d ' ' -f 1 |
  grep -v -E '^(__asan|__tsan|__ubsan|__sanitizer|__odr_asan)' | LC_ALL=C sort)
