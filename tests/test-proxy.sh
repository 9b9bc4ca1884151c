#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Streams from a real nginx through a real proxy, one that is open and one that asks for a password, with
# the proxy in a property or in the environment. The proxies' logs tell which one was used.
#
# Usage: test-proxy.sh        with GST_PLUGIN_PATH set to the folder of the plugin

set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/support/launch.sh
. "$here/support/launch.sh"
# shellcheck source=tests/support/nginx.sh
. "$here/support/nginx.sh"
# shellcheck source=tests/support/tinyproxy.sh
. "$here/support/tinyproxy.sh"
# shellcheck source=tests/support/certificates.sh
. "$here/support/certificates.sh"

work=$(mktemp -d)
trap 'stop_services; rm -rf "$work"' EXIT
mkdir "$work/www" "$work/certificates" "$work/nginx" "$work/open" "$work/closed"
large=$work/www/large
head -c $((16 * 1024 * 1024 + 3)) /dev/urandom >"$large"

make_certificates "$work/certificates"
password=Proxy-0815
wrong_password=Wrong-1234
setup_launch "$work" "$password" "$wrong_password" "$(printf 'reader:%s' "$password" | base64)" \
  "$(printf 'reader:%s' "$wrong_password" | base64)"

# Nobody listens on the port `down`.
read -r tls open_port closed_port down < <(free_ports 4)
start_nginx "$work/nginx" "$work/www" "
  server {
    listen 127.0.0.1:$tls ssl http2;
    ssl_certificate $work/certificates/server.pem;
    ssl_certificate_key $work/certificates/server.key;
    root $work/www;
  }"
start_tinyproxy open "$work/open" "$open_port"
start_tinyproxy closed "$work/closed" "$closed_port" reader "$password"

http=http://127.0.0.1:$port/large
https=https://127.0.0.1:$tls/large
authority=ssl-ca-file=$work/certificates/ca.pem
open=http://127.0.0.1:$open_port
closed=http://127.0.0.1:$closed_port
with_password=http://reader:$password@127.0.0.1:$closed_port
with_wrong_password=http://reader:$wrong_password@127.0.0.1:$closed_port

# through NAME COMMAND...: NAME is the proxy that the command must use, "none" that it must use none.
through() {
  local name=$1 open_before closed_before open_now closed_now used
  shift

  open_before=$(tinyproxy_requests "$work/open")
  closed_before=$(tinyproxy_requests "$work/closed")
  "$@"
  open_now=$(tinyproxy_requests "$work/open")
  closed_now=$(tinyproxy_requests "$work/closed")
  if ((open_now > open_before && closed_now == closed_before)); then
    used=open
  elif ((closed_now > closed_before && open_now == open_before)); then
    used=closed
  elif ((open_now == open_before && closed_now == closed_before)); then
    used=none
  else
    used=both
  fi
  [[ $used == "$name" ]] || wrong "proxy $used, not $name, with $*"
}

# with VARIABLE=VALUE COMMAND...: the function is run with one more variable in the environment.
with() {
  local -x "$1"
  shift
  "$@"
}

# Properties.
for location in "$http" "$https"; do
  through none arrives "$large" "$location" "$authority"
  through open arrives "$large" "$location" "$authority" proxy="$open"
  through closed arrives "$large" "$location" "$authority" proxy="$closed" proxy-id=reader \
    proxy-pw="$password"
  through closed arrives "$large" "$location" "$authority" proxy="$with_password"
  # Properties win over what is in the URI.
  through closed arrives "$large" "$location" "$authority" proxy="$with_wrong_password" \
    proxy-id=reader proxy-pw="$password"
done
through open arrives "$large" "$https" "$authority" http-version=2 proxy="$open"

# The environment.
for variable in http_proxy all_proxy; do
  through open with $variable="$open" arrives "$large" "$http"
  through closed with $variable="$with_password" arrives "$large" "$http"
done
for variable in https_proxy HTTPS_PROXY all_proxy; do
  through open with $variable="$open" arrives "$large" "$https" "$authority"
  through closed with $variable="$with_password" arrives "$large" "$https" "$authority"
done
through none with https_proxy="$open" arrives "$large" "$http"
through none with http_proxy="$open" arrives "$large" "$https" "$authority"
through closed with http_proxy="$closed" arrives "$large" "$http" proxy-id=reader proxy-pw="$password"
through none with no_proxy=127.0.0.1 with http_proxy="$open" arrives "$large" "$http"
through open with no_proxy=127.0.0.2 with http_proxy="$open" arrives "$large" "$http"
through none with https_proxy="$open" arrives "$large" "$https" "$authority" proxy='""'
# The property wins.
through open with http_proxy="$closed" arrives "$large" "$http" proxy="$open"
through open with no_proxy=127.0.0.1 arrives "$large" "$http" proxy="$open"

# A proxy that lets nobody through. This one calls a wrong password 401, and only none at all 407.
for location in "$http" "$https"; do
  through closed fails '407|Proxy Authentication Required' "$location" "$authority" proxy="$closed"
  through closed fails '401|Unauthorized' "$location" "$authority" proxy="$with_wrong_password"
  through closed fails '401|Unauthorized' "$location" "$authority" proxy="$closed" proxy-id=reader \
    proxy-pw="$wrong_password"
  # Nothing comes to the server past the proxy.
  : >"$work/nginx/access.log"
  through none fails 'proxy cannot be reached' "$location" "$authority" proxy="http://127.0.0.1:$down"
  through none with all_proxy="http://reader:$password@127.0.0.1:$down" \
    fails 'proxy cannot be reached' "$location" "$authority"
  [[ ! -s $work/nginx/access.log ]] || wrong "not through the proxy"
done
