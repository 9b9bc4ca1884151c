#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A process may end at any moment, in the middle of a TLS handshake too, with a reader that it has let go
# of or not. The TLS library takes itself apart at the exit: no I/O thread may be at work in it then.
#
# Usage: test-exit.sh PROGRAM

set -euo pipefail

program=$1
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/log"
openssl s_server -accept 127.0.0.1:0 -key "$work/key.pem" -cert "$work/cert.pem" -WWW \
  >"$work/server" 2>&1 </dev/null &
server=$!
until grep -q '^ACCEPT' "$work/server"; do
  kill -0 "$server"
  sleep 0.05
done
port=$(sed -nE 's/^ACCEPT .*:([0-9]+)$/\1/p' "$work/server" | head -n 1)

# A process that waits for a thread which has been stopped waits for ten seconds.
run() {
  timeout 5 "$program" "https://127.0.0.1:$port/x" "$@" ||
    { echo "$*: status $?" >&2; exit 1; }
}
for ((delay = 0; delay < 20000; delay += 500)); do
  run "$delay" keep 0
  run "$delay" drop 0
  run 400 drop "$delay"
done
