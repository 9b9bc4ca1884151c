# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Servers and proxies for the scripts that source this file: each is a process with a name, and is ended
# by its process id.
#
# free_ports COUNT               prints different free ports of 127.0.0.1, on one line
# wait_until SECONDS COMMAND...  runs a command again and again until it succeeds; fails after SECONDS
# start_service NAME LOG URL COMMAND...
#                                runs a command in the background and waits until something answers at
#                                URL, whatever its certificate; prints the file LOG if it does not
# stop_service NAME [SIGNAL]     ends it, if it runs
# stop_services                  ends all of them

declare -A services=()

free_ports() {
  python3 -c '
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))' "$1"
}

wait_until() {
  local end=$((SECONDS + $1))
  shift

  until "$@"; do
    ((SECONDS <= end)) || return 1
    sleep 0.05
  done
}

# True when something answers, and also when the process has ended and so never will.
service_answers_or_ended() {
  curl --silent --insecure --noproxy '*' --max-time 5 --output /dev/null "$2" ||
    ! kill -0 "${services[$1]}" 2>/dev/null
}

start_service() {
  local name=$1 log=$2 url=$3
  shift 3

  PATH=$PATH:/usr/sbin "$@" &
  services[$name]=$!
  if wait_until 10 service_answers_or_ended "$name" "$url" && kill -0 "${services[$name]}" 2>/dev/null; then
    return
  fi
  echo "$name does not answer at $url:" >&2
  [[ ! -e $log ]] || cat "$log" >&2
  return 1
}

stop_service() {
  local name=$1 signal=${2:-TERM}

  [[ -n ${services[$name]:-} ]] || return 0
  kill -s "$signal" "${services[$name]}" 2>/dev/null || true
  wait "${services[$name]}" 2>/dev/null || true
  unset "services[$name]"
}

stop_services() {
  local name

  for name in "${!services[@]}"; do
    stop_service "$name"
  done
}
