# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# HTTP proxies for the scripts that source this file.
#
# start_tinyproxy NAME WORK PORT [USER PASSWORD]
#                        starts a proxy on a port of 127.0.0.1, which asks for the password if there is
#                        one; everything that it writes goes to the folder WORK
# tinyproxy_requests WORK
#                        prints how many requests and tunnels it has been asked for

# shellcheck source=tests/support/service.sh
. "$(dirname "${BASH_SOURCE[0]}")/service.sh"

start_tinyproxy() {
  local name=$1 work=$2 port=$3 user=${4:-} password=${5:-}

  cat >"$work/tinyproxy.conf" <<EOT
Listen 127.0.0.1
Port $port
LogFile "$work/log"
LogLevel Connect
PidFile "$work/pid"
MaxClients 100
Timeout 60
${user:+BasicAuth $user $password}
EOT
  start_service "$name" "$work/log" "http://127.0.0.1:$port/" tinyproxy -d -c "$work/tinyproxy.conf"
}

tinyproxy_requests() {
  grep -c '): [A-Z]* .* HTTP/1.1$' "$1/log" || true
}
