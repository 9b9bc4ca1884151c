#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A named ring that does not fit into /dev/shm: an error at once that says what to do, no SIGBUS later,
# and nothing left behind. A small one of the same name fits then. The small /dev/shm is mounted in a
# mount namespace of its own, for which one has to be root.
#
# Usage: test-small-shm.sh        with GST_PLUGIN_PATH set to the folder of the plugin

set -euo pipefail

skipped=77

if [[ ${1:-} != --inside ]]; then
  if ((EUID != 0)) || ! unshare --mount mount -t tmpfs -o size=1m tmpfs /dev/shm; then
    echo "not permitted to mount a /dev/shm"
    exit $skipped
  fi
  exec unshare --mount "$0" --inside
fi

mount -t tmpfs -o size=1m tmpfs /dev/shm
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# A server that never answers. An error that comes before gst-launch-1.0 runs its loop may be missed by it: there
# is none so soon.
coproc silence {
  exec python3 -c '
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    sys.stdin.read()'
}
read -r port <&"${silence[0]}"

# fails_with PATTERN PROPERTY...: the pipeline ends by itself, with an error and not by a signal.
fails_with() {
  local pattern=$1 status=0
  shift

  timeout -k 1 10 gst-launch-1.0 -q ringfetchsrc location="http://127.0.0.1:$port/x" \
    shm-name=/rf-small timeout=1 retries=0 "$@" ! fakesink 2>"$errors" || status=$?
  # 1: an error while it ran; 255: it could not be started.
  if ((status != 1 && status != 255)) || ! grep -qiE "$pattern" "$errors"; then
    echo "status $status with $*:" >&2
    cat "$errors" >&2
    exit 1
  fi
  if [[ -n $(ls -A /dev/shm) ]]; then
    echo "left behind with $*: $(ls -A /dev/shm)" >&2
    exit 1
  fi
  echo "ok: $*"
}

space='shared memory.*(No space left|available)'
cure='enlarge /dev/shm.*num-slots'

fails_with "$space" num-workers=8
fails_with "$cure" num-workers=8
fails_with "$space" num-slots=4 slot-size=1048576
# One page of bookkeeping more than there is.
fails_with "$space" num-slots=16 slot-size=65536
fails_with 'no byte came' num-slots=4 slot-size=65536
