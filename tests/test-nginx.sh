#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Streams files from a real nginx on a free loopback port through ringfetchsrc in gst-launch-1.0 and
# compares what arrives: a large file, one byte, nothing, a server without ranges, and compressed
# answers, which must not be asked for. Then a process that streams is killed, and nothing may be left
# behind in /dev/shm.
#
# Usage: test-nginx.sh        with GST_PLUGIN_PATH set to the folder of the plugin

set -euo pipefail

work=$(mktemp -d)
nginx=
trap '[[ -z $nginx ]] || { kill "$nginx"; wait "$nginx" || true; }; rm -rf "$work"' EXIT

mkdir "$work/www"
head -c $((64 * 1024 * 1024 + 3)) /dev/urandom >"$work/www/large"
head -c 1 /dev/urandom >"$work/www/one"
: >"$work/www/empty"
seq 100000 >"$work/www/text.txt"

start_nginx() {
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$work/nginx.conf" <<EOT
daemon off;
pid $work/pid;
error_log $work/error.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path $work/body; proxy_temp_path $work/proxy; fastcgi_temp_path $work/fastcgi;
  uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  keepalive_requests 100000;
  gzip on; gzip_types *;
  server {
    listen 127.0.0.1:$port;
    root $work/www;
    location /plain/ { alias $work/www/; max_ranges 0; }
    location /moved/ { rewrite ^/moved/(.*) /\$1 redirect; }
  }
}
EOT
  # nginx as root gives its workers to another user, who has to get at the files.
  chmod -R a+rX "$work"
  nginx -c "$work/nginx.conf" -e "$work/error.log" &
  nginx=$!
  for _ in {1..100}; do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$port/one" && return
    kill -0 "$nginx" || { cat "$work/error.log"; exit 1; }
    sleep 0.1
  done
  echo "nginx does not answer" >&2
  exit 1
}

check() {
  local path=$1 file=$2
  shift 2
  gst-launch-1.0 -q ringfetchsrc location="http://127.0.0.1:$port/$path" "$@" ! \
    filesink location="$work/out"
  cmp "$work/out" "$work/www/$file"
  echo "ok: $path $*"
}

start_nginx
check large large num-workers=8
check large large num-workers=3 slot-size=1000003 num-slots=5
check one one
check empty empty
check text.txt text.txt
check plain/large large
check plain/empty empty
check moved/large large

if gst-launch-1.0 -q ringfetchsrc location="http://127.0.0.1:$port/missing" ! fakesink \
  2>"$work/error"; then
  echo "a missing file was no error" >&2
  exit 1
fi
grep -q 'Not Found$' "$work/error"
echo "ok: missing"

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
