# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An nginx for the scripts that source this file.
#
# start_nginx WORK WWW [SERVERS]: serves the folder WWW on a free port of 127.0.0.1 and sets `port` to
# it. Everything that nginx writes goes to the folder WORK. Below /plain/ the same files are served
# without ranges, and /moved/ redirects to them. SERVERS is configuration of further servers.
# run_nginx WORK: starts it again with the same configuration.
# stop_nginx [SIGNAL]: ends it, if it runs.
#
# WORK/access.log has a line for each answer: port of the server, port of the client, protocol, status,
# path, and what the request said for Authorization.

# shellcheck source=tests/support/service.sh
. "$(dirname "${BASH_SOURCE[0]}")/service.sh"

port=

# One process alone serves as the user who started it, who may see the files, and can be killed. Where
# that is root, its folders would belong to another user.
start_nginx() {
  local work=$1 www=$2 servers=${3:-} user=''

  ((EUID != 0)) || user='user root root;'
  port=$(free_ports 1)
  cat >"$work/nginx.conf" <<EOT
daemon off;
master_process off;
$user
pid "$work/nginx.pid";
error_log "$work/error.log";
events { worker_connections 256; }
http {
  log_format answers '\$server_port \$remote_port \$server_protocol \$status \$uri "\$http_authorization"';
  access_log "$work/access.log" answers;
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
  $servers
}
EOT
  run_nginx "$work"
}

run_nginx() {
  start_service nginx "$1/error.log" "http://127.0.0.1:$port/" \
    nginx -c "$1/nginx.conf" -e "$1/error.log"
}

stop_nginx() {
  stop_service nginx "$@"
}
