#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Streams files from a real nginx on a free loopback port through ringfetchsrc in gst-launch-1.0 and
# compares what arrives: a large file, one byte, nothing, a server without ranges, compressed answers,
# which must not be asked for, and a movie that is decoded. Then a process that streams is killed, and
# nothing may be left behind in /dev/shm.
#
# Usage: test-nginx.sh        with GST_PLUGIN_PATH set to the folder of the plugin

set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/support/launch.sh
. "$here/support/launch.sh"
# shellcheck source=tests/support/nginx.sh
. "$here/support/nginx.sh"

work=$(mktemp -d)
trap 'stop_nginx; rm -rf "$work"' EXIT

mkdir "$work/www"
head -c $((64 * 1024 * 1024 + 3)) /dev/urandom >"$work/www/large"
head -c 1 /dev/urandom >"$work/www/one"
: >"$work/www/empty"
seq 100000 >"$work/www/text.txt"

check() {
  local path=$1 file=$2
  shift 2
  arrives "$work/www/$file" "http://127.0.0.1:$port/$path" "$@"
}

setup_launch "$work"
start_nginx "$work" "$work/www"
check large large num-workers=8
check large large num-workers=3 slot-size=1000003 num-slots=5
check one one
check empty empty
check text.txt text.txt
check plain/large large
check plain/empty empty
check moved/large large

# A demuxer behind decodebin gets the same pictures and sound as from the file.
gst-launch-1.0 -q matroskamux name=mux ! filesink location="$work/www/movie.mkv" \
  videotestsrc num-buffers=250 pattern=zone-plate kt=1 ! jpegenc ! queue ! mux. \
  audiotestsrc num-buffers=400 ! vorbisenc ! queue ! mux.
decode() {
  local name=$1
  shift
  G_DEBUG=fatal-warnings gst-launch-1.0 -q "$@" ! decodebin name=decoder \
    decoder. ! video/x-raw ! queue ! filesink location="$work/$name.video" \
    decoder. ! audio/x-raw ! queue ! filesink location="$work/$name.audio"
}
decode original filesrc location="$work/www/movie.mkv"
decode streamed ringfetchsrc location="http://127.0.0.1:$port/movie.mkv"
cmp "$work/original.video" "$work/streamed.video"
cmp "$work/original.audio" "$work/streamed.audio"
[[ -s $work/streamed.video && -s $work/streamed.audio ]]
echo "ok: movie.mkv decoded"

fails 'Not Found$' "http://127.0.0.1:$port/missing"

# Settings that no reader can be made of end the program at once, with what is wrong with them first.
# A failed state change is status 255 of gst-launch-1.0; 124 is that of a program that did not end.
refuse() {
  local expected=$1 status=0
  shift
  timeout 10 gst-launch-1.0 -q ringfetchsrc "$@" ! fakesink 2>"$work/error" || status=$?
  if ((status != 255)) || ! grep -m 1 '^ERROR: from' "$work/error" | grep -q "$expected"; then
    echo "ringfetchsrc $*: status $status" >&2
    cat "$work/error" >&2
    exit 1
  fi
  echo "ok: refused $*"
}
refuse 'No location is set'
refuse 'cannot name shared memory' location="http://127.0.0.1:$port/one" shm-name=a/b
refuse 'slot-size' location="http://127.0.0.1:$port/one" slot-size=4095

before=$(ls /dev/shm)
gst-launch-1.0 -q ringfetchsrc location="http://127.0.0.1:$port/large" ! \
  identity sleep-time=1000000 ! fakesink &
victim=$!
# It streams once it has mapped its ring.
until grep -q memfd:ringfetch "/proc/$victim/maps"; do
  kill -0 "$victim"
  sleep 0.05
done
kill -KILL "$victim"
wait "$victim" || true
[[ $(ls /dev/shm) == "$before" ]]
echo "ok: killed"
