# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An nginx for the scripts that source this file.
#
# start_nginx WORK WWW: serves the folder WWW on a free port of 127.0.0.1, sets `nginx` to the process
# and `port` to the port. Everything that nginx writes goes to the folder WORK. Below /plain/ the same
# files are served without ranges, and /moved/ redirects to them. stop_nginx ends it, if it runs.

nginx=
port=

start_nginx() {
  local work=$1 www=$2 user=

  # Workers of an nginx that runs as root would be another user, who may not see the files.
  ((EUID != 0)) || user='user root root;'
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$work/nginx.conf" <<EOT
daemon off;
$user
pid "$work/nginx.pid";
error_log "$work/error.log";
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path "$work/body";
  proxy_temp_path "$work/proxy";
  fastcgi_temp_path "$work/fastcgi";
  uwsgi_temp_path "$work/uwsgi";
  scgi_temp_path "$work/scgi";
  sendfile on;
  keepalive_requests 100000;
  gzip on;
  gzip_types *;
  server {
    listen 127.0.0.1:$port;
    root "$www";
    location /plain/ { alias "$www/"; max_ranges 0; }
    location /moved/ { rewrite ^/moved/(.*) /\$1 redirect; }
  }
}
EOT
  PATH=$PATH:/usr/sbin nginx -c "$work/nginx.conf" -e "$work/error.log" &
  nginx=$!
  for _ in {1..100}; do
    if curl --silent --output /dev/null "http://127.0.0.1:$port/"; then
      return
    fi
    kill -0 "$nginx" 2>/dev/null || break
    sleep 0.1
  done
  echo "nginx does not answer on port $port:" >&2
  cat "$work/error.log" >&2
  return 1
}

stop_nginx() {
  [[ -n $nginx ]] || return 0
  kill "$nginx" 2>/dev/null || true
  wait "$nginx" || true
  nginx=
}
