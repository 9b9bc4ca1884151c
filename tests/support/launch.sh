# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 The RingFetch authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Streams through ringfetchsrc in gst-launch-1.0, for the scripts that source this file.
#
# setup_launch WORK SECRET...    files go to the folder WORK; none of the SECRETs may ever be printed
# launch LOCATION PROPERTY...    streams into WORK/out; WORK/error has what was said, WORK/log the messages
#                                and, like WORK/dots, what GStreamer writes for who looks for a fault
# launch_begins LOCATION PROPERTY...
#                                the same in the background, with its process in `launched`; waits until
#                                some MiB have come
# arrives FILE LOCATION PROPERTY...
#                                what arrives is the same as FILE
# fails PATTERN LOCATION PROPERTY...
#                                ends in an error within ten seconds, whose message has a match of
#                                PATTERN
# wrong TEXT                     ends the script, with what was said
# stop_launch                    ends what launch_begins() has started, if it still runs
#
# The commands in the array `launch_prefix` start the program.

# shellcheck source=tests/support/service.sh
. "$(dirname "${BASH_SOURCE[0]}")/service.sh"

# Proxies of the machine are no part of a test.
unset http_proxy https_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY

launch_work=
launch_secrets=()
launch_prefix=()
launched=

setup_launch() {
  launch_work=$1
  shift
  launch_secrets=("$@")
  mkdir -p "$launch_work/dots"
}

clean_launch() {
  rm -f "$launch_work/out" "$launch_work/error" "$launch_work/dots/"*
}

# Becomes the program. What never ends is to fail the script, not to hang it.
exec_launch() {
  local seconds=$1 location=$2
  shift 2

  exec "${launch_prefix[@]}" env G_DEBUG=fatal-warnings GST_DEBUG='ringfetch*:7,GST_BUS:5' \
    GST_DEBUG_FILE="$launch_work/log" GST_DEBUG_DUMP_DOT_DIR="$launch_work/dots" \
    timeout --foreground -k 1 "$seconds" gst-launch-1.0 -q \
    ringfetchsrc location="$location" "$@" ! filesink location="$launch_work/out" \
    2>"$launch_work/error"
}

launch() {
  clean_launch
  (exec_launch 60 "$@")
}

launch_has_begun() {
  (($(stat -c %s "$launch_work/out" 2>/dev/null || echo 0) >= 4 * 1024 * 1024))
}

launch_begins() {
  clean_launch
  exec_launch 60 "$@" &
  launched=$!
  wait_until 10 launch_has_begun || wrong "nothing comes with $*"
}

stop_launch() {
  [[ -n $launched ]] || return 0
  kill "$launched" 2>/dev/null || true
  wait "$launched" 2>/dev/null || true
  launched=
}

wrong() {
  echo "$*" >&2
  tail -n 20 "$launch_work/error" >&2
  exit 1
}

no_secrets() {
  local secret

  for secret in "${launch_secrets[@]}"; do
    if grep -rqF -e "$secret" "$launch_work/error" "$launch_work/log" "$launch_work/dots"; then
      wrong "a secret was printed with $*"
    fi
  done
}

arrives() {
  local file=$1
  shift

  launch "$@" || wrong "status $? with $*"
  cmp "$launch_work/out" "$file" || wrong "something else arrived with $*"
  no_secrets "$@"
  echo "ok: $*"
}

launch_has_ended() {
  ! kill -0 "$launched" 2>/dev/null
}
launch_has_failed() {
  launch_has_ended || grep -qs '^ERROR: from' "$launch_work/error"
}

# An error that is posted before gst-launch-1.0 has come to its main loop is printed, but does not end
# it; then an interrupt ends it as the error would have.
fails() {
  local pattern=$1 status=0
  shift

  clean_launch
  exec_launch 10 "$@" &
  launched=$!
  wait_until 15 launch_has_failed
  wait_until 1 launch_has_ended || kill -s INT "$launched"
  wait "$launched" || status=$?
  check_failure "$status" "$pattern" "$@"
}

# check_failure STATUS PATTERN LOCATION PROPERTY...
check_failure() {
  local status=$1 pattern=$2 message
  shift 2

  # 1: an error while it ran; 255: it could not be started.
  ((status == 1 || status == 255)) || wrong "status $status with $*"
  message=$(grep -m 1 '^ERROR: from' "$launch_work/error" | sed 's/.*ringfetchsrc0: //')
  grep -qiE -e "$pattern" <<<"$message" || wrong "no message '$pattern' with $*"
  no_secrets "$@"
  printf 'ok: fails %s\n  %s\n' "$*" "$message"
}
