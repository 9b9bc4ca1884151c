#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# RingFetch's main job, on a machine with nothing but Debian 12 or 13: installs the packages that are
# missing, builds, starts an nginx on a free port of the loopback interface, and from there
#
#   1. streams an object of 1 GiB and compares its SHA-256 with the file's,
#   2. downloads it again, and with souphttpsrc beside it,
#   3. plays a movie of over 100 MB and keeps its last picture as a PNG.
#
# Usage: docs/quickstart.sh        as root or as a user with sudo, or with the packages there
#
# The packages are those of the groups `build` and `stream` in tests/support/install-packages.sh.
# The build, the two files that are served (1.4 GB, made once) and the picture go to the folder
# build-quickstart of the checkout. Everything that was started is stopped at the end.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tests/support/nginx.sh
. tests/support/nginx.sh

object_size=$((1 << 30))
movie_frames=1500 # a minute of 1280x720 pictures, each a JPEG of about 190 KB

out=$PWD/build-quickstart
www=$out/www
work=$(mktemp -d)
trap 'stop_nginx; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

heading() {
  printf '\n== %s\n' "$*"
}

# The files appear under their names when they are complete: an interrupted run leaves none in halves.
make_object() {
  [[ ! -e $www/object ]] || return 0
  heading "Making an object of 1 GiB"
  head -c "$object_size" /dev/urandom >"$www/object.new"
  sha256sum <"$www/object.new" >"$out/object.sha256"
  mv "$www/object.new" "$www/object"
}

make_movie() {
  [[ ! -e $www/movie.mkv ]] || return 0
  heading "Making a movie"
  gst-launch-1.0 -q matroskamux name=mux ! filesink location="$www/movie.mkv.new" \
    videotestsrc num-buffers=$movie_frames pattern=zone-plate kx2=10 ky2=10 kt=3 ! \
    video/x-raw,format=I420,width=1280,height=720,framerate=25/1 ! queue ! \
    jpegenc quality=90 ! queue ! mux. \
    audiotestsrc num-buffers=$((movie_frames * 48000 / 25 / 1024)) wave=ticks ! \
    audio/x-raw,rate=48000,channels=2 ! audioconvert ! vorbisenc ! queue ! mux.
  mv "$www/movie.mkv.new" "$www/movie.mkv"
}

# download ELEMENT...: the whole object, and the rate at which it came.
download() {
  local began ended

  began=$(date +%s%N)
  gst-launch-1.0 -q "$@" location="$base/object" ! fakesink
  ended=$(date +%s%N)
  awk -v name="$1" -v bytes="$object_size" -v ns=$((ended - began)) \
    'BEGIN { printf "  %-13s %5.0f MB/s\n", name, bytes / ns * 1000 }'
}

tests/support/install-packages.sh build stream

heading "Building"
[[ -e $out/build.ninja ]] || meson setup "$out" -Dtests=false -Dintrospection=disabled >"$work/log" ||
  { cat "$work/log"; exit 1; }
meson compile -C "$out"
export GST_PLUGIN_PATH=$out/gst
export GST_REGISTRY=$out/gst-registry.bin

mkdir -p "$www"
make_object
make_movie
start_nginx "$work" "$www"
base=http://127.0.0.1:$port

heading "Streaming $base/object with num-workers=8"
GST_DEBUG=ringfetchsrc:4 GST_DEBUG_FILE=$work/log GST_DEBUG_NO_COLOR=1 gst-launch-1.0 -q \
  ringfetchsrc location="$base/object" num-workers=8 ! \
  progressreport update-freq=1 format=bytes ! fdsink fd=3 3>&1 >&2 | sha256sum >"$work/sha256"
sed -n 's/.*stopped: /  /p' "$work/log"
if ! cmp "$work/sha256" "$out/object.sha256"; then
  echo "What came is not what was served." >&2
  exit 1
fi
echo "  The SHA-256 is the file's: $(cut -d ' ' -f 1 "$work/sha256")"

heading "The same download, three times in turn with souphttpsrc"
for _ in 1 2 3; do
  download ringfetchsrc num-workers=8
  download souphttpsrc
done

heading "Playing $base/movie.mkv as fast as it can be decoded"
gst-launch-1.0 -q ringfetchsrc location="$base/movie.mkv" ! \
  progressreport update-freq=1 format=bytes ! decodebin name=decoder \
  decoder. ! video/x-raw ! queue ! videorate drop-only=true ! video/x-raw,framerate=1/5 ! \
  videoconvert ! pngenc ! multifilesink location="$out/picture.png" \
  decoder. ! audio/x-raw ! queue ! fakesink
echo "  Its last picture is in $out/picture.png"
