#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A network that fails in the middle of a stream, by its cable at either end or by packets that get lost:
# for seconds, and for good. nginx and gst-launch-1.0 are in two network namespaces, which end
# with their processes.
#
# Usage: test-network.sh        with GST_PLUGIN_PATH set to the folder of the plugin

set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
skipped=77
PATH=$PATH:/usr/sbin

if [[ ${1:-} != --inside ]]; then
  # A namespace of users lets anybody have one of networks, and keeps root's hands off the machine.
  for namespaces in '--user --map-root-user --net' '--net'; do
    # shellcheck disable=SC2086
    if unshare $namespaces ip link add rf-probe type veth peer name rf-probe2 2>/dev/null; then
      exec unshare $namespaces "$0" --inside
    fi
  done
  echo "not permitted to make a network namespace with a pair of veth interfaces"
  exit $skipped
fi

# shellcheck source=tests/support/launch.sh
. "$here/support/launch.sh"
# shellcheck source=tests/support/nginx.sh
. "$here/support/nginx.sh"

work=$(mktemp -d)
client=
trap 'stop_launch; stop_services; [[ -z $client ]] || kill "$client"; rm -rf "$work"' EXIT
mkdir "$work/www" "$work/nginx"
size=$((32 * 1024 * 1024 + 3))
head -c $size /dev/urandom >"$work/www/large"
setup_launch "$work"

# The script's own namespace is the server's; that of the client lives as long as a sleeping process.
unshare --net sleep infinity &
client=$!
has_own_network() {
  [[ $(readlink "/proc/$client/ns/net") != $(readlink /proc/$$/ns/net) ]]
}
wait_until 5 has_own_network
at_client=(nsenter --target "$client" --net)
launch_prefix=("${at_client[@]}")

ip link set lo up
ip link add rf-server type veth peer name rf-client netns "$client"
ip address add 192.0.2.1/30 dev rf-server
ip link set rf-server up
"${at_client[@]}" ip address add 192.0.2.2/30 dev rf-client
"${at_client[@]}" ip link set rf-client up

# All eight workers together take some seconds for it: a request gets what comes in its first second at once, so that
# requests have to be for more.
slot_size=$((4 * 1024 * 1024))
start_nginx "$work/nginx" "$work/www" "
  server {
    listen 192.0.2.1:80;
    root $work/www;
    limit_rate 1m;
  }"

location=http://192.0.2.1/large

lose_packets() {
  nft -f - <<'EOT'
table inet rf {
  chain in { type filter hook input priority 0; iifname "rf-server" drop; }
  chain out { type filter hook output priority 0; oifname "rf-server" drop; }
}
EOT
}
keep_packets() {
  nft delete table inet rf
}
server_link() {
  ip link set rf-server "$1"
}
client_link() {
  "${at_client[@]}" ip link set rf-client "$1"
}

bytes() {
  stat -c %s "$work/out"
}

# outage SECONDS CUT MEND: the length of the outage, between the two commands, is what is tested.
outage() {
  local seconds=$1 cut=$2 mend=$3 at

  launch_begins "$location" num-workers=8 slot-size=$slot_size
  $cut
  at=$(bytes)
  sleep "$seconds"
  kill -0 "$launched" 2>/dev/null || wrong "$cut: the stream ended"
  (($(bytes) < size)) || wrong "$cut: all had come before"
  $mend
  wait "$launched" || wrong "$cut: status $?"
  cmp "$work/out" "$work/www/large" || wrong "$cut: something else arrived"
  echo "ok: $cut for $seconds seconds, at $at bytes"
}

# gives_up CUT MEND: after the first command the program ends by itself.
gives_up() {
  local cut=$1 mend=$2 began took status=0

  launch_begins "$location" num-workers=8 slot-size=$slot_size timeout=3
  $cut
  began=$(date +%s%N)
  wait "$launched" || status=$?
  took=$((($(date +%s%N) - began) / 1000000))
  check_failure "$status" 'no byte came for 3 seconds' "$location" timeout=3
  ((took < 8000)) || wrong "$cut: gave up only after $took ms"
  $mend
  echo "ok: $cut for good: gave up after $took ms"
}

# Where the own cable is missing, connecting fails at once.
outage 4 'server_link down' 'server_link up'
outage 4 'client_link down' 'client_link up'
gives_up 'server_link down' 'server_link up'
gives_up 'client_link down' 'client_link up'
if lose_packets; then
  keep_packets
  outage 4 lose_packets keep_packets
  gives_up lose_packets keep_packets
else
  echo "this kernel has no packet filter: not tested"
fi
